import { mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Digest } from '../base/digest.ts';
import type { Unpacking } from '../build/action.ts';
import type { Candidate, Fetched } from '../fetch/distfile.ts';
import { sourceKey } from '../plan/key.ts';
import type { LoadedRecipe } from '../recipe/load.ts';
import type { Distfile } from '../recipe/recipe.ts';
import type { Read } from '../store/store.ts';
import { claimTree, makeTree, removeAbandonedTrees, removeOtherAttempts, type SourceTree } from './source-tree.ts';
import type { WorkingTree } from './working-tree.ts';

export interface SourceSteps {
  readonly sourcesDir: string;
  /** Keeps prepared trees after their last use. */
  readonly keep: boolean;
  fieldReads(name: string): readonly Read[];
  fetch(source: LoadedRecipe, candidates: readonly [Candidate, ...Candidate[]]): Promise<Fetched>;
  /** The directory that takes the place of its distfiles, if somebody named one. */
  workingTree(source: LoadedRecipe): WorkingTree | undefined;
  /** Working directories are used where they are; else copies of them. */
  readonly inPlace: boolean;
  expectUnchanged(tree: WorkingTree): Promise<void>;
  copyWorkingTree(tree: WorkingTree, to: string): Promise<void>;
  /** Unpacks into the new directory and runs the recipe's prepare hook there. */
  prepare(source: LoadedRecipe, sourceDir: string, unpack: readonly Unpacking[], priority: number): Promise<void>;
}

/** Prepared source trees of one run: each is made once, whoever asks first, and removed after its last use. */
export interface Sources {
  /** Fetches everything the tree is made of. */
  fetch(source: LoadedRecipe): Promise<readonly Unpacking[]>;
  /** The prepared tree; it appears under its name only when it is complete. */
  prepared(source: LoadedRecipe, priority: number): Promise<string>;
  /** To be called once for each package that might have used the tree. */
  finished(source: LoadedRecipe, succeeded: boolean): void;
}

/** `users` is the number of packages of this run that may use each source. */
export function openSources(steps: SourceSteps, users: ReadonlyMap<string, number>): Sources {
  const fetching = new Map<string, Promise<readonly Unpacking[]>>();
  const preparing = new Map<string, Promise<string>>();
  const open = new Map(users);
  const failed = new Set<string>();
  const held = new Map<string, SourceTree>();
  removeAbandonedTrees(steps.sourcesDir);

  const once = <T>(made: Map<string, Promise<T>>, { name }: LoadedRecipe, make: () => Promise<T>): Promise<T> => {
    const pending = made.get(name) ?? make();
    made.set(name, pending);
    // A failed attempt is not an answer for the next one who asks.
    pending.catch(() => made.delete(name));
    return pending;
  };
  const fetch = (source: LoadedRecipe) =>
    once(fetching, source, () => {
      const parts = steps.workingTree(source) === undefined ? partsOf(source) : [];
      return Promise.all(parts.map((part) => fetchPart(part, source, steps)));
    });
  const pathOf = (source: LoadedRecipe) => {
    const key: Digest = steps.workingTree(source)?.digest ?? sourceKey(source, steps.fieldReads(source.name));
    return join(steps.sourcesDir, `${source.name}-${source.recipe.version}-${key.slice(0, 8)}`);
  };
  const make = async (source: LoadedRecipe, path: string, priority: number) => {
    const unpack = await fetch(source);
    const workingTree = steps.workingTree(source);
    mkdirSync(steps.sourcesDir, { recursive: true });
    if (workingTree !== undefined) return makeTree(path, (dir) => steps.copyWorkingTree(workingTree, dir));
    return makeTree(path, (dir) => steps.prepare(source, dir, unpack, priority));
  };
  return {
    fetch,
    prepared: (source, priority) =>
      once(preparing, source, async () => {
        const workingTree = steps.workingTree(source);
        if (workingTree !== undefined && steps.inPlace) {
          // Better now than after hours.
          await steps.expectUnchanged(workingTree);
          return workingTree.dir;
        }
        const path = pathOf(source);
        const tree = claimTree(path) ?? (await make(source, path, priority));
        held.set(source.name, tree);
        return tree.path;
      }),
    finished(source, succeeded) {
      const left = (open.get(source.name) ?? 1) - 1;
      open.set(source.name, left);
      if (!succeeded) failed.add(source.name);
      if (left > 0 || (steps.inPlace && steps.workingTree(source) !== undefined)) return;
      const tree = held.get(source.name);
      if (steps.keep || failed.has(source.name)) tree?.release();
      else {
        (tree ?? claimTree(pathOf(source)))?.remove();
        removeOtherAttempts(pathOf(source));
      }
    },
  };
}

interface Part extends Distfile {
  readonly into: string;
}

function partsOf({ recipe }: LoadedRecipe): Part[] {
  if (recipe.url === undefined) return [];
  const own: Part = {
    into: '',
    url: recipe.url(recipe.version),
    sha256: recipe.sha256,
    alternatives: recipe.alternatives ?? [],
  };
  return [own, ...Object.entries(recipe.extraSources ?? {}).map(([into, part]): Part => ({ ...part, into }))];
}

async function fetchPart(
  { url, sha256, alternatives = [], into }: Part,
  source: LoadedRecipe,
  steps: SourceSteps,
): Promise<Unpacking> {
  const upstream: Candidate = { file: basename(new URL(url).pathname), sha256: sha256 as Digest, url };
  const others = alternatives.map((other): Candidate => ({ ...other, sha256: other.sha256 as Digest }));
  const { path, candidate } = await steps.fetch(source, [upstream, ...others]);
  return { file: path, into, inside: candidate.inside };
}
