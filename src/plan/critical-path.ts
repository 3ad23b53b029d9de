import type { Graph, Node } from '../graph/graph.ts';

/** Seconds that parts of the run's work are expected to take. */
export interface Durations {
  /** Of a package's hooks; 0 for one that is there already. */
  build(node: Node): number;
  /** Of making a package's source tree; 0 where none is needed. */
  source(node: Node): number;
}

/**
 * For each package, by its place, the seconds from the begin of its work, with its sources, to the end of the run, were
 * there cores enough.
 */
export function longestWaits(graph: Graph, { build, source }: Durations): Float64Array {
  const waits = new Float64Array(graph.names.length);
  for (const node of graph.order.toReversed()) {
    let rest = 0;
    graph.eachNeededBy(node.at, (at) => {
      rest = Math.max(rest, waits[at] ?? 0);
    });
    waits[node.at] = source(node) + build(node) + rest;
  }
  return waits;
}

/**
 * Priorities from those waits: a number for each package, by its place, the greatest for the one that most of the run waits
 * for. No two are the same; of packages with equal waits the one that comes first in the graph's order is first.
 */
export function prioritiesOf({ names, order }: Graph, waits: Float64Array): Uint32Array {
  const sorted = order.toSorted((a, b) => (waits[b.at] ?? 0) - (waits[a.at] ?? 0));
  const priorities = new Uint32Array(names.length);
  for (const [before, { at }] of sorted.entries()) priorities[at] = sorted.length - before;
  return priorities;
}
