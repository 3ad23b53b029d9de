import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { copyTree } from '../base/byte-tree.ts';
import { failuresOf, throwCollected } from '../base/failure.ts';
import { runSession, sessionPaths } from '../build/session.ts';
import { refuseBuildInside } from '../config/workspace.ts';
import { parseMirrors } from '../fetch/mirror.ts';
import { type Node, partOf } from '../graph/graph.ts';
import { environmentOf } from '../make/build-package.ts';
import { checkMachine, foreignPackage, planTarget } from '../make/plan-target.ts';
import { type Made, makePackages } from '../make/run-plan.ts';
import { atSite, type Site } from '../make/site.ts';
import { type HookPlace, stagePackage } from '../make/stage-package.ts';
import { copyWorkingTree } from '../make/working-tree.ts';
import type { PlannedRun } from '../make/workshop.ts';
import type { MakeOptions, TargetOptions } from '../options.ts';
import { versionOf } from '../plan/key.ts';
import type { MkEvent } from '../report/event.ts';

/**
 * `mk shell <board> <product> <package> [-- command…]`: makes what the package needs and starts a shell, or the command,
 * where its hooks work. Returns the exit status of that, or 1 when something could not be made.
 */
export async function shellCommand(
  options: TargetOptions & MakeOptions & { readonly package: string; readonly command: readonly string[] },
): Promise<number> {
  const mirrors = parseMirrors(process.env['MK_MIRRORS']);
  const planned = await planTarget(options);
  refuseBuildInside(planned.workspace);
  throwCollected(foreignPackage(options.package, planned));
  const run = { ...planned, graph: partOf(planned.graph, [options.package]), options, mirrors };
  checkMachine(run);
  const node = run.graph.node(options.package);
  return atSite(run, (site) => workAt(node, options.command, run, site), isNews);
}

/** What is there already is not worth a line. */
const isNews = (event: MkEvent): boolean =>
  event.event !== 'start' && !(event.event === 'package' && event.verdict === 'cached');

async function workAt(node: Node, command: readonly string[], run: PlannedRun, site: Site): Promise<number> {
  const { results, status } = await makeNeeds(node, run, site);
  if (status !== 0) return status;
  const sourceDir = await prepared(node, site);
  if (sourceDir === 'failed') return 1;
  const { workshop, interrupt } = site;
  const slot = await workshop.jobServer.take({ priority: 1 });
  // Somebody may work here for hours.
  site.leave();
  try {
    const place = await stage(node, sourceDir, results, run, site);
    const { sandbox } = workshop;
    if (interrupt.isRequested()) return 130;
    process.stderr.write(greeting(node, place, run));
    const session = runSession({
      ...place,
      command,
      title: `mk ${node.name}`,
      sandbox,
      jobServer: slot.path,
      environment: (paths) => ({
        ...environmentOf(paths, workshop),
        // Nothing is kept that could depend on them, and a hook would have them when it asks.
        BOARD: run.target.board,
        PRODUCT: run.target.product,
        OS_RELEASE: run.reading.osRelease,
      }),
    });
    interrupt.forget();
    return await session;
  } finally {
    slot.release();
    if (node.source) site.sources.finished(node.source, true);
  }
}

async function makeNeeds(node: Node, run: PlannedRun, site: Site): Promise<Pick<Made, 'results' | 'status'>> {
  const [first, ...others] = run.graph.needs(node.name);
  if (first === undefined) return { results: new Map(), status: 0 };
  return makePackages(run, site, partOf(run.graph, [first, ...others]));
}

async function prepared({ name, source }: Node, { sources, tell }: Site): Promise<string | undefined | 'failed'> {
  if (source === undefined) return undefined;
  try {
    return await sources.prepared(source, 1);
  } catch (error) {
    const failures = failuresOf(error);
    if (failures === undefined) throw error;
    for (const failure of failures) tell({ event: 'failure', package: name, ...failure.record() });
    return 'failed';
  }
}

/** The place of the hooks as the build hook would find it. */
async function stage(
  node: Node,
  sourceDir: string | undefined,
  results: Made['results'],
  { graph, store }: PlannedRun,
  { workshop }: Site,
): Promise<HookPlace> {
  const workDir = store.workDir(node.name);
  const buildDir = join(workDir, 'build');
  mkdirSync(buildDir);
  const resultOf = (name: string) => {
    const result = results.get(name);
    if (result === undefined) throw new TypeError(`${name} has no result`);
    return { node: graph.node(name), result };
  };
  const place = stagePackage(node, resultOf, sourceDir, { workDir, buildDir }, workshop);
  if (node.loaded.recipe.inSource !== true) return place;
  const workingTree = node.source && workshop.workingTrees.get(node.source.name);
  if (workingTree !== undefined) await copyWorkingTree(workingTree, buildDir);
  else copyTree(place.paths.sourceDir, buildDir);
  return place;
}

/** One line that says what is where. */
function greeting(node: Node, place: HookPlace, { sandbox, workingTrees }: PlannedRun): string {
  const { sourceDir, sysroot, toolchainDir, recipeDir, buildDir, deployDir } = sessionPaths(place.paths, sandbox.level);
  const workingTree = node.source && workingTrees.get(node.source.name);
  const { inSource } = node.loaded.recipe;
  const parts = [
    // A recipe may bring some along.
    `sources${workingTree === undefined ? '' : ` (${workingTree.name})`} in ${sourceDir}`,
    `sysroot in ${sysroot}`,
    `toolchain in ${toolchainDir}`,
    `recipe in ${recipeDir}`,
    `${buildDir} ${inSource === true ? 'has a copy of the sources' : 'is empty'}`,
    `what it installs goes to ${deployDir}`,
    ...(sandbox.level === 'none' ? [`no sandbox (${sandbox.why})`] : []),
    'nothing done here is kept',
  ];
  return `${[node.name, versionOf(node)].filter(Boolean).join(' ')}: ${parts.join(', ')}\n`;
}
