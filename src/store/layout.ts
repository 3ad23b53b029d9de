import { closeSync, fsyncSync, openSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Digest } from '../base/digest.ts';
import { makeDirectory } from '../base/files.ts';

/** Where everything of a store lies. `cas/` and `ac/` are laid out as in a Bazel disk cache. */
export interface Layout {
  readonly dir: string;
  /** The archive of an output. */
  archive(output: Digest): string;
  /** Its tree, unpacked. */
  tree(output: Digest): string;
  /** The entry of a key. */
  entry(key: Digest): string;
  /** One directory for each mk that runs. */
  readonly workDir: string;
  readonly journalDir: string;
  readonly lockDir: string;
  /** Held while objects get or lose their names. */
  readonly objectsLock: string;
  /** Held by the one gc or verify. */
  readonly keeperLock: string;
}

/** What lies beside the results and can be had again. */
export const caches = ['engine', 'recipes', 'apt', 'updates', 'history'];

/** Everything that has a place in a store. */
export const partNames: readonly string[] = ['ac', 'cas', 'tree', 'work', 'journal', 'lock', ...caches];

/** The parts whose files have a digest as their name. */
export type Part = 'ac' | 'cas' | 'tree';

export function layoutOf(dir: string): Layout {
  const sharded = (part: Part) => (digest: Digest) => join(dir, part, digest.slice(0, 2), digest);
  return {
    dir,
    archive: sharded('cas'),
    tree: sharded('tree'),
    entry: sharded('ac'),
    workDir: join(dir, 'work'),
    journalDir: join(dir, 'journal'),
    lockDir: join(dir, 'lock'),
    objectsLock: join(dir, 'lock', 'objects'),
    keeperLock: join(dir, 'lock', 'keeper'),
  };
}

/** Makes the directory of `path`, and returns `path`. */
export function withParent(path: string): string {
  makeDirectory(dirname(path));
  return path;
}

/** The names in a directory are on disk when this returns. */
export function syncDirectory(path: string): void {
  const dir = openSync(path, 'r');
  try {
    fsyncSync(dir);
  } finally {
    closeSync(dir);
  }
}
