import type { Graph } from '../../src/graph/graph.ts';
import { resolveGraph } from '../../src/graph/resolve.ts';
import type { Config } from '../../src/recipe/config.ts';
import { type RecipesByName, recipeSet } from './recipes.ts';

/** A configuration of the board `toy` in which nothing is set. */
export const emptyConfig = { board: 'toy', product: 'box', list: () => [] } as unknown as Config;

/** The graph of what `root` needs. */
export const graphOf = async (
  recipes: RecipesByName,
  root = 'root',
  preferred: readonly string[] = [],
): Promise<Graph> => resolveGraph(root, recipeSet(recipes), () => emptyConfig, preferred);

export const namesOf = (graph: Graph): string[] => graph.order.map(({ name }) => name);
