import type { PackageRecord, Step } from './run-record.ts';
import { isWork } from './steps.ts';

/** A job slot in use, a download, or a wait for something. */
export type BarKind = 'job' | 'fetch' | 'wait';

/** Steps of one package without a pause between them, in a row of the timeline. */
export interface Bar {
  readonly package: string;
  readonly kind: BarKind;
  /** From 0, for each kind of its own. No two bars of a lane overlap. */
  readonly lane: number;
  readonly from: number;
  readonly to: number;
  readonly steps: readonly Step[];
}

/** The steps of all packages as bars in as few lanes as there were at work at one time, in the order of their beginning. */
export function barsOf(packages: readonly Pick<PackageRecord, 'name' | 'steps'>[]): readonly Bar[] {
  const pieces = packages.flatMap(({ name, steps }) =>
    (['job', 'fetch', 'wait'] as const).flatMap((kind) =>
      piecesOf(
        name,
        kind,
        steps.filter((step) => kindOf(step) === kind),
      ),
    ),
  );
  pieces.sort((a, b) => a.from - b.from || a.to - b.to);
  const ends = { job: [] as number[], fetch: [] as number[], wait: [] as number[] };
  return pieces.map((piece) => {
    const lanes = ends[piece.kind];
    const free = lanes.findIndex((end) => end <= piece.from);
    const lane = free < 0 ? lanes.length : free;
    lanes[lane] = piece.to;
    return { ...piece, lane };
  });
}

/** How many lanes the bars of a kind take. */
export const laneCount = (bars: readonly Bar[], kind: Bar['kind']): number =>
  bars.reduce((count, bar) => (bar.kind === kind ? Math.max(count, bar.lane + 1) : count), 0);

/** Undefined for a wait that is too short to tell of. */
function kindOf({ activity, from, to }: Step): BarKind | undefined {
  if (isWork(activity)) return 'job';
  if (activity === 'wait') return to - from >= shortWait ? 'wait' : undefined;
  return 'fetch';
}

/** In seconds. */
const shortWait = 0.1;

/** Shorter pauses come from telling one event after the other. */
const shortPause = 0.005;

function piecesOf(name: string, kind: Bar['kind'], steps: readonly Step[]): Omit<Bar, 'lane'>[] {
  const groups: Step[][] = [];
  for (const step of steps) {
    const group = groups.at(-1);
    const before = group?.at(-1);
    if (group !== undefined && before !== undefined && step.from - before.to <= shortPause) group.push(step);
    else groups.push([step]);
  }
  return groups.map((group) => ({
    package: name,
    kind,
    from: group[0]?.from ?? 0,
    to: group.at(-1)?.to ?? 0,
    steps: group,
  }));
}
