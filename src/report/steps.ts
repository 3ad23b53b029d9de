import type { Activity } from './event.ts';
import type { RelatedPackage, Step, TimedEvent } from './record.ts';

interface Open {
  readonly activity: Activity;
  readonly from: number;
  /** Of a fetch: when the last download so far was there. */
  fetchedAt?: number;
}

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
  const steps = new Map<string, Step[]>();
  const close = (name: string, at: number) => {
    const last = open.get(name);
    if (last === undefined) return;
    open.delete(name);
    const list = steps.get(name) ?? [];
    list.push({ activity: last.activity, from: last.from, to: last.fetchedAt ?? at });
    steps.set(name, list);
  };
  for (const { event, at } of events) {
    if (event.event === 'transfer') {
      const fetching = open.get(event.package);
      if (event.isEnded && fetching?.activity === 'fetch') fetching.fetchedAt = at;
    } else if (event.event === 'activity') {
      const { package: name, activity } = event;
      // Each source that a fetch tries is told.
      if (open.get(name)?.activity === activity) continue;
      close(name, at);
      open.set(name, { activity, from: at });
      const source = sources.get(name);
      // Its source may belong to a package that had its verdict before, and has no further step to end this one.
      if (activity === 'build' && source !== undefined && source !== name && isPreparing(open.get(source)))
        close(source, at);
    } else if (event.event === 'package') close(event.package, at);
  }
  for (const name of [...open.keys()]) close(name, end);
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
