import { failuresOf } from '../base/failure.ts';
import type { Node } from '../graph/graph.ts';
import { versionOf } from '../plan/key.ts';
import { decide, type Step } from '../plan/plan.ts';
import type { StepEnd } from '../plan/schedule.ts';
import type { Verdict } from '../report/event.ts';
import type { Result } from '../store/store.ts';
import { buildPackage } from './build-package.ts';
import type { Site } from './site.ts';
import type { PlannedRun } from './workshop.ts';

/** What the packages of one run are made with. */
export interface Making {
  readonly run: PlannedRun;
  readonly plan: ReadonlyMap<string, Step>;
  readonly site: Site;
  /** Of the packages that are finished, by name. */
  readonly results: Map<string, Result>;
  finish(node: Node, verdict: Verdict, seconds: number, reason: string, key?: string): void;
}

/** One package: its stored result if there is one, else a build. */
export async function makePackage(
  node: Node,
  priority: number,
  { run, plan, site, results, finish }: Making,
): Promise<StepEnd> {
  const { graph, store, buildRoot, inputs } = run;
  const { tell, workshop, sources } = site;
  let started = performance.now();
  const elapsed = () => (performance.now() - started) / 1000;
  const resultOf = (name: string): Result => {
    const result = results.get(name);
    if (result === undefined) throw new TypeError(`${name} has no result`);
    return result;
  };
  try {
    const planned = plan.get(node.name);
    const step = planned?.kind === 'cached' ? planned : decide(node, resultOf, inputs);
    if (step.kind === 'cached') {
      results.set(node.name, step.result);
      buildRoot.show(node, step.document, step.result);
      finish(node, 'cached', elapsed(), step.reason, step.key);
      return 'done';
    }
    const sourceDir = node.source === undefined ? undefined : await sources.prepared(node.source, priority);
    const asked = performance.now();
    const slot = await workshop.jobServer.take(priority);
    // Waiting for others is no part of what this package takes.
    started += performance.now() - asked;
    try {
      const built = await buildPackage(
        node,
        (name) => ({ node: graph.node(name), result: resultOf(name) }),
        sourceDir,
        workshop,
      );
      const { recipe } = node.loaded;
      const { reads, seconds } = built;
      const { license, permissions = {}, whenLinked = false } = recipe;
      const sandboxed = workshop.sandbox === 'namespaces';
      const version = versionOf(node);
      const result = await store.commit(step.key, built.deployDir, {
        package: node.name,
        version,
        permissions,
        license,
        whenLinked,
        reads,
        seconds,
        sandboxed,
      });
      built.cleanUp();
      results.set(node.name, result);
      buildRoot.show(node, step.document, result);
    } finally {
      slot.release();
    }
    finish(node, 'built', elapsed(), planned?.reason ?? step.reason, step.key);
    return 'done';
  } catch (error) {
    const failures = failuresOf(error);
    if (failures === undefined) throw error;
    for (const failure of failures) tell({ event: 'failure', package: node.name, ...failure.record() });
    finish(node, 'failed', elapsed(), failures[0]?.message ?? 'failed');
    return 'failed';
  }
}
