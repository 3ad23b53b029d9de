import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { emptyDir, removeTree } from '../base/files.ts';
import type { Action, HookPaths, Unpacking } from '../build/action.ts';
import { hookEnvironment } from '../build/environment.ts';
import { type Execution, execute } from '../build/execute.ts';
import { type Mount, sandboxPaths } from '../build/sandbox.ts';
import { type StagedTree, stageTrees } from '../build/stage.ts';
import type { Node } from '../graph/graph.ts';
import { versionOf } from '../plan/key.ts';
import type { LoadedRecipe } from '../recipe/load.ts';
import type { Activity } from '../report/event.ts';
import type { Read, Result } from '../store/store.ts';
import type { Workshop } from './workshop.ts';

const configMount = '/mk/config';

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
  const slot = await workshop.jobServer.take(priority);
  try {
    await execute({
      ...common(source, workshop, workDir),
      action: {
        ...actionOf(source.name, source.recipe.version ?? '', source.recipe.runsOn ?? 'target', workshop),
        phase: 'prepare',
        unpack: unpack.map(shown),
        contents: [],
      },
      paths: { ...noPaths, recipeDir: source.dir, sourceDir, homeDir: workDir },
      writable: ['sourceDir'],
      mounts: [
        ...unpack.map(
          ({ file }): Mount => ({ from: file, to: `${sandboxPaths.downloadDir}/${basename(file)}`, writable: false }),
        ),
        configDirOf(workDir),
      ],
      logFiles: { prepare: workshop.buildRoot.logFile(source.name, 'prepare') },
      answer: workshop.answerer([], join(workDir, 'config'), isolated ? configMount : join(workDir, 'config')),
    });
  } finally {
    slot.release();
    removeTree(workDir);
  }
}

/** What a build gives: the settled tree, which the caller moves into the store, and what the hooks read. */
export interface Built {
  readonly deployDir: string;
  readonly reads: readonly Read[];
  readonly seconds: number;
  /** Removes the directories of the build; to be called when the tree has been taken. */
  cleanUp(): void;
}

/** Stages what the package needs and runs its build and deploy hooks. The build directory stays after a failure. */
export async function buildPackage(
  node: Node,
  resultOf: (name: string) => { readonly node: Node; readonly result: Result },
  sourceDir: string | undefined,
  workshop: Workshop,
): Promise<Built> {
  const { store, buildRoot, sandbox } = workshop;
  const isolated = sandbox === 'namespaces';
  const workDir = store.workDir(node.name);
  const { recipe } = node.loaded;
  if (recipe.build === undefined && recipe.deploy === undefined) return nothing(workDir);
  const buildDir = emptyDir(buildRoot.buildDir(node.name));
  const staged = (runsOn: Node['runsOn']): StagedTree[] =>
    node.staged
      .map(resultOf)
      .filter((made) => made.node.runsOn === runsOn)
      .map(({ node: { name }, result }) => ({ package: name, tree: store.tree(result.output) }));
  stageTrees(staged('build'), join(workDir, 'toolchain'), node.name);
  stageTrees(staged('target'), join(workDir, 'sysroot'), node.name);
  // The compiler looks for its sysroot beside itself, here and in the composed toolchain.
  symlinkSync('../sysroot', join(workDir, 'toolchain', 'sysroot'));
  const deployDir = emptyDir(join(workDir, 'deploy'));

  const reads: Read[] = [];
  const contents = node.contents.map(resultOf).map(({ node: content, result }) => ({
    name: content.name,
    version: versionOf(content),
    license: content.loaded.recipe.license,
    tree: isolated ? `${sandboxPaths.contentsDir}/${content.name}` : store.tree(result.output),
    permissions: result.permissions,
    whenLinked: content.loaded.recipe.whenLinked ?? false,
    output: result.output,
  }));
  const started = performance.now();
  await execute({
    ...common(node.loaded, workshop, workDir),
    action: {
      ...actionOf(node.name, versionOf(node) ?? '', node.runsOn, workshop),
      phase: 'build',
      unpack: [],
      contents: contents.map(({ output: _, ...content }) => content),
    },
    paths: {
      ...noPaths,
      recipeDir: node.loaded.dir,
      sourceDir: sourceDir ?? ownSource(node.loaded.dir) ?? emptyDir(join(workDir, 'no-source')),
      buildDir,
      sysroot: join(workDir, 'sysroot'),
      toolchainDir: join(workDir, 'toolchain'),
      deployDir,
      homeDir: workDir,
    },
    writable: ['buildDir', 'deployDir'],
    mounts: [
      ...contents.map(
        ({ name, output }): Mount => ({
          from: store.tree(output),
          to: `${sandboxPaths.contentsDir}/${name}`,
          writable: false,
        }),
      ),
      configDirOf(workDir),
    ],
    logFiles: { build: buildRoot.logFile(node.name, 'build'), deploy: buildRoot.logFile(node.name, 'deploy') },
    answer: workshop.answerer(reads, join(workDir, 'config'), isolated ? configMount : join(workDir, 'config')),
  }).catch((error: unknown) => {
    removeTree(workDir);
    throw error;
  });
  return {
    deployDir,
    reads,
    seconds: (performance.now() - started) / 1000,
    cleanUp() {
      removeTree(workDir);
      removeTree(buildDir);
    },
  };
}

/** A package that only names others installs nothing, and nothing has to be staged or run for it. */
function nothing(workDir: string): Built {
  return { deployDir: emptyDir(join(workDir, 'deploy')), reads: [], seconds: 0, cleanUp: () => removeTree(workDir) };
}

/** A recipe without a url may bring its source along. */
function ownSource(recipeDir: string): string | undefined {
  const dir = join(recipeDir, 'src');
  return existsSync(dir) ? dir : undefined;
}

const noPaths: HookPaths = {
  recipeDir: '',
  sourceDir: '',
  buildDir: '',
  sysroot: '',
  toolchainDir: '',
  deployDir: '',
  downloadDir: '',
  contentsDir: '',
  logDir: '',
  homeDir: '',
};

function configDirOf(workDir: string): Mount {
  const from = join(workDir, 'config');
  mkdirSync(from, { recursive: true });
  return { from, to: configMount, writable: false };
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

function common(loaded: LoadedRecipe, workshop: Workshop, workDir: string) {
  mkdirSync(workDir, { recursive: true });
  const { buildTriplet: build, targetTriplet: target, jobServer } = workshop;
  return {
    recipesModule: workshop.recipesModule,
    runner: workshop.runner,
    node: workshop.node,
    jobServer: jobServer.path,
    sandbox: workshop.sandbox,
    recipeFile: join(loaded.dir, 'build.ts'),
    environment: (paths: HookPaths) => hookEnvironment(paths, { build, target }, jobServer.jobs),
    onHook: (hook: string) => workshop.tell({ event: 'activity', package: loaded.name, activity: hook as Activity }),
    onWarning: (message: string) => workshop.tell({ event: 'warning', message: `${loaded.name}: ${message}` }),
  } satisfies Partial<Execution>;
}
