import type { PackageRecord, Step } from './run-record.ts';
import { isWork, secondsOf, workOf } from './steps.ts';

type Timed = Pick<PackageRecord, 'name' | 'build' | 'contains' | 'steps' | 'end'> &
  Partial<Pick<PackageRecord, 'verdict'>>;

/** Time in which a package that had all it needs was not worked on. */
export interface Pause {
  /** As it was told; undefined where nothing was. */
  readonly for: string | undefined;
  readonly seconds: number;
}

/** A package that the end of the run waited for. */
export interface Waited {
  readonly package: string;
  /** Between the end of the one before it, or of the run's beginning, and its own end; in the order of their beginning. */
  readonly pauses: readonly Pause[];
  /** Seconds in that time in which it was worked on. */
  readonly seconds: number;
}

/** Packages that need each other, from the first on, with the seconds that each adds. */
export interface Chain {
  readonly seconds: number;
  readonly links: readonly { readonly package: string; readonly seconds: number }[];
}

/**
 * What really happened: the package that ended last, before it the one of its needs that ended last, and so on back to
 * one that had nothing to wait for; told from the first to the last. What took no time is left out.
 */
export function waitedFor(packages: readonly Timed[]): readonly Waited[] {
  const byName = new Map(packages.map((each) => [each.name, each]));
  const path: Timed[] = [];
  const seen = new Set<string>();
  for (let at = lastOf(packages); at !== undefined && !seen.has(at.name); ) {
    path.unshift(at);
    seen.add(at.name);
    at = lastOf(needsOf(at).flatMap((name) => byName.get(name) ?? []));
  }
  let before = 0;
  return path.map((each) => {
    const from = before;
    before = Math.max(from, endOf(each));
    return { package: each.name, ...spent(each.steps, from, before) };
  });
}

/**
 * The longest chain by what each package took: the run would have taken that long with endless jobs. Downloads wait for
 * nobody.
 */
export function longestChain(packages: readonly Timed[]): Chain {
  const ends = new Map<string, Chain>();
  let longest: Chain = { seconds: 0, links: [] };
  // Each comes after everything it needs.
  for (const each of packages) {
    let before: Chain = { seconds: 0, links: [] };
    for (const name of needsOf(each)) {
      const need = ends.get(name);
      if (need !== undefined && need.seconds > before.seconds) before = need;
    }
    const fetched = secondsOf(each.steps, 'fetch');
    if (fetched > before.seconds) before = { seconds: 0, links: [] };
    const seconds = Math.max(fetched, before.seconds) + workOf(each.steps);
    const own = { package: each.name, seconds: seconds - before.seconds };
    const chain = own.seconds > 0 ? { seconds, links: [...before.links, own] } : before;
    ends.set(each.name, chain);
    if (chain.seconds > longest.seconds) longest = chain;
  }
  return longest;
}

/** What the time from `from` to `to` was spent with. */
function spent(steps: readonly Step[], from: number, to: number): Pick<Waited, 'pauses' | 'seconds'> {
  const inside = steps.filter((step) => step.from < to && step.to > from);
  const times = [from, to, ...inside.flatMap((step) => [step.from, step.to])]
    .filter((at) => at >= from && at <= to)
    .sort((a, b) => a - b);
  const pauses = new Map<string | undefined, number>();
  let seconds = 0;
  for (const [at, begin] of times.entries()) {
    const length = (times[at + 1] ?? begin) - begin;
    if (length <= 0) continue;
    const during = inside.filter((step) => step.from <= begin && step.to > begin);
    if (during.some(({ activity }) => isWork(activity))) {
      seconds += length;
      continue;
    }
    const wait = during.find(({ activity }) => activity === 'wait');
    const reason = wait === undefined && during.length > 0 ? 'its download' : wait?.detail;
    pauses.set(reason, (pauses.get(reason) ?? 0) + length);
  }
  return { pauses: [...pauses].map(([reason, length]): Pause => ({ for: reason, seconds: length })), seconds };
}

const needsOf = ({ build, contains }: Timed): readonly string[] => [...build, ...contains];

const endOf = ({ end, steps }: Timed): number => end ?? steps.at(-1)?.to ?? 0;

/** Of those that were worked on or waited for somebody else's work, the one that ended last. */
function lastOf(packages: readonly Timed[]): Timed | undefined {
  let last: Timed | undefined;
  for (const each of packages) {
    const { verdict, steps } = each;
    if (verdict === 'skipped' || !steps.some(({ activity }) => activity !== 'fetch' || verdict === 'failed')) continue;
    if (last === undefined || endOf(each) > endOf(last)) last = each;
  }
  return last;
}
