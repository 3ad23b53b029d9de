import type { Activity } from './event.ts';
import type { RelatedPackage, Step, TimedEvent } from './run-record.ts';

type Open = Omit<Step, 'to'>;

interface Fetching {
  readonly from: number;
  /** When the last download so far was there. */
  fetchedAt?: number;
}

/** What a package is told to wait for whose source is there early: nobody waits for anything but what it needs. */
export const itsTurn = 'its turn';

/**
 * What each package was busy with, by its events. A step lasts until the next one of the package; a download that ran
 * ahead only until it was there. What was going on at the end of the run ends with it, at `end`.
 */
export function stepsIn(
  events: readonly TimedEvent[],
  packages: readonly RelatedPackage[],
  end: number,
): ReadonlyMap<string, readonly Step[]> {
  const sources = new Map(packages.map(({ name, source }) => [name, source]));
  const open = new Map<string, Open>();
  // A download may run ahead while the package waits for something else.
  const fetching = new Map<string, Fetching>();
  const steps = new Map<string, Step[]>();
  const add = (name: string, step: Step) => steps.set(name, [...(steps.get(name) ?? []), step]);
  const close = (name: string, at: number) => {
    const last = open.get(name);
    if (last !== undefined) add(name, { ...last, to: at });
    open.delete(name);
  };
  const closeFetch = (name: string, at: number) => {
    const last = fetching.get(name);
    if (last !== undefined) add(name, { activity: 'fetch', from: last.from, to: last.fetchedAt ?? at });
    fetching.delete(name);
  };
  for (const { event, at } of events) {
    if (event.event === 'transfer') {
      const download = fetching.get(event.package);
      if (event.isEnded && download !== undefined) download.fetchedAt = at;
    } else if (event.event === 'activity') {
      const { package: name, activity, detail } = event;
      if (activity === 'fetch') {
        // Each source that a fetch tries is told.
        if (!fetching.has(name)) fetching.set(name, { from: at });
        if (open.get(name)?.activity !== 'wait') close(name, at);
        continue;
      }
      if (activity !== 'wait' || detail === itsTurn) closeFetch(name, at);
      if (detail === itsTurn) continue;
      const last = open.get(name);
      if (last?.activity === activity && (activity !== 'wait' || last.detail === detail)) continue;
      close(name, at);
      open.set(name, { activity, from: at, ...(activity === 'wait' && detail !== undefined && { detail }) });
      const source = sources.get(name);
      // Its source may belong to a package that had its verdict before, and has no further step to end this one.
      if (activity === 'build' && source !== undefined && source !== name && isPreparing(open.get(source)))
        close(source, at);
    } else if (event.event === 'package') {
      closeFetch(event.package, at);
      close(event.package, at);
    }
  }
  for (const name of [...fetching.keys()]) closeFetch(name, end);
  for (const name of [...open.keys()]) close(name, end);
  for (const list of steps.values()) list.sort((a, b) => a.from - b.from);
  return steps;
}

const isPreparing = (step: Open | undefined): boolean => step?.activity === 'unpack' || step?.activity === 'prepare';

/** Seconds of these steps that are of this kind. */
export const secondsOf = (steps: readonly Step[], activity: Activity): number =>
  steps.reduce((sum, step) => sum + (step.activity === activity ? step.to - step.from : 0), 0);

/** Seconds in which a job was at work; fetching and waiting need none. */
export const workOf = (steps: readonly Step[]): number =>
  steps.reduce((sum, { activity, from, to }) => sum + (isWork(activity) ? to - from : 0), 0);

/** Whether a step holds a job slot. */
export const isWork = (activity: Activity): boolean => activity !== 'fetch' && activity !== 'wait';
