import type { PackageRecord } from './record.ts';
import { isWork, secondsOf, workOf } from './steps.ts';

type Timed = Pick<PackageRecord, 'name' | 'build' | 'contains' | 'steps' | 'end'>;

/** A package that the end of the run waited for. */
export interface Waited {
  readonly package: string;
  /** Seconds between the end of the one before it, or of the run's beginning, and its own work. */
  readonly waited: number;
  /** Seconds from the beginning of its work to its end. */
  readonly seconds: number;
}

/**
 * The critical path of what really happened: the package that ended last, before it the one of its needs that ended
 * last, and so on back to one that had nothing to wait for; told from the first to the last. What took no time is left out.
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
    const from = each.steps.find(({ activity }) => isWork(activity))?.from ?? endOf(each);
    const waited = Math.max(0, from - before);
    before = endOf(each);
    return { package: each.name, waited, seconds: before - from };
  });
}

/**
 * Seconds that the run would have taken with endless jobs: the longest chain of packages that need each other. Downloads
 * wait for nobody.
 */
export function longestChain(packages: readonly Timed[]): number {
  const ends = new Map<string, number>();
  // Each comes after everything it needs.
  for (const each of packages) {
    const ready = Math.max(secondsOf(each.steps, 'fetch'), ...needsOf(each).map((name) => ends.get(name) ?? 0));
    ends.set(each.name, ready + workOf(each.steps));
  }
  return Math.max(0, ...ends.values());
}

const needsOf = ({ build, contains }: Timed): readonly string[] => [...build, ...contains];

const endOf = ({ end, steps }: Timed): number => end ?? steps.at(-1)?.to ?? 0;

/** Of those that were worked on, the one that ended last. */
function lastOf(packages: readonly Timed[]): Timed | undefined {
  let last: Timed | undefined;
  for (const each of packages) {
    if (!each.steps.some(({ activity }) => isWork(activity))) continue;
    if (last === undefined || endOf(each) > endOf(last)) last = each;
  }
  return last;
}
