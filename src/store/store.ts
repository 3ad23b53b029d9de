import {
  chmodSync,
  existsSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { join } from 'node:path';
import { type Digest, isDigest } from '../base/digest.ts';
import { emptyDir, isErrno, readIfPresent, removeTree, temporaryName, walkTree, writeAtomic } from '../base/files.ts';
import { isAlive } from '../base/lock.ts';
import { epochSeconds, treeEntries, writeTar } from '../base/tar.ts';
import type { Permission } from '../recipe/recipe.ts';

/** One thing that a recipe asked its configuration, and the answer; no value means that it was absent. */
export interface Read {
  readonly kind: string;
  readonly name: string;
  readonly value?: string | undefined;
}

/** What a package made, and all that has to be the same for it to be used again. */
export interface Result {
  readonly package: string;
  readonly version: string | undefined;
  /** Digest of the deploy tree as a deterministic tar. */
  readonly output: Digest;
  /** Bytes of that tar. */
  readonly size: number;
  readonly permissions: Readonly<Record<string, Permission>>;
  readonly license: string | undefined;
  readonly whenLinked: boolean;
  /** What the hooks read, beyond what is in the key. */
  readonly reads: readonly Read[];
  /** Time that the hooks took. */
  readonly seconds: number;
  readonly sandboxed: boolean;
}

/** Keyed results and their trees, shared by all build directories of a user. */
export interface Store {
  readonly dir: string;
  /** The newest result under this key whose reads are still answered the same; undefined for none. */
  find(key: Digest, isCurrent: (read: Read) => boolean): Result | undefined;
  /** Every result under this key, the newest first. */
  results(key: Digest): readonly Result[];
  /** Takes a settled deploy tree into the store, which owns it from now on, in one atomic step. */
  commit(key: Digest, deployDir: string, result: Omit<Result, 'output' | 'size'>): Promise<Result>;
  /** The read-only tree of a result. */
  tree(output: Digest): string;
  /** A new directory of this process on the store's file system. */
  workDir(name: string): string;
}

/** How many results with different reads are kept under one key. */
const resultsPerKey = 16;

/** Opens the store in `dir`, which is made; work directories that dead processes left are removed. */
export function openStore(dir: string): Store {
  for (const part of ['ac', 'cas', 'tree', 'work']) mkdirSync(join(dir, part), { recursive: true });
  removeAbandoned(join(dir, 'work'));
  const sharded = (part: string, digest: string) => join(dir, part, digest.slice(0, 2), digest);
  const tree = (output: Digest) => sharded('tree', output);
  const results = (key: Digest): readonly Result[] => parseResults(readIfPresent(sharded('ac', key)));

  return {
    dir,
    tree,
    results,
    find: (key, isCurrent) =>
      results(key).find((result) => existsSync(tree(result.output)) && result.reads.every(isCurrent)),
    workDir: (name) => emptyDir(join(dir, 'work', `${process.pid}`, name)),
    async commit(key, deployDir, result) {
      makeImmutable(deployDir);
      const archive = temporaryName(join(dir, 'work', 'archive'));
      const { digest: output, size } = await writeTar(treeEntries(deployDir), archive);
      place(archive, sharded('cas', output));
      place(deployDir, tree(output));
      const complete: Result = { ...result, output, size };
      const others = results(key).filter((other) => JSON.stringify(other.reads) !== JSON.stringify(complete.reads));
      writeAtomic(sharded('ac', key), `${JSON.stringify([complete, ...others].slice(0, resultsPerKey))}\n`);
      return complete;
    },
  };
}

function parseResults(text: string | undefined): readonly Result[] {
  try {
    const found: unknown = text === undefined ? [] : JSON.parse(text);
    return Array.isArray(found) ? found.filter(isResult) : [];
  } catch {
    // A damaged entry is no result: the package is built again and the entry replaced.
    return [];
  }
}

const isResult = (value: Partial<Result> | null): value is Result =>
  isDigest(String(value?.output)) && Array.isArray(value?.reads);

/** Moves a file or tree to the name of its content; when that is taken, the same content is there already. */
function place(from: string, to: string): void {
  mkdirSync(join(to, '..'), { recursive: true });
  if (existsSync(to)) {
    removeTree(from);
    return;
  }
  try {
    renameSync(from, to);
  } catch (error) {
    // Another process was faster with the same content.
    if (!isErrno(error, 'ENOTEMPTY', 'EEXIST')) throw error;
    removeTree(from);
  }
}

/** Files lose their write permission and every entry gets the same time, as it will have in the archive. */
function makeImmutable(root: string): void {
  for (const { path, kind } of walkTree(root)) {
    const full = join(root, path);
    if (kind === 'symlink') {
      lutimesSync(full, epochSeconds, epochSeconds);
      continue;
    }
    if (kind === 'file') chmodSync(full, statSync(full).mode & 0o111 ? 0o555 : 0o444);
    utimesSync(full, epochSeconds, epochSeconds);
  }
}

function removeAbandoned(workDir: string): void {
  for (const name of readdirSync(workDir)) {
    const pid = Number(name.split('-')[0]?.replace(/^archive\./, ''));
    if (Number.isInteger(pid) && pid > 0 && isAlive(pid)) continue;
    if (pid === process.pid) continue;
    removeTree(join(workDir, name));
    rmSync(join(workDir, name), { force: true, recursive: true });
  }
}
