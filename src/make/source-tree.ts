import { existsSync, readdirSync, renameSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { emptyDir, isErrno, removeTree, temporaryName } from '../base/files.ts';
import { isAlive, type Lock, lockDirectory } from '../base/lock.ts';

/** A directory among the sources that no other mk uses, until it is released or removed. */
export interface SourceTree {
  readonly path: string;
  /** Leaves it to whoever comes next. */
  release(): void;
  remove(): void;
}

/** The complete tree at `path`; undefined when there is none, or another mk uses it. */
export function claimTree(path: string): SourceTree | undefined {
  const lock = lockDirectory(path);
  return lock && ours(path, lock);
}

/**
 * Makes a tree in a directory of its own and gives it its name when it is complete. While another mk uses a tree of
 * that name, ours stays where it was made.
 */
export async function makeTree(path: string, make: (dir: string) => Promise<void>): Promise<SourceTree> {
  const unfinished = emptyDir(temporaryName(path));
  const lock = lockDirectory(unfinished);
  if (lock === undefined) throw new Error(`${unfinished} is locked although it is new`);
  try {
    await make(unfinished);
  } catch (error) {
    ours(unfinished, lock).remove();
    throw error;
  }
  try {
    renameSync(unfinished, path);
    return ours(path, lock);
  } catch (error) {
    if (!isErrno(error, 'ENOTEMPTY', 'EEXIST')) throw error;
    return ours(unfinished, lock);
  }
}

/** Removes the trees that killed processes were making or removing. */
export function removeAbandonedTrees(sourcesDir: string): void {
  if (!existsSync(sourcesDir)) return;
  for (const name of readdirSync(sourcesDir)) {
    const maker = /\.(\d+)-[0-9a-f]{12}\.tmp$/.exec(name)?.[1];
    if (maker !== undefined && !isAlive(Number(maker))) claimTree(join(sourcesDir, name))?.remove();
  }
}

/** Removes other trees of the same package and version: what earlier attempts with another recipe have left. */
export function removeOtherAttempts(path: string): void {
  const [dir, stem] = [dirname(path), basename(path).replace(/[0-9a-f]{8}$/, '')];
  if (!existsSync(dir)) return;
  for (const name of readdirSync(dir)) {
    const isAttempt = name.startsWith(stem) && /^[0-9a-f]{8}$/.test(name.slice(stem.length));
    if (isAttempt && name !== basename(path)) claimTree(join(dir, name))?.remove();
  }
}

const ours = (path: string, lock: Lock): SourceTree => ({
  path,
  release: lock.release,
  remove() {
    // Under its name a tree is complete or not there at all, whatever interrupts us.
    const doomed = path.endsWith('.tmp') ? path : temporaryName(path);
    if (doomed !== path) renameSync(path, doomed);
    removeTree(doomed);
    lock.release();
  },
});
