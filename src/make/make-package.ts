import { failuresOf } from '../base/failure.ts';
import type { Node } from '../graph/graph.ts';
import { versionOf } from '../plan/key.ts';
import { decide, type Step } from '../plan/plan.ts';
import type { StepEnd } from '../plan/schedule.ts';
import type { Verdict } from '../report/event.ts';
import type { Result } from '../store/store.ts';
import { buildPackage } from './build-package.ts';
import { type BuildRight, buildRight } from './build-right.ts';
import { buildRecord, peakOf } from './expectations.ts';
import { reviewedTree } from './reviewed-tree.ts';
import type { Site } from './site.ts';
import type { WorkSlot } from './slots.ts';
import type { PlannedRun } from './workshop.ts';

/** What the packages of one run are made with. */
export interface Making {
  readonly run: PlannedRun;
  readonly plan: ReadonlyMap<string, Step>;
  readonly site: Site;
  /** Of the packages that are finished, by name. */
  readonly results: Map<string, Result>;
  /** Why nothing new may be started; undefined while it may. */
  obstacle(): string | undefined;
  finish(node: Node, verdict: Verdict, seconds: number, reason: string, key?: string): void;
}

type Decided = ReturnType<typeof decide>;

/** One package: its stored result if there is one, else a build. */
export async function makePackage(node: Node, priority: number, making: Making): Promise<StepEnd> {
  const { run, plan, site, results, finish } = making;
  const { buildRoot, inputs } = run;
  const { slots, shownAs } = site.workshop;
  const record = buildRecord(node.name, run.target.triplet);
  const takeSlot = () => slots.take(node.name, priority, peakOf(run.store.history.of(record)));
  const wait = (detail: string) => site.tell({ event: 'activity', package: node.name, activity: 'wait', detail });
  const planned = plan.get(node.name);
  const decideNow = () => decide(node, (name) => resultOf(name, results), inputs);
  let seconds = 0;
  /** Waiting for others is no part of what a package takes. */
  const timed = async <T>(work: () => Promise<T>): Promise<T> => {
    const [started, waited] = [performance.now(), slots.waited(node.name)];
    try {
      return await work();
    } finally {
      seconds += (performance.now() - started) / 1000 - (slots.waited(node.name) - waited);
    }
  };
  const use = (step: Decided & { kind: 'cached' }, reason: string): StepEnd => {
    results.set(node.name, step.result);
    const { result } = step;
    buildRoot.show(node, step, result, () => reviewedTree({ node, result }, site.workshop));
    finish(node, 'cached', seconds, reason, step.key);
    return 'done';
  };
  let slot: WorkSlot | undefined;
  let right: BuildRight | undefined;
  try {
    let step = planned?.kind === 'cached' ? planned : decideNow();
    if (step.kind === 'cached') return use(step, step.reason);
    right = rightFor(node, step, making);
    if (right.isElsewhere()) {
      // Whoever builds it now makes its sources unnecessary here.
      await right.await();
      step = decideNow();
      if (step.kind === 'cached') return use(step, builtMeanwhile);
    }
    const { source } = node;
    const isOthers = source !== undefined && (shownAs.get(source.name) ?? source.name) !== node.name;
    if (isOthers) wait('its source');
    const prepared = async () => source && site.sources.prepared(source, priority);
    const sourceDir = await (isOthers ? prepared() : timed(prepared));
    slot = await takeSlot();
    if (!right.take()) {
      slot.release();
      await right.await();
      slot = await takeSlot();
    }
    const obstacle = making.obstacle();
    if (obstacle !== undefined) {
      finish(node, 'skipped', 0, obstacle);
      return 'skipped';
    }
    step = decideNow();
    if (step.kind === 'cached') return use(step, builtMeanwhile);
    const { key } = step;
    const held = slot;
    const result = await timed(() => build(node, key, sourceDir, held, making));
    results.set(node.name, result);
    buildRoot.show(node, step, result);
    finish(node, 'built', seconds, planned?.reason ?? step.reason, key);
    return 'done';
  } catch (error) {
    const failures = failuresOf(error);
    if (failures === undefined) throw error;
    if (failures.some(({ code }) => code === 'interrupted')) {
      finish(node, 'skipped', 0, 'interrupted');
      return 'skipped';
    }
    for (const failure of failures) site.tell({ event: 'failure', package: node.name, ...failure.record() });
    finish(node, 'failed', seconds, failures[0]?.message ?? 'failed');
    return 'failed';
  } finally {
    slot?.release();
    right?.release();
  }
}

const builtMeanwhile = 'built meanwhile by another mk';

const rightFor = (node: Node, { key }: Decided, { run, site }: Making) =>
  buildRight({
    lockFile: run.store.lockFile(key),
    buildDir: run.workspace.buildDir,
    signal: site.interrupt.signal,
    onWait(holder) {
      site.tell({ event: 'waiting', package: node.name, for: holder });
      site.tell({ event: 'activity', package: node.name, activity: 'wait', detail: holder });
    },
  });

/** The slot is given back when the hooks have ended: others compile while the result is stored. */
async function build(
  node: Node,
  key: Decided['key'],
  sourceDir: string | undefined,
  slot: WorkSlot,
  making: Making,
): Promise<Result> {
  const { run, site, results } = making;
  const built = await buildPackage(
    node,
    (name) => ({ node: run.graph.node(name), result: resultOf(name, results) }),
    sourceDir,
    slot,
    site.workshop,
  );
  slot.release();
  site.tell({ event: 'activity', package: node.name, activity: 'store' });
  const { license, accept, permissions = {}, accounts, yields, whenLinked = false } = node.loaded.recipe;
  const { deployDir, reads, seconds, usage } = built;
  const result = await run.store.commit(key, deployDir, {
    package: node.name,
    version: versionOf(node),
    permissions,
    license,
    ...(accept !== undefined && { accept }),
    whenLinked,
    ...(accounts !== undefined && { accounts }),
    ...(yields !== undefined && { yields }),
    reads,
    seconds,
    sandboxed: site.workshop.sandbox === 'namespaces',
  });
  built.cleanUp();
  const record = buildRecord(node.name, run.target.triplet);
  if (seconds > 0) run.store.history.add(record, { ...usage, seconds });
  return result;
}

function resultOf(name: string, results: ReadonlyMap<string, Result>): Result {
  const result = results.get(name);
  if (result === undefined) throw new TypeError(`${name} has no result`);
  return result;
}
