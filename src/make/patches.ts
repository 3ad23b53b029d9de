import { chmodSync, copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../base/failure.ts';
import { didYouMean } from '../base/suggest.ts';
import type { PatchFile } from '../build/action.ts';
import type { Mount } from '../build/sandbox.ts';
import { digestOfPatches, patchedPackages, patchesFor } from '../config/patches.ts';
import type { Target } from '../config/target.ts';
import type { Graph } from '../graph/graph.ts';
import type { LoadedRecipe, RecipeSet } from '../recipe/load.ts';
import type { Read } from '../store/store.ts';

/** The kind of the reads that stand for the patches which the board or the product adds. */
const kind = 'patches';

/**
 * What the sources of packages read of the configuration beside what their fields ask for: the patches that are there.
 * They are looked up once, so that a whole run goes by the same ones.
 */
export function patchReads({ locations }: Pick<Target, 'locations'>): (name: string) => readonly Read[] {
  const patched = new Set(patchedPackages(locations));
  const known = new Map<string, readonly Read[]>();
  return (name) => {
    if (!patched.has(name)) return [];
    const value = digestOfPatches(patchesFor(locations, name));
    const reads = known.get(name) ?? (value === undefined ? [] : [{ kind, name: `${kind}/${name}`, value }]);
    known.set(name, reads);
    return reads;
  };
}

/** What is wrong with the directories of patches: those of a package that is not there, or has no source to be patched. */
export function patchFaults({ locations }: Target, graph: Graph, recipes: RecipeSet): readonly Failure[] {
  const fault = (name: string, what: string, hint: string | undefined) =>
    new Failure('config-invalid', `${dirOf(locations, name)}: ${what}`, { hint });
  return patchedPackages(locations).flatMap((name) => {
    if (!recipes.has(name))
      return [fault(name, `there is no package "${name}"`, didYouMean(name, recipes.names) ?? 'rename or remove it')];
    const node = graph.order.find((each) => each.name === name);
    const isSource = graph.order.some(({ source }) => source?.name === name);
    // Another product of the board may use it.
    if (node === undefined || isSource || patchesFor(locations, name).length === 0) return [];
    const of = node.source?.name;
    const hint =
      of === undefined ? 'only what is downloaded can be patched' : `its source is that of ${of}: patch that`;
    return [fault(name, `${name} has no source of its own`, hint)];
  });
}

const dirOf = (locations: readonly string[], name: string): string =>
  patchesFor(locations, name)[0]?.name.replace(/\/[^/]*$/, '') ?? `${kind}/${name}`;

/** Patches in a place of their own, for a prepare hook. */
export interface PlacedPatches {
  readonly files: readonly PatchFile[];
  readonly mounts: readonly Mount[];
}

const shownDir = '/mk/patches';

/** Copies the patches for a source into `dir`. Fails with source-changed when they are not those that the run began with. */
export function placePatches(
  { locations }: Pick<Target, 'locations'>,
  source: LoadedRecipe,
  reads: readonly Read[],
  { dir, isIsolated }: { readonly dir: string; readonly isIsolated: boolean },
): PlacedPatches {
  const expected = reads.find((read) => read.kind === kind)?.value;
  const patches = expected === undefined ? [] : patchesFor(locations, source.name);
  if (patches.length > 0) mkdirSync(dir, { recursive: true });
  const copies = patches.map(({ path, name }, at) => {
    // Two locations may have patches of one name.
    const file = `${at}.patch`;
    copyFileSync(path, join(dir, file));
    chmodSync(join(dir, file), 0o644);
    return { path: join(dir, file), file: join(isIsolated ? shownDir : dir, file), name };
  });
  if (digestOfPatches(copies) !== expected) {
    throw new Failure('source-changed', `${source.name}: its patches have changed since mk read them`, {
      hint: 'run mk again',
    });
  }
  return {
    files: copies.map(({ file, name }) => ({ file, name })),
    mounts: copies.length === 0 ? [] : [{ from: dir, to: shownDir, writable: false }],
  };
}
