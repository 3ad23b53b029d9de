import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Digest } from '../base/digest.ts';
import { Failure, Failures, failuresOf, type Place } from '../base/failure.ts';
import { isErrno } from '../base/files.ts';
import { placeAt } from '../base/place.ts';
import { bundleRecipes, isUnchanged } from './bundle.ts';
import { digestOfCode, type Module, readCode, recipeChanged } from './code.ts';
import type { Config } from './config.ts';
import { isCurrent, type KnownDigest, keepDigest } from './known-digest.ts';
import { locate } from './locate.ts';
import type { ChosenRecipe, ComputedRecipe, Recipe } from './recipe.ts';
import { chooseRelations } from './relations.ts';
import { mapStacks } from './stacks.ts';
import { recipeFaults } from './validate.ts';
import { watched } from './watchdog.ts';

/** A recipe with its name and where it came from. */
export interface LoadedRecipe {
  readonly name: string;
  readonly dir: string;
  readonly recipe: ChosenRecipe;
  /** Digest of every file of the recipe's directory and of every local module that build.ts imports. */
  readonly digest: Digest;
  /** The imported modules that lie elsewhere. */
  readonly modules: readonly Module[];
  /** Where build.ts wrote a field, or one value of it. */
  place(field: string, value?: string): Place | undefined;
}

/** All recipes of the workspace, evaluated one by one when they are asked for. */
export interface RecipeSet {
  readonly bundlePath: string;
  readonly names: readonly string[];
  has(name: string): boolean;
  /**
   * Evaluates and checks one recipe; a Failure or Failures tells everything that is wrong with it. Relations that are
   * functions ask `relationConfig`, which is opened only for them; by default it is `config`.
   */
  load(name: string, config: Config, relationConfig?: () => Config): LoadedRecipe;
  /** What is wrong with recipes that cannot even be read. */
  readonly unreadable?: readonly Failure[];
  /** To be called when all that is needed was loaded: keeps for the next run what is known of the recipes now. */
  remember?(): void;
}

type Exports = { readonly default?: Recipe | ComputedRecipe };

/** Finds the recipes and makes them loadable; a syntax error in any of them fails here, all at once. */
export async function openRecipes(
  packages: ReadonlyMap<string, string>,
  engineRoot: string,
  cacheDir: string,
): Promise<RecipeSet> {
  const bundle = await bundleRecipes(packages, engineRoot, cacheDir);
  mapStacks(bundle.path);
  const thunks = ((await import(pathToFileURL(bundle.path).href)) as { default: Record<string, () => Exports> })
    .default;
  const sound = new Set(bundle.sound);
  const ended: string[] = [];
  const digests = new Map<string, KnownDigest>();

  const digestNow = (name: string, dir: string, modules: readonly Module[]): Digest => {
    const started = Date.now();
    const digest = digestOfCode(readCode(dir, modules));
    // Else the digest would be of a text that is not in the bundle.
    if (!(bundle.codeFiles[name] ?? []).every(({ path }) => isUnchanged(bundle, path))) throw recipeChanged(name, dir);
    const known = keepDigest(digest, { dir, modules, started });
    if (known !== undefined) digests.set(name, known);
    return digest;
  };
  return {
    bundlePath: bundle.path,
    names: [...packages.keys()],
    has: (name) => packages.has(name),
    remember() {
      if (ended.length > 0 || digests.size > 0) ifWritable(() => bundle.keep(ended, digests));
      ended.length = 0;
      digests.clear();
    },
    load(name, config, relationConfig = () => config) {
      const dir = packages.get(name);
      const thunk = thunks[name];
      if (dir === undefined || thunk === undefined) throw new TypeError(`no recipe ${name}`);
      const file = join(dir, 'build.ts');
      // What came to its end before is trusted: watching a thousand recipes would take as long as all else.
      const run = <T>(part: () => T): T => (sound.has(name) ? part() : watched(name, part));
      const recipe = evaluate(
        name,
        file,
        () => run(thunk),
        (computed) => run(() => computed(config)),
        (recipe) => run(() => chooseRelations(recipe, relationConfig)),
      );
      if (!sound.has(name)) ended.push(name);
      sound.add(name);
      const codeFiles = bundle.codeFiles[name] ?? [];
      const modules = codeFiles.filter(({ isOwn }) => !isOwn);
      // A package may be called anything.
      const known = Object.hasOwn(bundle.digests, name) ? bundle.digests[name] : undefined;
      const digest =
        known !== undefined && isCurrent(known, dir, modules) ? known.digest : digestNow(name, dir, modules);
      return {
        name,
        dir,
        recipe,
        digest,
        modules,
        place: (field, value) => locate(file, field, value),
      };
    },
  };
}

/**
 * Like `openRecipes`, but recipes that cannot be read do not keep the others from being loaded, so that all that is wrong
 * with all of them can be told at once.
 */
export async function openReadable(
  ...[packages, engineRoot, cacheDir]: Parameters<typeof openRecipes>
): Promise<RecipeSet> {
  try {
    return await openRecipes(packages, engineRoot, cacheDir);
  } catch (error) {
    const unreadable = failuresOf(error) ?? [];
    const faultsOf = (dir = '') => unreadable.filter(({ place }) => place?.file === join(dir, 'build.ts'));
    const others = new Map([...packages].filter(([, dir]) => faultsOf(dir).length === 0));
    const ofRecipes = [...packages.values()].flatMap(faultsOf);
    // A module that several recipes import may be at fault.
    if (ofRecipes.length === 0 || ofRecipes.length < unreadable.length) throw error;
    const recipes = await openRecipes(others, engineRoot, cacheDir);
    return {
      ...recipes,
      unreadable,
      names: [...packages.keys()],
      has: (name) => packages.has(name),
      load(name, ...configs) {
        if (!others.has(name)) throw new Failures(faultsOf(packages.get(name)));
        return recipes.load(name, ...configs);
      },
    };
  }
}

function evaluate(
  name: string,
  file: string,
  thunk: () => Exports,
  compute: (recipe: ComputedRecipe) => Recipe,
  choose: (recipe: Recipe) => Recipe,
): ChosenRecipe {
  let found: Recipe | undefined;
  try {
    const exported = thunk().default;
    found = typeof exported === 'function' ? compute(exported) : exported;
    // It is not checked yet, and may be anything.
    if (typeof found === 'object' && found !== null) found = choose(found);
  } catch (error) {
    if (failuresOf(error) !== undefined) throw error;
    throw thrownByRecipe(name, file, error);
  }
  const faults = recipeFaults(name, file, found);
  if (faults.length > 0) throw new Failures(faults);
  return Object.freeze(found as ChosenRecipe);
}

/** A store that can only be read is good enough for a plan, and what cannot be kept is found out again. */
function ifWritable(write: () => void): void {
  try {
    write();
  } catch (error) {
    if (failuresOf(error) === undefined && !isErrno(error, 'EROFS', 'EACCES', 'EPERM')) throw error;
  }
}

/** What a recipe threw, as a Failure that points to the line in build.ts. */
export function thrownByRecipe(name: string, file: string, error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error);
  const [first = '', ...more] = message.split('\n');
  const place = error instanceof Error ? placeInStack(file, error.stack ?? '') : undefined;
  return new Failure('recipe-invalid', `${name}: ${first}`, {
    place,
    detail: more.join('\n') || undefined,
    cause: error,
  });
}

function placeInStack(file: string, stack: string): Place | undefined {
  const found = /\/build\.ts:(\d+):(\d+)/.exec(stack);
  if (found === null) return undefined;
  const text = readFileSync(file, 'utf8');
  const before = text.split('\n').slice(0, Number(found[1]) - 1);
  return placeAt(file, text, before.join('\n').length + (before.length > 0 ? 1 : 0) + Number(found[2]) - 1, 1);
}
