import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { FindProvider } from '../build/log/missing.ts';
import type { Node } from '../graph/graph.ts';
import { openEntries } from '../store/entries.ts';
import { layoutOf } from '../store/layout.ts';
import type { PlannedRun } from './workshop.ts';

/** Bounds on looking for a provider: entries of the store that are read, and for how long. */
const entryLimit = 20_000;
const timeLimit = 2000;

/**
 * Which package of this workspace has a file that a build for `runsOn` lacks, by the trees that the store still has of
 * it, of whatever target and version. Packages of the run come first; among equals the first by name.
 */
export function providersFor(
  run: Pick<PlannedRun, 'graph' | 'recipes' | 'store'>,
  runsOn: Node['runsOn'],
): FindProvider {
  return ({ paths, isProgram }) => {
    const wanted = isProgram ? 'build' : runsOn;
    const inRun = new Map(run.graph.order.map((node) => [node.name, node.runsOn]));
    const isUsable = (name: string) => run.recipes.has(name) && (inRun.get(name) ?? wanted) === wanted;
    const trees = knownTrees(run.store.dir).filter(({ name }) => isUsable(name));
    trees.sort((a, b) => Number(inRun.has(b.name)) - Number(inRun.has(a.name)) || (a.name < b.name ? -1 : 1));
    for (const path of paths) {
      const found = trees.find(({ tree }) => existsSync(join(tree, path)));
      if (found !== undefined) return { package: found.name, path };
    }
    return undefined;
  };
}

function knownTrees(storeDir: string): { readonly name: string; readonly tree: string }[] {
  const layout = layoutOf(storeDir);
  const trees = new Map<string, { name: string; tree: string }>();
  const end = performance.now() + timeLimit;
  let seen = 0;
  for (const { entry } of openEntries(layout).all()) {
    if (++seen > entryLimit || performance.now() > end) break;
    const result = entry?.result;
    if (result === undefined) continue;
    const tree = layout.tree(result.output);
    if (existsSync(tree)) trees.set(`${result.package} ${tree}`, { name: result.package, tree });
  }
  return [...trees.values()];
}
