import type { Graph, Node } from '../graph/graph.ts';

/** Seconds that parts of the run's work are expected to take. */
export interface Durations {
  /** Of a package's hooks; 0 for one that is there already. */
  build(node: Node): number;
  /** Of making a package's source tree; 0 where none is needed. */
  source(node: Node): number;
}

/** For each package, the seconds from the begin of its work, with its sources, to the end of the run, were there cores enough. */
export function longestWaits(graph: Graph, { build, source }: Durations): ReadonlyMap<string, number> {
  const waits = new Map<string, number>();
  for (const node of graph.order.toReversed()) {
    let rest = 0;
    for (const name of graph.neededBy(node.name)) rest = Math.max(rest, waits.get(name) ?? 0);
    waits.set(node.name, source(node) + build(node) + rest);
  }
  return waits;
}

/**
 * Priorities from those waits: a number for each package, the greatest for the one that most of the run waits for. No two
 * are the same; of packages with equal waits the one that comes first in the graph's order is first.
 */
export function prioritiesOf(graph: Graph, waits: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  const sorted = graph.order.map(({ name }) => ({ name, wait: waits.get(name) ?? 0 })).sort((a, b) => b.wait - a.wait);
  return new Map(sorted.map(({ name }, at) => [name, sorted.length - at]));
}
