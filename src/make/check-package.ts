import { cpSync, existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { failuresOf } from '../base/failure.ts';
import { isErrno, removeTree } from '../base/files.ts';
import { compareTrees } from '../deploy/compare.ts';
import type { Node } from '../graph/graph.ts';
import { versionOf } from '../plan/key.ts';
import type { CheckVerdict } from '../report/event.ts';
import type { Result } from '../store/store.ts';
import { buildPackage } from './build-package.ts';
import type { Elsewhere } from './elsewhere.ts';
import { reviewedTree } from './reviewed-tree.ts';
import type { Site } from './site.ts';
import type { WorkSlot } from './slots.ts';
import type { PlannedRun } from './workshop.ts';

/** What the packages of a run are built a second time with. */
export interface Checking {
  readonly run: PlannedRun;
  readonly site: Site;
  readonly elsewhere: Elsewhere;
  /** Of the first builds, by name; every package that the checked ones need is among them. */
  readonly results: ReadonlyMap<string, Result>;
}

/**
 * Builds a package of the elsewhere a second time, from the same stored outputs of its dependencies, compares the two
 * and tells the outcome. Nothing reaches the store; a second tree that differs is kept in `check/` of the build root.
 */
export async function checkPackage(node: Node, checking: Checking): Promise<CheckVerdict> {
  const { site, elsewhere } = checking;
  const first = resultIn(checking.results, node.name);
  // The longest first: they are what the end is waited for.
  const priority = first.seconds;
  const { recipe } = node.loaded;
  let started = performance.now();
  const end = (verdict: CheckVerdict, detail: readonly string[] = []): CheckVerdict => {
    const seconds = verdict === 'skipped' ? 0 : (performance.now() - started) / 1000;
    site.tell({ event: 'checked', package: node.name, version: versionOf(node), verdict, seconds, detail });
    if (node.source) elsewhere.sources.finished(node.source, true);
    return verdict;
  };
  removeTree(keptDir(checking, node.name));
  if (recipe.build === undefined && recipe.deploy === undefined) return end('same');
  try {
    const sourceDir = node.source && (await elsewhere.sources.prepared(node.source, priority));
    const slot = await elsewhere.workshop.slots.take(node.name, priority, 0);
    try {
      if (site.interrupt.isRequested()) return end('skipped', ['interrupted']);
      started = performance.now();
      const detail = await differences(node, sourceDir, slot, first, checking);
      return end(detail.length === 0 ? 'same' : 'differs', detail);
    } finally {
      slot.release();
    }
  } catch (error) {
    const failures = failuresOf(error);
    if (failures === undefined) throw error;
    for (const failure of failures) site.tell({ event: 'failure', package: node.name, ...failure.record() });
    return end('failed', ['it was built once, and cannot be built again']);
  }
}

/** In words, one line each; none when the second build is the same as the first. */
async function differences(
  node: Node,
  sourceDir: string | undefined,
  slot: WorkSlot,
  result: Result,
  checking: Checking,
): Promise<readonly string[]> {
  const { run, elsewhere, results } = checking;
  const resultOf = (name: string) => ({ node: run.graph.node(name), result: resultIn(results, name) });
  const built = await buildPackage(node, resultOf, sourceDir, slot, elsewhere.workshop);
  try {
    const tree = reviewedTree({ node, result }, checking.site.workshop);
    const { first, differing, compared } = compareTrees(tree, built.deployDir);
    const reads = differingReads(result, built.reads);
    if (first === undefined) return reads;
    const kept = keptDir(checking, node.name);
    moveTree(built.deployDir, kept);
    const shown = join(run.buildRoot.dir, 'deploy', node.name);
    return [
      first,
      ...(differing === 1 ? [] : [`${differing} of ${compared} paths differ`]),
      ...reads,
      `first build:  ${existsSync(shown) ? shown : tree}`,
      `second build: ${kept}`,
    ];
  } finally {
    built.cleanUp();
  }
}

/** Hooks that read other parts of the configuration each time make keys that cannot be relied on. */
function differingReads({ reads: before }: Result, after: Result['reads']): readonly string[] {
  const names = (reads: Result['reads']) => new Set(reads.map(({ kind, name }) => `${kind} ${name}`));
  const [once, again] = [names(before), names(after)];
  return [
    ...[...once].filter((name) => !again.has(name)).map((name) => `reads ${name} only the first time`),
    ...[...again].filter((name) => !once.has(name)).map((name) => `reads ${name} only the second time`),
  ];
}

const keptDir = ({ run }: Checking, name: string): string => join(run.buildRoot.dir, 'check', name);

function resultIn(results: ReadonlyMap<string, Result>, name: string): Result {
  const result = results.get(name);
  if (result === undefined) throw new TypeError(`${name} has no result`);
  return result;
}

/** The build root and the store may be on different file systems. */
function moveTree(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  try {
    renameSync(from, to);
  } catch (error) {
    if (!isErrno(error, 'EXDEV')) throw error;
    cpSync(from, to, { recursive: true, verbatimSymlinks: true });
  }
}
