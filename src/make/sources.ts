import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Digest } from '../base/digest.ts';
import { gitArchiveName } from '../base/distfile-name.ts';
import type { Unpacking } from '../build/action.ts';
import { type Candidate, distfileName, type Fetched } from '../fetch/distfile.ts';
import { sourceKey } from '../plan/key.ts';
import type { LoadedRecipe } from '../recipe/load.ts';
import type { Alternative, Distfile, GitSource } from '../recipe/recipe.ts';
import type { Read } from '../store/store.ts';
import { claimTree, makeTree, removeAbandonedTrees, removeOtherAttempts, type SourceTree } from './source-tree.ts';
import type { WorkingTree } from './working-tree.ts';

export interface SourceSteps {
  readonly sourcesDir: string;
  /** Keeps prepared trees after their last use. */
  readonly keep: boolean;
  sourceReads(name: string): readonly Read[];
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
    return pending;
  };
  const untilItSucceeds: typeof once = (made, source, make) => {
    const pending = once(made, source, make);
    // A failed attempt is not an answer for the next one who asks.
    pending.catch(() => made.delete(source.name));
    return pending;
  };
  /** What failed after several attempts is not tried once more in the same run, nor told. */
  const fetch = (source: LoadedRecipe) =>
    once(fetching, source, () => {
      const parts = steps.workingTree(source) === undefined ? partsOf(source) : [];
      return Promise.all(parts.map((part) => fetchPart(part, source, steps)));
    });
  const pathOf = (source: LoadedRecipe) => {
    const key: Digest = steps.workingTree(source)?.digest ?? sourceKey(source, steps.sourceReads(source.name));
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
      untilItSucceeds(preparing, source, async () => {
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

interface Part {
  /** Below the source tree; empty for the tree itself. */
  readonly into: string;
  readonly candidates: readonly [Candidate, ...Candidate[]];
  /** The name under which the file is copied in; undefined when it is unpacked. */
  readonly plain: string | undefined;
}

/** The files that a source tree is made of, with everything that may stand for each. */
export function partsOf({ recipe }: LoadedRecipe): Part[] {
  if (recipe.sha256 === undefined) return [];
  const { version, alternatives, sha256, unpack = true } = recipe;
  const own =
    recipe.git === undefined
      ? filePart('', { url: recipe.url(version), sha256, unpack, ...(alternatives && { alternatives }) })
      : partOf('', gitCandidate(recipe.git, version, sha256), alternatives);
  return [own, ...Object.entries(recipe.extraSources ?? {}).map(([into, file]) => filePart(into, file))];
}

function filePart(into: string, { url, sha256, alternatives, unpack = true }: Distfile): Part {
  const file = distfileName(url);
  return { ...partOf(into, { file, sha256: sha256 as Digest, url }, alternatives), plain: unpack ? undefined : file };
}

function partOf(into: string, upstream: Candidate, alternatives: readonly Alternative[] = []): Part {
  const others = alternatives.map((other): Candidate => ({ ...other, sha256: other.sha256 as Digest }));
  return { into, candidates: [upstream, ...others], plain: undefined };
}

function gitCandidate({ url, commit, tag, submodules = true }: GitSource, version: string, sha256: string): Candidate {
  const git = { url, commit, submodules, ...(tag && { tag: tag(version) }) };
  return { file: gitArchiveName(url, commit), sha256: sha256 as Digest, git };
}

async function fetchPart(
  { into, candidates, plain }: Part,
  source: LoadedRecipe,
  steps: SourceSteps,
): Promise<Unpacking> {
  const { path, candidate } = await steps.fetch(source, candidates);
  return { file: path, into, inside: candidate.inside, plain };
}
