import type { Config } from './config.ts';
import { type ChosenRecipe, type Recipe, relationFields } from './recipe.ts';

/** A recipe with the packages that its relations name for one board and product; the configuration is opened on demand. */
export function chooseRelations(recipe: Recipe, config: () => Config): ChosenRecipe {
  const open = relationFields.filter((field) => typeof recipe[field] === 'function');
  if (open.length === 0) return recipe as ChosenRecipe;
  const given = config();
  const namesOf = (field: (typeof open)[number]) => {
    const names = recipe[field];
    return typeof names === 'function' ? names(given) : names;
  };
  return { ...recipe, ...Object.fromEntries(open.map((field) => [field, namesOf(field)])) } as ChosenRecipe;
}
