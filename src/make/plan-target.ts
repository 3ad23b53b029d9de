import { join } from 'node:path';
import { shown } from '../base/command.ts';
import { Failure, Failures, failuresOf, throwCollected } from '../base/failure.ts';
import { didYouMean } from '../base/suggest.ts';
import { machineFingerprint } from '../build/fingerprint.ts';
import { checkPrograms } from '../build/machine.ts';
import { probeSandbox, type SandboxLevel } from '../build/sandbox.ts';
import { selectTarget, type Target } from '../config/target.ts';
import { openWorkspace, type Workspace } from '../config/workspace.ts';
import type { Graph } from '../graph/graph.ts';
import { resolveGraph } from '../graph/resolve.ts';
import type { MakeOptions, TargetOptions } from '../options.ts';
import { makePlan, type PlanInputs, type Step } from '../plan/plan.ts';
import { openReadable, type RecipeSet } from '../recipe/load.ts';
import { openStore, type Store } from '../store/store.ts';
import { openMemory } from './memory.ts';
import type { PastTree } from './past-tree.ts';
import { patchFaults } from './patches.ts';
import { openReading, type Reading, readingOf } from './reading.ts';
import { tellerOf } from './telling.ts';
import { type BuildRoot, openBuildRoot } from './views.ts';
import { openWorkingTrees, type WorkingTree } from './working-tree.ts';

/** One target with everything that is known of it before anything is built. */
export interface PlannedTarget {
  readonly workspace: Workspace;
  readonly target: Target;
  readonly recipes: RecipeSet;
  readonly reading: Reading;
  readonly graph: Graph;
  readonly store: Store;
  readonly sandbox: { readonly level: SandboxLevel; readonly why: string | undefined };
  readonly buildRoot: BuildRoot;
  readonly inputs: PlanInputs;
  /** Working directories that packages are built from, by the name of the package whose source they are. */
  readonly workingTrees: ReadonlyMap<string, WorkingTree>;
  /** What has to be done for each package, as the store and the build root are at the moment of the call. */
  plan(): ReadonlyMap<string, Step>;
}

type PlanOptions = TargetOptions & Partial<Pick<MakeOptions, 'verbose'>>;

/**
 * Reads recipes and configuration of a target and resolves its graph. Everything that is wrong with the arguments, the
 * configuration or a recipe is thrown. With `past`, pkg/, board/ and product/ of the repository are those of then.
 */
export async function planTarget(options: PlanOptions, past?: PastTree): Promise<PlannedTarget> {
  const { installation, layers, rebuild = [], verbose = [] } = options;
  const tree = past?.root ?? installation.root;
  const workspace = openWorkspace({ root: tree, layers, cwd: process.cwd(), env: process.env });
  const target = selectTarget(workspace, options.board, options.product);
  // These ask other programs or read much, and wait for each other no longer than they must. The slowest first.
  const asked = Promise.all([
    probeSandbox(options.sandbox),
    machineFingerprint(join(workspace.storeDir, 'engine', 'machine.json')),
  ]);
  // What is thrown before the answers are wanted is told alone.
  asked.catch(() => {});
  const [reading, recipes] = await Promise.all([
    past ? readingOf(target, past.revision.name, past.revision.time) : openReading(target, tree),
    openReadable(workspace.packages, installation.root, past?.bundleDir ?? join(workspace.storeDir, 'recipes')),
  ]);
  const root = recipes.has(`release-${target.board}`) ? `release-${target.board}` : 'release';
  const graph = withUnreadable(recipes, () =>
    resolveGraph(root, recipes, reading.configOf, reading.preferred(), reading.placeOf),
  );
  recipes.remember?.();
  const foreign = (name: string) => foreignPackage(name, { graph, recipes, workspace });
  throwCollected([...[...rebuild, ...verbose].flatMap(foreign), ...patchFaults(target, graph, recipes)]);
  const workingTrees = await openWorkingTrees(options.sources, { graph, cwd: workspace.buildDir, foreign });

  const [sandbox, machine] = await asked;
  const store = openStore(workspace.storeDir);
  const tell = tellerOf(target, workspace.trees);
  const remember = openMemory(tell, reading.now);
  const buildRoot = openBuildRoot(join(workspace.buildDir, `${target.board}-${target.product}`), store, remember);
  const inputs: PlanInputs = {
    store,
    now: reading.now,
    previous: buildRoot.previous,
    telling: { before: (name) => buildRoot.memory(name)?.told, today: tell },
    rebuild: new Set(rebuild),
    circumstances: {
      target: target.triplet,
      machine,
      sandboxed: sandbox.level === 'namespaces',
      fieldReads: reading.fieldReads,
      sourceReads: reading.sourceReads,
      workingTrees,
    },
  };
  const plan = () => {
    buildRoot.reread();
    return makePlan(graph, inputs);
  };
  return { workspace, target, recipes, reading, graph, store, sandbox, buildRoot, inputs, workingTrees, plan };
}

/** What cannot be read is told together with what else is wrong. */
function withUnreadable({ unreadable = [] }: RecipeSet, work: () => Graph): Graph {
  try {
    const graph = work();
    throwCollected(unreadable);
    return graph;
  } catch (error) {
    const failures = failuresOf(error);
    if (failures === undefined || unreadable.length === 0) throw error;
    throw new Failures([...new Set([...unreadable, ...failures])]);
  }
}

/** Fails before any work with every program of the build machine that the target's recipes need and that is missing. */
export const checkMachine = ({ graph }: Pick<PlannedTarget, 'graph'>): void =>
  checkPrograms(graph.order.map(({ loaded }) => loaded));

/** Why this is no package of the target; nothing when it is one. */
export function foreignPackage(
  name: string,
  { graph, recipes, workspace }: Pick<PlannedTarget, 'graph' | 'recipes' | 'workspace'>,
): readonly Failure[] {
  const names = graph.order.map((node) => node.name);
  if (names.includes(name)) return [];
  if (recipes.has(name)) {
    const hint = 'mk builds what the release of the target contains: is it missing in ROOTFS?';
    return [new Failure('package-unknown', `${name} is no part of this target`, { hint })];
  }
  const layers = workspace.trees.slice(1).flatMap((tree) => ['--layer', tree]);
  const hint =
    didYouMean(name, names) ??
    didYouMean(name, recipes.names) ??
    `${shown(['mk', 'list', 'packages', ...layers])} shows them all`;
  return [new Failure('package-unknown', `there is no package "${name}"`, { hint })];
}
