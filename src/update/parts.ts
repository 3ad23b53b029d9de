import type { LoadedRecipe } from '../recipe/load.ts';
import type { ChosenRecipe, ExtraSource } from '../recipe/recipe.ts';

/**
 * What of a recipe has a version of its own: the recipe itself, and each extra source that names its version, as if it
 * were a recipe with the name `gcc/gmp`.
 */
export function partsOf(loaded: LoadedRecipe): readonly LoadedRecipe[] {
  const extra = Object.entries(loaded.recipe.extraSources ?? {});
  return [loaded, ...extra.flatMap(([part, distfile]) => partOf(loaded, part, distfile) ?? [])];
}

function partOf(loaded: LoadedRecipe, part: string, distfile: ExtraSource): LoadedRecipe | undefined {
  const { url, sha256, alternatives, version, update, unpack } = distfile;
  if (version === undefined) return undefined;
  const recipe: ChosenRecipe = {
    ...{ version, sha256, url: (other: string) => url.replaceAll(version, other) },
    ...(alternatives && { alternatives }),
    ...(update && { update }),
    ...(unpack === undefined ? {} : { unpack }),
  };
  return { ...loaded, name: `${loaded.name}/${part}`, recipe };
}

/** The package and, for an extra source, the directory that it goes into. */
export function splitPart(name: string): { readonly owner: string; readonly part: string | undefined } {
  const at = name.indexOf('/');
  return at < 0 ? { owner: name, part: undefined } : { owner: name.slice(0, at), part: name.slice(at + 1) };
}
