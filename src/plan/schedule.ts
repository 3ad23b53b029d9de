import type { Graph, Node } from '../graph/graph.ts';
import { longestWaits, prioritiesOf } from './critical-path.ts';

/** How one step ended, as far as those that need it are concerned. */
export type StepEnd = 'done' | 'failed' | 'skipped';

export interface ScheduleOptions {
  /** Start what does not depend on a failure. Otherwise what runs is finished and nothing new started. */
  readonly keepGoing: boolean;
  /** True once nothing new may be started, for example after an interrupt. */
  isStopped(): boolean;
  /** Numbers for the packages; what the greatest has is the most urgent. Default: by how many packages wait in a row. */
  readonly priorities?: ReadonlyMap<string, number>;
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
  const ended = new Map<string, StepEnd>();
  let failed: string | undefined;
  let isWhole = true;

  return new Promise((resolve, reject) => {
    const end = (node: Node, how: StepEnd) => {
      ended.set(node.name, how);
      isWhole &&= how === 'done';
      if (how === 'failed') failed ??= node.name;
      for (const at of graph.neededByAt(node.at)) {
        const open = (missing[at] ?? 0) - 1;
        missing[at] = open;
        if (open === 0) begin(graph.nodeAt(at));
      }
      if (ended.size === graph.order.length) resolve();
    };
    const begin = (node: Node) => {
      const broken = isWhole ? undefined : graph.needs(node.name).find((name) => ended.get(name) !== 'done');
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
    for (const node of graph.order) if (graph.needCountAt(node.at) === 0) begin(node);
  });
}
