import { join } from 'node:path';
import { checkPrograms, machineFingerprint } from './build/machine.ts';
import { probeSandbox } from './build/sandbox.ts';
import { selectTarget } from './config/target.ts';
import { openWorkspace, refuseBuildInside } from './config/workspace.ts';
import { parseMirrors } from './fetch/mirror.ts';
import { resolveGraph } from './graph/resolve.ts';
import type { MkOptions } from './options.ts';
import { makePlan, type PlanInputs } from './plan/plan.ts';
import { openReading } from './reading.ts';
import { openRecipes } from './recipe/load.ts';
import { printPlan } from './report/plan-table.ts';
import { runPlan } from './run-plan.ts';
import { openStore } from './store/store.ts';
import { openBuildRoot } from './views.ts';

/**
 * `mk <board> <product>`: builds the target in the current directory and returns the exit status.
 * Everything that is wrong with the arguments, the configuration or a recipe is thrown before any work.
 */
export async function mkCommand(options: MkOptions): Promise<number> {
  const { installation, layers } = options;
  const workspace = openWorkspace({ root: installation.root, layers, cwd: process.cwd(), env: process.env });
  const target = selectTarget(workspace, options.board, options.product);
  refuseBuildInside(workspace);
  const mirrors = parseMirrors(process.env['MK_MIRRORS']);
  // These ask other programs or read much, and wait for each other no longer than they must.
  const [recipes, reading, sandbox, machine] = await Promise.all([
    openRecipes(workspace.packages, installation.root, join(workspace.storeDir, 'recipes')),
    openReading(target, installation.root),
    probeSandbox(options.sandbox),
    machineFingerprint(),
  ]);
  const root = recipes.has(`release-${target.board}`) ? `release-${target.board}` : 'release';
  const graph = await resolveGraph(root, recipes, reading.configOf, reading.preferred());
  checkPrograms(graph.order.map(({ loaded }) => loaded));

  const store = openStore(workspace.storeDir);
  const buildRoot = openBuildRoot(join(workspace.buildDir, `${target.board}-${target.product}`), store);
  const inputs: PlanInputs = {
    store,
    now: reading.now,
    previous: buildRoot.previous,
    circumstances: {
      target: target.triplet,
      machine,
      sandboxed: sandbox.level === 'namespaces',
      fieldReads: reading.fieldReads,
    },
  };
  const plan = makePlan(graph, inputs);
  if (options.dryRun) {
    process.stdout.write(printPlan([...plan.values()]));
    return 0;
  }
  return runPlan({
    options,
    workspace,
    target,
    recipes,
    reading,
    graph,
    store,
    sandbox,
    buildRoot,
    inputs,
    plan,
    mirrors,
  });
}
