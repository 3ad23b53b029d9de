import type { MkEvent, PlannedPackage } from '../../src/report/event.ts';

/** What the events of one run say, which is all that a benchmark knows of it. */
export interface RunEvents {
  readonly planned: readonly PlannedPackage[];
  /** Seconds of the packages that were built, by name. */
  readonly built: ReadonlyMap<string, number>;
  /** CPU seconds of the same, where they are told. */
  readonly cpu: ReadonlyMap<string, number>;
}

/** Reads what `--events` has written. */
export function readEvents(text: string): RunEvents {
  const events = text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as MkEvent]));
  const built = events.filter((each) => each.event === 'package').filter(({ verdict }) => verdict === 'built');
  return {
    planned: events.find((each) => each.event === 'plan')?.packages ?? [],
    built: new Map(built.map((each) => [each.package, each.seconds])),
    cpu: new Map(built.flatMap((each) => (each.usage === undefined ? [] : [[each.package, each.usage.cpu]]))),
  };
}

/** Seconds of the longest way of packages that had to wait for each other. */
export function criticalPath({ planned, built }: Pick<RunEvents, 'planned' | 'built'>): number {
  const ends = new Map<string, number>();
  // The plan has every package behind those that it needs.
  for (const { package: name, needs } of planned) {
    const begin = Math.max(0, ...needs.map((needed) => ends.get(needed) ?? 0));
    ends.set(name, begin + (built.get(name) ?? 0));
  }
  return Math.max(0, ...ends.values());
}

/** The package and all that it needs, directly or not. */
export function neededFor(name: string, planned: readonly Pick<PlannedPackage, 'package' | 'needs'>[]): Set<string> {
  const needs = new Map(planned.map((each) => [each.package, each.needs]));
  const found = new Set([name]);
  for (const each of found) for (const needed of needs.get(each) ?? []) found.add(needed);
  return found;
}
