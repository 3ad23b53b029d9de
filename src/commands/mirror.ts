import { join, resolve } from 'node:path';
import { Failure, failuresOf } from '../base/failure.ts';
import { openWorkspace } from '../config/workspace.ts';
import { publish } from '../fetch/publish.ts';
import type { Installation } from '../installation.ts';
import { partsOf } from '../make/sources.ts';
import { openRecipes, type RecipeSet } from '../recipe/load.ts';
import { noConfig } from '../update/no-config.ts';

/**
 * `mk mirror <directory>`: puts everything that lies in download/ into a mirror for other builds. Returns 0.
 * Without a directory and with `check`: what `mirrorCheckCommand` does.
 */
export async function mirrorCommand(options: {
  readonly directory: string | undefined;
  readonly check: boolean;
  readonly full: boolean;
  readonly layers: readonly string[];
  readonly installation: Installation;
}): Promise<number> {
  const { directory, check, full, layers, installation } = options;
  if (check && directory === undefined)
    return (await import('./mirror-check.ts')).mirrorCheckCommand({ full, layers, installation });
  if (directory === undefined || check || full) {
    throw new Failure('usage', 'mk mirror needs a directory, or --check without one', {
      hint: 'mk mirror DIRECTORY copies what was fetched; mk mirror --check [--full] asks upstream',
    });
  }
  const workspace = openWorkspace({ root: installation.root, layers, cwd: process.cwd(), env: process.env });
  const dir = resolve(directory);
  const { added, present, digests } = await publish(workspace.downloadDir, dir);
  const recipesDir = join(workspace.storeDir, 'recipes');
  const named = await digestsIn(() => openRecipes(workspace.packages, installation.root, recipesDir));
  const strange = named === undefined ? 0 : digests.filter((digest) => !named.has(digest)).length;
  // A file that was changed, or one of an older recipe: it harms nobody, since it is asked for by its digest.
  const note = strange === 0 ? '' : `; ${strange} of them are named by no recipe here`;
  process.stderr.write(`${added} files added to ${dir}, ${present} were there${note}; use it with MK_MIRRORS=${dir}\n`);
  return 0;
}

/** The digests of all files that recipes name; a recipe with which something is wrong names none. Undefined without recipes. */
async function digestsIn(open: () => Promise<RecipeSet>): Promise<ReadonlySet<string> | undefined> {
  const digests = new Set<string>();
  let recipes: RecipeSet;
  try {
    recipes = await open();
  } catch (error) {
    if (failuresOf(error) === undefined) throw error;
    return undefined;
  }
  for (const name of recipes.names) {
    try {
      const parts = partsOf(recipes.load(name, noConfig));
      for (const { candidates } of parts) for (const { sha256 } of candidates) digests.add(sha256);
    } catch (error) {
      if (failuresOf(error) === undefined) throw error;
    }
  }
  return digests;
}
