import { chmodSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { digestOf } from '../../src/base/digest.ts';
import { beginHooks } from '../../src/base/evaluation.ts';
import { emptyDir, removeTree } from '../../src/base/files.ts';
import { hookConfig } from '../../src/build/hook-config.ts';
import { stageTrees } from '../../src/build/stage.ts';
import { selectTarget } from '../../src/config/target.ts';
import { openWorkspace } from '../../src/config/workspace.ts';
import type { Node } from '../../src/graph/graph.ts';
import { resolveGraph } from '../../src/graph/resolve.ts';
import { readingOf } from '../../src/make/reading.ts';
import { versionOf } from '../../src/plan/key.ts';
import { decide, makePlan, type PlanInputs, type Previous } from '../../src/plan/plan.ts';
import type { DeployContext } from '../../src/recipe/context.ts';
import { openRecipes, type RecipeSet } from '../../src/recipe/load.ts';
import { openStore, type Read, type Result, type Store } from '../../src/store/store.ts';
import { recipeText, sharedModules } from './generated-recipes.ts';
import { board, type GeneratedWorkspace, product, type State, trees } from './generated-workspace.ts';
import { repository } from './workspace.ts';

const releaseText = `import { recipe } from '#mk';
export default recipe((config) => ({ contains: config.list('ROOTFS') }));
`;

/** Every build.ts of a generated workspace, by path. */
export const recipesOf = ({ packages }: GeneratedWorkspace, depth?: string): Readonly<Record<string, string>> => ({
  ...Object.fromEntries(packages.map((made) => [`pkg/${made.name}/build.ts`, recipeText(made, depth)])),
  'pkg/release/build.ts': releaseText,
});

/** Writes what differs between two states of the files below `dir`. */
export function writeState(dir: string, from: State, to: State): void {
  for (const path of from.keys()) if (!to.has(path)) removeFile(dir, path);
  for (const [path, file] of to) {
    const before = from.get(path);
    if (before?.text === file.text && before.executable === file.executable) continue;
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), file.text);
    chmodSync(join(dir, path), file.executable ? 0o755 : 0o644);
  }
}

/** A directory that became empty goes too: it would be there for those who ask. */
function removeFile(dir: string, path: string): void {
  rmSync(join(dir, path));
  for (let above = dirname(path); readdirSync(join(dir, above)).length === 0; above = dirname(above))
    rmdirSync(join(dir, above));
}

/** A workspace in which packages are built inside the test's own process. */
export interface InProcess {
  readonly dir: string;
  /** What would be built, as the plan knows it beforehand. */
  planned(): Promise<string[]>;
  /** Builds what must be built and returns its names; `choose` says which of several packages that could be next is. */
  build(choose?: (ready: readonly Node[]) => Node | undefined): Promise<string[]>;
  /** Name, key and output of everything that the last build made or found, sorted. */
  made(): string[];
  /** The text of the file that a package installed last; undefined for none. */
  output(name: string): string | undefined;
  close(): void;
}

/** All these workspaces with one bundle of recipes, each in a directory below `dir`. */
export async function openInProcess(dir: string, workspaces: readonly GeneratedWorkspace[]): Promise<InProcess[]> {
  for (const [path, text] of Object.entries(sharedModules)) write(join(dir, path), text);
  const packages = new Map<string, string>();
  workspaces.forEach((workspace, at) => {
    for (const [path, text] of Object.entries(recipesOf(workspace, '../../..'))) {
      write(join(dir, `${at}`, path), text);
      const name = path.split('/')[1] ?? '';
      packages.set(`${at}/${name}`, join(dir, `${at}`, 'pkg', name));
    }
    for (const tree of trees) mkdirSync(join(dir, `${at}`, tree, 'pkg'), { recursive: true });
  });
  const all = await openRecipes(packages, repository, join(dir, 'bundle'));
  return workspaces.map((_, at) => inProcess(join(dir, `${at}`), recipesOfOne(all, `${at}/`)));
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** The recipes of one of the workspaces under the names that they have there. */
const recipesOfOne = (all: RecipeSet, prefix: string): RecipeSet => ({
  ...all,
  names: all.names.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length)),
  has: (name) => all.has(prefix + name),
  load: (name, config) => ({ ...all.load(prefix + name, config), name }),
});

function inProcess(dir: string, recipes: RecipeSet): InProcess {
  const shown = new Map<string, Previous>();
  const made: string[] = [];
  // One for all runs, as if nothing had been forgotten: what is in it is on the disk.
  const store = openStore(join(dir, 'store'));
  const open = async () => {
    const [low, ...others] = trees.map((tree) => join(dir, tree));
    const workspace = openWorkspace({ root: low ?? '', layers: others, cwd: dir, env: {} });
    const target = selectTarget(workspace, board, product);
    const reading = readingOf(target, 'revision');
    const graph = resolveGraph('release', recipes, reading.configOf, reading.preferred());
    const inputs: PlanInputs = {
      store,
      now: reading.now,
      previous: (name) => shown.get(name),
      circumstances: {
        target: target.triplet,
        machine: digestOf('machine'),
        sandboxed: true,
        fieldReads: reading.fieldReads,
        sourceReads: reading.sourceReads,
      },
    };
    return { reading, graph, inputs, plan: makePlan(graph, inputs) };
  };
  return {
    dir,
    close: store.close,
    async planned() {
      const { plan } = await open();
      return [...plan.values()].filter(({ kind }) => kind === 'run').map(({ node }) => node.name);
    },
    made: () => [...made].sort(),
    async build(choose = ([first]) => first) {
      const { reading, graph, inputs, plan } = await open();
      const results = new Map<string, Result>();
      const resultOf = (name: string): Result => {
        const result = results.get(name);
        if (result === undefined) throw new TypeError(`${name} has no result`);
        return result;
      };
      const built: string[] = [];
      made.length = 0;
      const waiting = new Set(graph.order);
      while (waiting.size > 0) {
        const node = choose(
          [...waiting].filter(({ name }) => graph.needs(name).every((needed) => results.has(needed))),
        );
        if (node === undefined) throw new Error('nothing is ready');
        waiting.delete(node);
        const planned = plan.get(node.name);
        const step = planned?.kind === 'cached' ? planned : decide(node, resultOf, inputs);
        if (step.kind === 'run') built.push(node.name);
        const result =
          step.kind === 'cached'
            ? step.result
            : await store.commit(step.key, ...(await runHooks(node, resultOf, store, reading.answerer)));
        results.set(node.name, result);
        made.push(`${node.name} ${step.key} ${result.output}`);
        shown.set(node.name, { document: step.document(), output: result.output });
      }
      return built;
    },
    output(name) {
      const output = shown.get(name)?.output;
      if (output === undefined) return undefined;
      const share = join(store.tree(output), 'share');
      try {
        return readFileSync(join(share, name), 'utf8');
      } catch {
        return undefined;
      }
    },
  };
}

type Answerer = ReturnType<typeof readingOf>['answerer'];

/** Runs the hooks of a package here, with its configuration connected to the engine's recording answerer. */
async function runHooks(
  node: Node,
  resultOf: (name: string) => Result,
  store: Store,
  answerer: Answerer,
): Promise<[string, Omit<Result, 'output' | 'size'>]> {
  const work = store.workDir(node.name);
  const deployDir = emptyDir(join(work, 'deploy'));
  const reads: Read[] = [];
  const { recipe } = node.loaded;
  const staged = node.staged.map((name) => ({ package: name, tree: store.tree(resultOf(name).output) }));
  if (recipe.deploy !== undefined) {
    stageTrees(staged, join(work, 'sysroot'), node.name);
    const at = (file: string) => (file.startsWith('/') ? file : join(work, 'build', file));
    const context: Partial<DeployContext> = {
      name: node.name,
      sysroot: join(work, 'sysroot'),
      deployDir,
      config: hookConfig(answerer(reads, join(work, 'config'), join(work, 'config')), () => {}),
      contents: node.contents
        .map(resultOf)
        .map(({ package: name, version, license, permissions, whenLinked, output }) => ({
          ...{ name, version, license, permissions, whenLinked },
          tree: store.tree(output),
        })),
      read: async (file) => readFileSync(at(file), 'utf8'),
      write: async (file, text) => write(at(file), text),
    };
    await recipe.build?.(context as DeployContext);
    beginHooks();
    await recipe.deploy(context as DeployContext);
    removeTree(join(work, 'build'));
  }
  const { license, permissions = {}, whenLinked = false } = recipe;
  const version = versionOf(node);
  return [
    deployDir,
    { package: node.name, version, permissions, license, whenLinked, reads, seconds: 0, sandboxed: true },
  ];
}
