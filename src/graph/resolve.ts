import { Failure, failuresOf, type Place, throwCollected } from '../base/failure.ts';
import { didYouMean } from '../base/suggest.ts';
import type { Config } from '../recipe/config.ts';
import type { LoadedRecipe, RecipeSet } from '../recipe/load.ts';
import { buildGraph, type Graph, type Relations } from './graph.ts';

const relationFields = ['depends', 'buildDepends', 'runDepends', 'contains'] as const;

/** Gives each package a configuration of its own, so that what its fields read is known for each. */
export type ConfigOf = (name: string) => Config;

/** Where a list of the configuration that the fields of a package read has this item. */
type PlaceOf = (name: string, item: string) => Place | undefined;

/**
 * Loads every recipe that the root needs and joins them to a graph.
 * `preferred` decides between packages that provide the same name. Everything that is wrong with the names and with the
 * recipes that are needed is reported at once.
 */
export async function resolveGraph(
  root: string,
  recipes: RecipeSet,
  configOf: ConfigOf,
  preferred: readonly string[],
  placeOf: PlaceOf = () => undefined,
): Promise<Graph> {
  const failures: Failure[] = [];
  const loading = new Map<string, Promise<LoadedRecipe>>();
  const attempt = (name: string): Promise<LoadedRecipe> => {
    const pending = loading.get(name) ?? recipes.load(name, configOf(name));
    loading.set(name, pending);
    return pending;
  };
  const reported = new Set<string>();
  const load = async (name: string): Promise<LoadedRecipe | undefined> => {
    try {
      return await attempt(name);
    } catch (error) {
      collectInto(reported.has(name) ? [] : failures)(error);
      reported.add(name);
      return undefined;
    }
  };
  const providers = providerIndex(recipes, attempt);
  const packages = new Map<string, Relations>();

  const add = async (name: string): Promise<void> => {
    if (packages.has(name)) return;
    const loaded = await load(name);
    if (loaded === undefined || packages.has(name)) return;
    const { recipe } = loaded;
    const own = recipe.sha256 === undefined ? undefined : loaded;
    const source =
      recipe.sourceOf === undefined ? own : await sourceFor(loaded, recipe.sourceOf, recipes, load, failures);
    const resolved = {
      depends: [] as string[],
      buildDepends: [] as string[],
      runDepends: [] as string[],
      contains: [] as string[],
    };
    packages.set(name, { loaded, source, ...resolved });
    for (const field of relationFields) {
      const wantedOnes = recipe[field] ?? [];
      if (wantedOnes.length === 0) continue;
      const found = new Set<string>();
      for (const wanted of new Set(wantedOnes)) {
        const provider = recipes.has(wanted)
          ? wanted
          : await provide(wanted, { loaded, field, recipes, providers, preferred, placeOf }).catch(
              collectInto(failures),
            );
        if (provider === undefined || found.has(provider)) continue;
        found.add(provider);
        resolved[field].push(provider);
        if (!packages.has(provider)) await add(provider);
      }
    }
  };
  await add(root);
  throwCollected(failures);
  return buildGraph(root, packages);
}

function collectInto(failures: Failure[]) {
  return (error: unknown): undefined => {
    const known = failuresOf(error);
    if (known === undefined) throw error;
    failures.push(...known);
  };
}

/**
 * Which packages provide a name; recipes that nobody needs are loaded only for a name that no package has. One that cannot
 * be loaded provides nothing: it may be for another board, whose variables it misses here.
 */
function providerIndex(recipes: RecipeSet, attempt: (name: string) => Promise<LoadedRecipe>) {
  let index: Promise<ReadonlyMap<string, readonly string[]>> | undefined;
  const build = async () => {
    const found = new Map<string, string[]>();
    const all = recipes.names.map((name) => attempt(name).catch(collectInto([])));
    for (const loaded of await Promise.all(all)) {
      for (const name of loaded?.recipe.provides ?? [])
        found.set(name, [...(found.get(name) ?? []), loaded?.name ?? '']);
    }
    return found;
  };
  return async (name: string): Promise<readonly string[]> => {
    index ??= build();
    return (await index).get(name) ?? [];
  };
}

interface Wanted {
  readonly loaded: LoadedRecipe;
  readonly field: (typeof relationFields)[number];
  readonly recipes: RecipeSet;
  readonly providers: (name: string) => Promise<readonly string[]>;
  readonly preferred: readonly string[];
  readonly placeOf: PlaceOf;
}

async function provide(
  name: string,
  { loaded, field, recipes, providers, preferred, placeOf }: Wanted,
): Promise<string> {
  if (recipes.has(name)) return name;
  const candidates = await providers(name);
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

async function sourceFor(
  { name, place }: LoadedRecipe,
  sourceOf: string,
  recipes: RecipeSet,
  load: (name: string) => Promise<LoadedRecipe | undefined>,
  failures: Failure[],
): Promise<LoadedRecipe | undefined> {
  const isKnown = recipes.has(sourceOf);
  const source = isKnown ? await load(sourceOf) : undefined;
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
