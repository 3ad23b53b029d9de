import { Failure, failuresOf, type Place, throwCollected } from '../base/failure.ts';
import { once } from '../base/once.ts';
import { didYouMean } from '../base/suggest.ts';
import type { Config } from '../recipe/config.ts';
import type { LoadedRecipe, RecipeSet } from '../recipe/load.ts';
import type { RelationField } from '../recipe/recipe.ts';
import { buildGraph, type Graph, type Relations } from './graph.ts';

/**
 * Gives each package a configuration of its own, so that what its fields read is known for each, and another one to the
 * functions that choose its relations.
 */
export type ConfigOf = (name: string, askedFor: 'fields' | 'relations') => Config;

/** Where a list of the configuration that the fields of a package read has this item. */
type PlaceOf = (name: string, item: string) => Place | undefined;

/**
 * Loads every recipe that the root needs and joins them to a graph.
 * `preferred` decides between packages that provide the same name. Everything that is wrong with the names and with the
 * recipes that are needed is reported at once.
 */
export function resolveGraph(
  root: string,
  recipes: RecipeSet,
  configOf: ConfigOf,
  preferred: readonly string[],
  placeOf: PlaceOf = () => undefined,
): Graph {
  const failures: Failure[] = [];
  const loading = loadingOnce(recipes, configOf);
  const told = new Set<string>();
  const load = (name: string): LoadedRecipe | undefined => {
    try {
      return loading(name);
    } catch (error) {
      collectInto(told.has(name) ? [] : failures, error);
      told.add(name);
      return undefined;
    }
  };
  const providers = providerIndex(recipes, loading);
  /** The package that a relation means; undefined, and told, when there is none or not one. */
  const packageFor = (wanted: string, loaded: LoadedRecipe, field: RelationField): string | undefined => {
    if (recipes.has(wanted)) return wanted;
    try {
      return provide(wanted, { loaded, field, recipes, providers, preferred, placeOf });
    } catch (error) {
      collectInto(failures, error);
      return undefined;
    }
  };
  const packages = new Map<string, Relations>();
  // The next one last.
  const open = [root];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (packages.has(name)) continue;
    const loaded = load(name);
    if (loaded === undefined) continue;
    const { recipe } = loaded;
    const own = recipe.sha256 === undefined ? undefined : loaded;
    const source = recipe.sourceOf === undefined ? own : sourceFor(loaded, recipe.sourceOf, recipes, load, failures);
    const related = (field: RelationField): readonly string[] => {
      const wanted = recipe[field] ?? none;
      // Nearly always: then it is the recipe's own list.
      if (wanted.every((each) => recipes.has(each))) return wanted;
      return [...new Set(wanted)].map((each) => packageFor(each, loaded, field)).filter((each) => each !== undefined);
    };
    const [depends, buildDepends] = [related('depends'), related('buildDepends')];
    const [runDepends, contains] = [related('runDepends'), related('contains')];
    packages.set(name, { loaded, source, depends, buildDepends, runDepends, contains });
    for (const names of [contains, runDepends, buildDepends, depends])
      for (let at = names.length - 1; at >= 0; at--) open.push(names[at] ?? '');
  }
  throwCollected(failures);
  return buildGraph(root, packages);
}

const none: readonly string[] = [];

/** Loads each recipe once; what one has thrown it throws again. */
function loadingOnce(recipes: RecipeSet, configOf: ConfigOf): (name: string) => LoadedRecipe {
  const loaded = new Map<string, LoadedRecipe>();
  const refused = new Map<string, unknown>();
  return (name) => {
    const known = loaded.get(name);
    if (known !== undefined) return known;
    if (refused.has(name)) throw refused.get(name);
    try {
      const made = recipes.load(name, configOf(name, 'fields'), () => configOf(name, 'relations'));
      loaded.set(name, made);
      return made;
    } catch (error) {
      refused.set(name, error);
      throw error;
    }
  };
}

function collectInto(failures: Failure[], error: unknown): void {
  const known = failuresOf(error);
  if (known === undefined) throw error;
  failures.push(...known);
}

/**
 * Which packages provide a name; recipes that nobody needs are loaded only for a name that no package has. One that cannot
 * be loaded provides nothing: it may be for another board, whose variables it misses here.
 */
function providerIndex(recipes: RecipeSet, load: (name: string) => LoadedRecipe): (name: string) => readonly string[] {
  const index = once(() => {
    const found = new Map<string, string[]>();
    for (const name of recipes.names) {
      for (const provided of providedBy(name, load)) found.set(provided, [...(found.get(provided) ?? []), name]);
    }
    return found;
  });
  return (name) => index().get(name) ?? none;
}

function providedBy(name: string, load: (name: string) => LoadedRecipe): readonly string[] {
  try {
    return load(name).recipe.provides ?? none;
  } catch (error) {
    collectInto([], error);
    return none;
  }
}

interface Wanted {
  readonly loaded: LoadedRecipe;
  readonly field: RelationField;
  readonly recipes: RecipeSet;
  readonly providers: (name: string) => readonly string[];
  readonly preferred: readonly string[];
  readonly placeOf: PlaceOf;
}

function provide(name: string, { loaded, field, recipes, providers, preferred, placeOf }: Wanted): string {
  const candidates = providers(name);
  const chosen = candidates.filter((candidate) => preferred.includes(candidate));
  const [first, second] = chosen.length > 0 ? chosen : candidates;
  const place = loaded.place(field, name) ?? placeOf(loaded.name, name);
  if (first === undefined) {
    throw new Failure('package-unknown', `${loaded.name} ${verb[field]} "${name}", which no recipe provides`, {
      place,
      hint: didYouMean(name, recipes.names) ?? `create pkg/${name}/build.ts`,
    });
  }
  if (second !== undefined) {
    throw new Failure(
      'provider-ambiguous',
      `${loaded.name} ${verb[field]} "${name}", which several packages provide: ${candidates.join(', ')}`,
      {
        place,
        hint: 'name the one you want in a file PREFER of the board or product',
      },
    );
  }
  return first;
}

const verb = {
  depends: 'depends on',
  buildDepends: 'needs for its build',
  runDepends: 'needs to run',
  contains: 'contains',
};

function sourceFor(
  { name, place }: LoadedRecipe,
  sourceOf: string,
  recipes: RecipeSet,
  load: (name: string) => LoadedRecipe | undefined,
  failures: Failure[],
): LoadedRecipe | undefined {
  const isKnown = recipes.has(sourceOf);
  const source = isKnown ? load(sourceOf) : undefined;
  // What is wrong with its recipe has been told.
  if (isKnown && source === undefined) return undefined;
  if (source?.recipe.sha256 === undefined) {
    failures.push(
      new Failure('package-unknown', `${name} uses the source of "${sourceOf}", which is no package with a source`, {
        place: place('sourceOf', sourceOf),
        hint: didYouMean(sourceOf, recipes.names),
      }),
    );
  }
  return source;
}
