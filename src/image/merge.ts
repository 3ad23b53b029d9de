import { posix } from 'node:path';
import { fitsPathGlob } from '../base/glob.ts';
import { type ArchiveEntry, treeEntries } from '../base/tar.ts';
import type { Content } from '../recipe/context.ts';
import type { ImageFinding } from './check.ts';
import { bytesOf, complete, relativePath } from './entries.ts';
import { isRuntime } from './runtime.ts';

/** An entry of an image, and the package it comes from; empty for what the image adds. */
export interface Owned {
  readonly entry: ArchiveEntry;
  readonly owner: string;
}

/** What the trees of packages are together. */
export interface MergedTrees {
  readonly merged: Map<string, Owned>;
  /** Sentences on paths that two packages have with different content. */
  readonly conflicts: readonly string[];
  /** Paths that two packages have with the same content. */
  readonly shared: readonly ImageFinding[];
}

/** Puts the run-time files of packages together; of two files with one path the one whose package does not yield is taken. */
export function mergeTrees(contents: readonly Content[]): MergedTrees {
  const merged = new Map<string, Owned>();
  const conflicts: string[] = [];
  const shared: ImageFinding[] = [];
  const yielding = new Map(contents.map(({ name, yields = [] }) => [name, yields.map(relativePath)]));
  const yields = (owner: string, path: string) =>
    yielding.get(owner)?.some((glob) => fitsPathGlob(path, glob)) ?? false;
  for (const { name: owner, tree } of contents) {
    for (const entry of runtimeEntries(tree)) {
      const { path } = entry;
      const other = merged.get(path);
      const isDirectory = entry.kind === 'directory' || other?.entry.kind === 'directory';
      if (other === undefined || (!isDirectory && yields(other.owner, path))) merged.set(path, { entry, owner });
      else if (!isDirectory && yields(owner, path)) continue;
      else if (!same(other.entry, entry)) conflicts.push(`${other.owner} and ${owner} both have /${path}`);
      else if (!isDirectory) shared.push({ check: 'shared-path', path, message: `is also in ${other.owner}`, owner });
    }
  }
  return { merged, conflicts, shared };
}

function runtimeEntries(tree: string): readonly ArchiveEntry[] {
  const all = [...treeEntries(tree)];
  const filled = new Set(all.map(({ path }) => posix.dirname(path)));
  const kept = all.filter(({ path, kind }) => isRuntime(tree, path) && (kind !== 'directory' || !filled.has(path)));
  return complete(kept).filter(({ path }) => path !== '');
}

function same(a: ArchiveEntry, b: ArchiveEntry): boolean {
  if (a.kind !== b.kind) return false;
  if (a.kind === 'symlink') return a.target === b.target;
  return a.kind !== 'file' || (a.mode === b.mode && bytesOf(a).equals(bytesOf(b)));
}
