import { existsSync, mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Failure } from '../base/failure.ts';
import { emptyDir, removeTree } from '../base/files.ts';
import type { Action, HookPaths, Unpacking } from '../build/action.ts';
import { hookEnvironment } from '../build/environment.ts';
import { type Execution, execute } from '../build/execute.ts';
import { type Mount, sandboxPaths } from '../build/sandbox.ts';
import type { Node } from '../graph/graph.ts';
import { versionOf } from '../plan/key.ts';
import type { LoadedRecipe } from '../recipe/load.ts';
import type { Activity, Usage } from '../report/event.ts';
import type { Read } from '../store/store.ts';
import { peakOf, sourceRecord } from './expectations.ts';
import type { WorkSlot } from './slots.ts';
import { configPlace, type Made, noPaths, stagePackage } from './stage-package.ts';
import { expectUnchanged } from './working-tree.ts';
import type { Workshop } from './workshop.ts';

/** Unpacks and prepares a source tree in the empty directory `sourceDir`. */
export async function prepareSource(
  source: LoadedRecipe,
  sourceDir: string,
  unpack: readonly Unpacking[],
  priority: number,
  workshop: Workshop,
): Promise<void> {
  const isolated = workshop.sandbox === 'namespaces';
  const workDir = workshop.store.workDir(`.${source.name}-source`);
  const shown = ({ file, ...rest }: Unpacking) => ({
    ...rest,
    file: isolated ? `${sandboxPaths.downloadDir}/${basename(file)}` : file,
  });
  const config = configPlace(workDir, isolated);
  const patches = workshop.placePatches(source, join(workDir, 'patches'));
  const reads: Read[] = [];
  const record = sourceRecord(source.name);
  const { history } = workshop.store;
  const shownName = workshop.shownAs.get(source.name) ?? source.name;
  const slot = await workshop.slots.take(shownName, priority, peakOf(history.of(record)));
  const started = performance.now();
  try {
    const usage = await executeFor(shownName, slot, workshop, {
      ...common(source, shownName, workshop, workDir),
      action: {
        ...actionOf(source.name, source.recipe.version ?? '', source.recipe.runsOn ?? 'target', workshop),
        phase: 'prepare',
        unpack: unpack.map(shown),
        patches: patches.files,
        contents: [],
      },
      paths: { ...noPaths, recipeDir: workshop.recipeDir(source), sourceDir, homeDir: workDir },
      writable: ['sourceDir'],
      mounts: [
        ...unpack.map(
          ({ file }): Mount => ({ from: file, to: `${sandboxPaths.downloadDir}/${basename(file)}`, writable: false }),
        ),
        ...patches.mounts,
        config.mount,
      ],
      logFiles: { prepare: workshop.buildRoot.logFile(source.name, 'prepare') },
      answer: workshop.answerer(reads, config.dir, config.shownDir),
    });
    expectSourceReads(source, reads, workshop);
    const fetch = workshop.fetching.seconds(source.name);
    history.add(record, { ...usage, seconds: secondsSince(started), fetch });
  } finally {
    slot.release();
    removeTree(workDir);
  }
}

/** Whatever else a prepared tree depended on would be in nobody's key. */
function expectSourceReads({ name, place }: LoadedRecipe, reads: readonly Read[], { sourceReads }: Workshop): void {
  const known = new Set(sourceReads(name).map((read) => `${read.kind} ${read.name}`));
  const other = reads.find((read) => !known.has(`${read.kind} ${read.name}`));
  if (other === undefined) return;
  throw new Failure('recipe-invalid', `${name}: its prepare hook asks the configuration for ${other.name}`, {
    place: place('prepare'),
    hint: 'prepared sources are the same for every board and product: ask in build, or for a field of the recipe',
  });
}

/** What a build gives: the settled tree, which the caller moves into the store, and what the hooks read. */
export interface Built {
  readonly deployDir: string;
  readonly reads: readonly Read[];
  readonly seconds: number;
  readonly usage: Usage;
  /** Removes the directories of the build; to be called when the tree has been taken. */
  cleanUp(): void;
}

/**
 * Stages what the package needs and runs its build and deploy hooks. The build directory stays after a failure. A working
 * directory that was built from must be the same afterwards.
 */
export async function buildPackage(
  node: Node,
  resultOf: Made,
  sourceDir: string | undefined,
  slot: WorkSlot,
  workshop: Workshop,
): Promise<Built> {
  const { store, buildRoot } = workshop;
  const workDir = store.workDir(node.name);
  const { recipe } = node.loaded;
  if (recipe.build === undefined && recipe.deploy === undefined) return nothing(workDir);
  const buildDir = emptyDir(buildRoot.buildDir(node.name));
  const reads: Read[] = [];
  try {
    const { contents, config, ...place } = stagePackage(node, resultOf, sourceDir, { workDir, buildDir }, workshop);
    const started = performance.now();
    const usage = await executeFor(node.name, slot, workshop, {
      ...common(node.loaded, node.name, workshop, workDir),
      ...place,
      action: {
        ...actionOf(node.name, versionOf(node) ?? '', node.runsOn, workshop),
        phase: 'build',
        unpack: [],
        contents,
      },
      recipeOf: (name) => (node.contents.includes(name) ? join(resultOf(name).node.loaded.dir, 'build.ts') : undefined),
      logFiles: { build: buildRoot.logFile(node.name, 'build'), deploy: buildRoot.logFile(node.name, 'deploy') },
      answer: workshop.answerer(reads, config.dir, config.shownDir),
    });
    const seconds = secondsSince(started);
    const workingTree = node.source && workshop.workingTrees.get(node.source.name);
    if (workingTree !== undefined && workingTree.dir === sourceDir) await expectUnchanged(workingTree);
    return {
      deployDir: place.paths.deployDir,
      reads,
      seconds,
      usage,
      cleanUp() {
        removeTree(workDir);
        removeTree(buildDir);
      },
    };
  } catch (error) {
    removeTree(workDir);
    throw error;
  }
}

/** A package that only names others installs nothing, and nothing has to be staged or run for it. */
function nothing(workDir: string): Built {
  const usage = { cpu: 0, memory: 0 };
  const cleanUp = () => removeTree(workDir);
  return { deployDir: emptyDir(join(workDir, 'deploy')), reads: [], seconds: 0, usage, cleanUp };
}

const secondsSince = (started: number): number => (performance.now() - started) / 1000;

/** Runs hooks in a slot, and counts for the package what they take, however they end. */
async function executeFor(
  name: string,
  slot: WorkSlot,
  { meter, spending, isJobServerNamed }: Workshop,
  execution: Omit<Execution, 'slot' | 'meter' | 'isJobServerNamed' | 'onMeasured' | 'onUsage'>,
): Promise<Usage> {
  let usage: Usage = { cpu: 0, memory: 0 };
  await execute({
    ...execution,
    slot,
    meter,
    // A make that a package has made may be an older one.
    isJobServerNamed: !existsSync(join(execution.paths.toolchainDir, 'bin', 'make')) && isJobServerNamed(),
    onMeasured: slot.measure,
    onUsage(taken) {
      usage = taken;
      spending.add(name, taken);
    },
  });
  return usage;
}

function actionOf(
  name: string,
  version: string,
  runsOn: Node['runsOn'],
  { buildTriplet, targetTriplet, jobServer }: Workshop,
) {
  const host = runsOn === 'build' ? buildTriplet : targetTriplet;
  return {
    package: name,
    version,
    runsOn,
    triplet: { build: buildTriplet, host, target: targetTriplet },
    jobs: jobServer.jobs,
  } satisfies Partial<Action>;
}

/** What the commands of every package's hooks have in their environment. */
export const environmentOf = (paths: HookPaths, { buildTriplet, targetTriplet, jobServer }: Workshop) =>
  hookEnvironment(paths, { build: buildTriplet, target: targetTriplet }, jobServer.jobs);

function common(loaded: LoadedRecipe, shownName: string, workshop: Workshop, workDir: string) {
  mkdirSync(workDir, { recursive: true });
  return {
    recipesModule: workshop.recipesModule,
    runner: workshop.runner,
    node: workshop.node,
    sandbox: workshop.sandbox,
    recipeFile: join(loaded.dir, 'build.ts'),
    findProvider: workshop.providersFor(loaded.recipe.runsOn ?? 'target'),
    environment: (paths: HookPaths) => environmentOf(paths, workshop),
    onHook: (hook: string) => workshop.tell({ event: 'activity', package: shownName, activity: hook as Activity }),
    onWarning: (message: string) => workshop.tell({ event: 'warning', message: `${loaded.name}: ${message}` }),
  } satisfies Partial<Execution>;
}
