import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import pLimit from 'p-limit';
import { failuresOf } from '../base/failure.ts';
import { suspicions } from '../config/suspicions.ts';
import type { Graph, Node } from '../graph/graph.ts';
import { versionOf } from '../plan/key.ts';
import type { Step } from '../plan/plan.ts';
import { runSchedule } from '../plan/schedule.ts';
import type { LoadedRecipe } from '../recipe/load.ts';
import type { Verdict } from '../report/event.ts';
import type { Result } from '../store/store.ts';
import { expectationsOf } from './expectations.ts';
import { makePackage } from './make-package.ts';
import type { PlannedTarget } from './plan-target.ts';
import { atSite, type Site } from './site.ts';
import { imageOf } from './target-image.ts';
import type { PlannedRun, Workshop } from './workshop.ts';

/** Downloads that run ahead of the builds at a time. */
const downloadsAtOnce = 2;

/** What came of making the packages of a graph. */
export interface Made {
  /** Of the packages that are there now, by name. */
  readonly results: ReadonlyMap<string, Result>;
  readonly counts: Readonly<Record<Verdict, number>>;
  readonly seconds: number;
  /** 0, 1 when a package failed, 130 when interrupted. */
  readonly status: 0 | 1 | 130;
}

/** What in the configuration of a target looks like a mistake, in sentences; none of it is in the way of a build. */
export const doubtsAbout = ({ target, workspace, recipes, graph, reading }: PlannedTarget): readonly string[] =>
  suspicions(target, {
    neededBy: (name) => usersInImage(graph, name),
    reads: graph.order.flatMap(({ name }) => reading.fieldReads(name)),
    recipes: readFileSync(recipes.bundlePath, 'utf8'),
    boards: workspace.boards,
  });

function usersInImage(graph: Graph, name: string): readonly string[] {
  const { contents } = graph.node(imageOf(graph));
  const needs = (each: string) => [...graph.node(each).depends, ...graph.node(each).runDepends].includes(name);
  return contents.includes(name) ? contents.filter(needs) : [];
}

/** Makes every package of the target and returns the exit status: 0, 1 when one failed, 130 when interrupted. */
export function runPlan(run: PlannedRun): Promise<number> {
  const { options, graph, buildRoot } = run;
  return atSite(run, async (site) => {
    // Before hours are spent on what is not what was meant.
    for (const message of doubtsAbout(run)) site.tell({ event: 'warning', message });
    const { results, counts, seconds, status } = await makePackages(run, site, graph);
    buildRoot.finish(graph, (name) => results.get(name));
    const made = status === 0 ? [join(buildRoot.dir, 'deploy', graph.root)] : [];
    site.tell({ event: 'summary', ...counts, seconds, results: made });
    for (const path of made) if (options.events !== '-') process.stdout.write(`${path}\n`);
    return status;
  });
}

/**
 * Makes the packages of `graph`, a part of the run's graph, and shows them in the build root. Of those that are ready the
 * one with the greatest of the `priorities` is first: what most of the run waits for, unless somebody gives others.
 */
export async function makePackages(
  run: PlannedRun,
  site: Site,
  graph: Graph,
  ordered?: ArrayLike<number>,
): Promise<Made> {
  const { tell, sources, workshop, interrupt } = site;
  // What is planned to be used must stay.
  run.store.startHolding();
  // Not before: whoever had this build root until now may have built some of it.
  const plan = run.plan();
  const started = performance.now();
  const counts: Record<Verdict, number> = { built: 0, cached: 0, failed: 0, skipped: 0 };
  const results = new Map<string, Result>();
  const { priorities, packages } = expectationsOf({
    graph,
    plan,
    history: run.store.history,
    triplet: run.target.triplet,
    isFetched: (source) => isFetched(source, workshop.downloadDir),
  });
  const order = ordered ?? priorities;
  const rank = ({ at }: Node) => order[at] ?? 0;
  showSources(graph, plan, workshop.shownAs);
  tell({ event: 'plan', packages });
  const prefetch = pLimit(downloadsAtOnce);
  // What most waits for is fetched first.
  for (const { name, loaded, source } of graph.order.toSorted((a, b) => rank(b) - rank(a))) {
    if (plan.get(name)?.kind !== 'run') continue;
    // What is edited from now on is for the next run.
    keepRecipes(source === undefined ? [loaded] : [loaded, source], workshop);
    // A failed download is told as the package's own failure when its turn comes.
    if (source) prefetch(() => sources.fetch(source)).catch(() => {});
  }
  let failed: string | undefined;
  const finish = (node: Node, verdict: Verdict, seconds: number, reason: string, key?: string) => {
    counts[verdict]++;
    if (verdict === 'failed') failed ??= node.name;
    const { output, size } = results.get(node.name) ?? {};
    const usage = verdict === 'built' || verdict === 'failed' ? workshop.spending.of(node.name) : undefined;
    const version = versionOf(node);
    tell({ event: 'package', package: node.name, version, verdict, seconds, reason, key, output, size, usage });
    if (node.source) sources.finished(node.source, verdict !== 'failed' && verdict !== 'skipped');
  };
  const { keepGoing } = run.options;
  const obstacle = () => {
    if (interrupt.isRequested()) return 'interrupted';
    return failed === undefined || keepGoing ? undefined : `${failed} failed`;
  };
  const unwatch = [...plan.values()].some(({ kind }) => kind === 'run') ? workshop.meter.watch() : () => {};
  const work = runSchedule(graph, {
    keepGoing,
    priorities: order,
    isStopped: interrupt.isRequested,
    skip: (node, because) => finish(node, 'skipped', 0, because),
    work: (node, priority) => makePackage(node, priority, { run, plan, site, results, obstacle, finish }),
  });
  await work.finally(unwatch);
  prefetch.clearQueue();
  const status = interrupt.isRequested() ? 130 : counts.failed + counts.skipped > 0 ? 1 : 0;
  return { results, counts, seconds: (performance.now() - started) / 1000, status };
}

/** Work on a source is told for its own package while that is to be built, else for the first that uses it. */
function showSources(graph: Graph, plan: ReadonlyMap<string, Step>, shownAs: Map<string, string>): void {
  const isBuilt = (name: string) => plan.get(name)?.kind === 'run';
  for (const { name, source } of graph.order) {
    if (source === undefined || !isBuilt(name) || isBuilt(source.name) || shownAs.has(source.name)) continue;
    shownAs.set(source.name, name);
  }
}

/** Whether the file that upstream has of it lies among the downloads. */
const isFetched = ({ recipe }: LoadedRecipe, downloadDir: string): boolean =>
  recipe.url !== undefined && existsSync(join(downloadDir, basename(new URL(recipe.url(recipe.version)).pathname)));

/** One that cannot be kept is told when it is its package's turn. */
function keepRecipes(recipes: readonly LoadedRecipe[], { recipeDir }: Workshop): void {
  for (const loaded of recipes) {
    try {
      recipeDir(loaded);
    } catch (error) {
      if (failuresOf(error) === undefined) throw error;
    }
  }
}
