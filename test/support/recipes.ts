import { digestOf } from '../../src/base/digest.ts';
import { Failure, failuresOf } from '../../src/base/failure.ts';
import { placeAt } from '../../src/base/place.ts';
import type { Config } from '../../src/recipe/config.ts';
import type { LoadedRecipe, RecipeSet } from '../../src/recipe/load.ts';
import type { Recipe } from '../../src/recipe/recipe.ts';
import { chooseRelations } from '../../src/recipe/relations.ts';
import { noConfig } from '../../src/update/no-config.ts';

/** Recipes by name; a text is what is wrong with the one that cannot be loaded. */
export type RecipesByName = Readonly<Record<string, Recipe | ((config: Config) => Recipe) | string>>;

/** A recipe as if it had been loaded from `pkg/NAME/build.ts`; places are found in its JSON. */
export function loadedRecipe(name: string, recipe: Recipe, config = () => noConfig): LoadedRecipe {
  const text = JSON.stringify(recipe, undefined, 2);
  return {
    name,
    dir: `/pkg/${name}`,
    recipe: chooseRelations(recipe, config),
    digest: digestOf(`${name} ${text}`),
    modules: [],
    place(field, value) {
      const at = text.indexOf(`"${field}"`);
      const from = value === undefined ? at : text.indexOf(`"${value}"`, Math.max(at, 0));
      return at < 0 || from < 0 ? undefined : placeAt(`pkg/${name}/build.ts`, text, from + 1, (value ?? field).length);
    },
  };
}

/** A set of recipes that lies on no disk, and the names of those that were loaded, in order. */
export function recipeSet(recipes: RecipesByName): RecipeSet & { readonly loaded: readonly string[] } {
  const loaded: string[] = [];
  return {
    bundlePath: '',
    names: Object.keys(recipes),
    has: (name) => Object.hasOwn(recipes, name),
    loaded,
    load(name, config, relationConfig = () => config) {
      loaded.push(name);
      const found = recipes[name];
      if (found === undefined) throw new TypeError(`no recipe ${name}`);
      if (typeof found === 'string') throw new Failure('recipe-invalid', `${name}: ${found}`);
      return loadedRecipe(name, typeof found === 'function' ? found(config) : found, relationConfig);
    },
  };
}

/** The failures that a promise is rejected with: at least one. */
export async function failuresFrom(promise: Promise<unknown>): Promise<readonly [Failure, ...Failure[]]> {
  const thrown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  const [first, ...others] = failuresOf(thrown) ?? [];
  if (first === undefined) throw thrown ?? new Error('nothing failed');
  return [first, ...others];
}
