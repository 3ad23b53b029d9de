import type { Graph, Node } from '../graph/graph.ts';

/** How one step ended, as far as those that need it are concerned. */
export type StepEnd = 'done' | 'failed' | 'skipped';

export interface ScheduleOptions {
  /** Start what does not depend on a failure. Otherwise what runs is finished and nothing new started. */
  readonly keepGoing: boolean;
  /** True once nothing new may be started, for example after an interrupt. */
  isStopped(): boolean;
  /** Does one package's work; must not reject. The priority is greater for work that more other work waits for. */
  work(node: Node, priority: number): Promise<StepEnd>;
  /** Called instead of `work` for a package that will not be tried. */
  skip(node: Node, because: string): void;
}

/** Runs the work of every package of the graph, each after everything it needs, as much side by side as possible. */
export function runSchedule(graph: Graph, { keepGoing, isStopped, work, skip }: ScheduleOptions): Promise<void> {
  const priorities = longestWaits(graph);
  const missing = new Map(graph.order.map(({ name }) => [name, new Set(graph.needs(name))]));
  const ended = new Map<string, StepEnd>();
  let failed: string | undefined;

  return new Promise((resolve, reject) => {
    const end = (node: Node, how: StepEnd) => {
      ended.set(node.name, how);
      if (how === 'failed') failed ??= node.name;
      for (const name of graph.neededBy(node.name)) {
        const open = missing.get(name);
        open?.delete(node.name);
        if (open?.size === 0) begin(graph.node(name));
      }
      if (ended.size === graph.order.length) resolve();
    };
    const begin = (node: Node) => {
      const broken = graph.needs(node.name).find((name) => ended.get(name) !== 'done');
      const obstacle =
        broken !== undefined
          ? `${broken} ${ended.get(broken) === 'failed' ? 'failed' : 'was skipped'}`
          : isStopped()
            ? 'interrupted'
            : failed !== undefined && !keepGoing
              ? `${failed} failed`
              : undefined;
      if (obstacle !== undefined) {
        skip(node, obstacle);
        // Not at once: a long chain of skipped packages must not become a deep stack.
        queueMicrotask(() => end(node, 'skipped'));
        return;
      }
      work(node, priorities.get(node.name) ?? 0).then((how) => end(node, how), reject);
    };
    if (graph.order.length === 0) resolve();
    for (const node of graph.order) if (graph.needs(node.name).length === 0) begin(node);
  });
}

/** For each package, the number of packages on the longest way from it to the root. */
function longestWaits(graph: Graph): ReadonlyMap<string, number> {
  const waits = new Map<string, number>();
  for (const { name } of graph.order.toReversed()) {
    waits.set(name, 1 + Math.max(0, ...graph.neededBy(name).map((waiting) => waits.get(waiting) ?? 0)));
  }
  return waits;
}
