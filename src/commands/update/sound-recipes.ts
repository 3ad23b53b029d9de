import { failuresOf, throwCollected } from '../../base/failure.ts';
import { openReadable, type RecipeSet } from '../../recipe/load.ts';

/**
 * Recipes of which some may not even be TypeScript, or import what is not: such a one fails when it is loaded, instead of
 * all when they are opened.
 */
export async function openSoundRecipes(
  packages: ReadonlyMap<string, string>,
  engineRoot: string,
  cacheDir: string,
): Promise<RecipeSet> {
  const open = (some: ReadonlyMap<string, string>) => openReadable(some, engineRoot, cacheDir);
  try {
    return await open(packages);
  } catch (error) {
    if (failuresOf(error) === undefined) throw error;
  }
  // What several of them import is at fault.
  const sound = new Map<string, string>();
  const faults = new Map<string, unknown>();
  for (const [name, dir] of packages) {
    try {
      const { unreadable } = await open(new Map([[name, dir]]));
      throwCollected(unreadable ?? []);
      sound.set(name, dir);
    } catch (error) {
      faults.set(name, error);
    }
  }
  const recipes = await open(sound);
  return {
    bundlePath: recipes.bundlePath,
    names: [...packages.keys()],
    has: (name) => packages.has(name),
    load(name, config) {
      if (faults.has(name)) throw faults.get(name);
      return recipes.load(name, config);
    },
  };
}
