import type { Graph, Node } from '../graph/graph.ts';
import { longestWaits, prioritiesOf } from '../plan/critical-path.ts';
import { versionOf } from '../plan/key.ts';
import type { Step } from '../plan/plan.ts';
import type { LoadedRecipe } from '../recipe/load.ts';
import type { PlannedPackage } from '../report/event.ts';
import { type History, median, type Past } from '../store/history.ts';

/** What is expected of a run's packages, by what they took before. */
export interface Expectations {
  /** By place, the greatest for the package that most of the run waits for; no two are the same. */
  readonly priorities: ArrayLike<number>;
  /** In the order of the graph. */
  readonly packages: readonly PlannedPackage[];
}

/** Names in the history: a package takes another time for each target, its source the same for all. */
export const buildRecord = (name: string, triplet: string): string => `${name}@${triplet}`;
export const sourceRecord = (name: string): string => `${name}@source`;

/** The most memory that it took; 0 where nothing is known. */
export const peakOf = (pasts: readonly Past[]): number => Math.max(0, ...pasts.map(({ memory }) => memory));

/** Seconds that packages take of which nothing is known, when nothing is known of others of their kind either. */
const guesses = { withSource: 30, withoutSource: 1, source: 5 } as const;

export interface Planned {
  readonly graph: Graph;
  readonly plan: ReadonlyMap<string, Step>;
  readonly history: History;
  readonly triplet: string;
  /** Whether it has to be fetched first. */
  isFetched(source: LoadedRecipe): boolean;
}

/** Reads the history of what is to be built, and of nothing else. */
export function expectationsOf({ graph, plan, history, triplet, isFetched }: Planned): Expectations {
  const isBuilt = ({ name }: Node) => plan.get(name)?.kind === 'run';
  const isEmpty = ({ loaded: { recipe } }: Node) => recipe.build === undefined && recipe.deploy === undefined;
  const toBuild = graph.order.filter(isBuilt);
  const known = new Map(
    toBuild.map((node) => [node.name, median(secondsOf(history.of(buildRecord(node.name, triplet))))]),
  );
  const knownOf = (hasSource: boolean) =>
    toBuild.flatMap((node) =>
      isEmpty(node) || (node.source !== undefined) !== hasSource ? [] : (known.get(node.name) ?? []),
    );
  const usual = {
    withSource: median(knownOf(true)) ?? guesses.withSource,
    withoutSource: median(knownOf(false)) ?? guesses.withoutSource,
  };
  const build = (node: Node): number => {
    if (!isBuilt(node) || isEmpty(node)) return 0;
    return known.get(node.name) ?? (node.source === undefined ? usual.withoutSource : usual.withSource);
  };
  const sources = new Map<string, number>();
  for (const { source } of toBuild) {
    if (source === undefined || sources.has(source.name)) continue;
    const pasts = history.of(sourceRecord(source.name));
    const fetch = isFetched(source) ? 0 : (median(pasts.flatMap((past) => past.fetch ?? [])) ?? 0);
    sources.set(source.name, fetch + (median(secondsOf(pasts)) ?? guesses.source));
  }
  const source = (node: Node) => (isBuilt(node) && node.source ? (sources.get(node.source.name) ?? 0) : 0);

  const made = new Set<string>();
  /** Whoever is first of those that share a source makes it. */
  const ownSource = (node: Node) => {
    if (!isBuilt(node) || node.source === undefined || made.has(node.source.name)) return 0;
    made.add(node.source.name);
    return source(node);
  };
  return {
    priorities: prioritiesOf(graph, longestWaits(graph, { build, source })),
    packages: graph.order.map((node) => {
      const step = plan.get(node.name);
      return {
        package: node.name,
        version: versionOf(node),
        needs: graph.needs(node.name),
        source: node.source?.name,
        step: isBuilt(node) ? 'build' : 'cached',
        reason: step?.reason ?? '',
        expected: build(node) + ownSource(node),
        isGuess: isBuilt(node) && !isEmpty(node) && known.get(node.name) === undefined,
      };
    }),
  };
}

const secondsOf = (pasts: readonly Past[]): readonly number[] => pasts.map(({ seconds }) => seconds);
