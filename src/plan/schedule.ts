import type { Graph, Node } from '../graph/graph.ts';
import { longestWaits, prioritiesOf } from './critical-path.ts';

/** How one step ended, as far as those that need it are concerned. */
export type StepEnd = 'done' | 'failed' | 'skipped';

export interface ScheduleOptions {
  /** Start what does not depend on a failure. Otherwise what runs is finished and nothing new started. */
  readonly keepGoing: boolean;
  /** True once nothing new may be started, for example after an interrupt. */
  isStopped(): boolean;
  /** Numbers for packages, by place; the greatest is the most urgent. Default: by how many packages wait in a row. */
  readonly priorities?: ArrayLike<number>;
  /** Does one package's work; must not reject. */
  work(node: Node, priority: number): Promise<StepEnd>;
  /** Called instead of `work` for a package that will not be tried. */
  skip(node: Node, because: string): void;
}

/** Runs the work of every package of the graph, each after everything it needs, as much side by side as possible. */
export function runSchedule(graph: Graph, options: ScheduleOptions): Promise<void> {
  const { keepGoing, isStopped, work, skip } = options;
  const priorities =
    options.priorities ?? prioritiesOf(graph, longestWaits(graph, { build: () => 1, source: () => 0 }));
  /** How many of the needs of a package, by its place, have not ended. */
  const missing = Uint32Array.from(graph.names, (_, at) => graph.needCountAt(at));
  const undone = new Map<string, StepEnd>();
  let ended = 0;
  let failed: string | undefined;

  return new Promise((resolve, reject) => {
    const end = (node: Node, how: StepEnd) => {
      ended++;
      if (how !== 'done') undone.set(node.name, how);
      if (how === 'failed') failed ??= node.name;
      graph.eachNeededBy(node.at, (at) => {
        const open = (missing[at] ?? 0) - 1;
        missing[at] = open;
        if (open === 0) begin(graph.nodeAt(at));
      });
      if (ended === graph.order.length) resolve();
    };
    const begin = (node: Node) => {
      const broken = undone.size === 0 ? undefined : graph.needs(node.name).find((name) => undone.has(name));
      const obstacle =
        broken !== undefined
          ? `${broken} ${undone.get(broken) === 'failed' ? 'failed' : 'was skipped'}`
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
      work(node, priorities[node.at] ?? 0).then((how) => end(node, how), reject);
    };
    if (graph.order.length === 0) resolve();
    for (const node of graph.order) if (graph.needCountAt(node.at) === 0) begin(node);
  });
}
