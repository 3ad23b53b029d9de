import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Digest } from '../base/digest.ts';
import { Failure } from '../base/failure.ts';
import { makeDirectory } from '../base/files.ts';
import { takeLock } from '../base/lock.ts';
import { treeEntries, writeTar } from '../base/tar.ts';
import { openEntries } from './entries.ts';
import { type History, openHistory } from './history.ts';
import { bootId, openJournal } from './journal.ts';
import { layoutOf, partNames } from './layout.ts';
import { openObjects, type TreeState } from './objects.ts';
import type { Read, Result } from './result.ts';
import { makeImmutable } from './tree.ts';
import { openWork, removeAbandonedWork } from './work.ts';

export type { Read, Result, TreeState };

/** Keyed results and their trees, shared by all build directories of a user and by all mk that run there. */
export interface Store {
  readonly dir: string;
  readonly history: History;
  /** The newest result under this key whose reads are answered the same now; undefined for none. */
  find(key: Digest, now: (read: Read) => string | undefined): Result | undefined;
  /** The last results under this key, the newest first, whether or not they could still be used. */
  results(key: Digest): readonly Result[];
  /** From now on every result that is found is kept from being removed, and its tree is there, until `close`. */
  startHolding(): void;
  /** Takes a settled deploy tree into the store, which owns it from now on; a held result afterwards. */
  commit(key: Digest, deployDir: string, result: Omit<Result, 'output' | 'size'>): Promise<Result>;
  /** The read-only tree of a held result. */
  tree(output: Digest): string;
  /** To be asked before a held tree is worked with: whether it was changed by others, and is restored now. */
  review(output: Digest): TreeState;
  /** The file to be locked by whoever builds what has this key. */
  lockFile(key: Digest): string;
  /** A new directory of this process on the store's file system. */
  workDir(name: string): string;
  /** Removes everything that this process has in work; it may go on, holding nothing. */
  close(): void;
}

/** Opens the store in `dir`, which is made; what dead processes left is removed. Fails when `dir` has anything else in it. */
export function openStore(dir: string, boot = bootId()): Store {
  const layout = layoutOf(dir);
  refuseForeign(dir);
  for (const part of ['ac', 'cas', 'tree', 'work']) makeDirectory(join(dir, part));
  removeAbandonedWork(layout);
  const journal = openJournal(layout, boot);
  const work = openWork(layout);
  const entries = openEntries(layout, work.newFile);
  const objects = openObjects(layout, work, journal);
  let isThere = objects.has;

  return {
    dir,
    history: openHistory(join(dir, 'history')),
    tree: layout.tree,
    results: entries.recent,
    find: (key, now) => entries.find(key, now, isThere),
    startHolding() {
      isThere = objects.hold;
    },
    async commit(key, deployDir, made) {
      makeImmutable(deployDir);
      const archive = work.newFile('archive');
      const { digest: output, size } = await writeTar(treeEntries(deployDir), archive);
      const result: Result = { ...made, output, size };
      work.hold(output);
      const lock = takeLock(layout.objectsLock, dir, { wait: true });
      try {
        objects.place(output, archive, deployDir);
        entries.add(key, result);
      } finally {
        lock.release();
      }
      return result;
    },
    review: objects.review,
    lockFile: (key) => join(layout.lockDir, key),
    workDir: work.dir,
    close() {
      isThere = objects.has;
      work.close();
    },
  };
}

/** A store is tidied up: it must be a directory of its own. */
function refuseForeign(dir: string): void {
  const foreign = existsSync(dir) ? readdirSync(dir).filter((name) => !partNames.includes(name)) : [];
  if (foreign.length === 0) return;
  const [shown, more] = [foreign.slice(0, 3).join(', '), foreign.length > 3 ? ', …' : ''];
  throw new Failure('usage', `${dir} cannot be the store: it has other things in it (${shown}${more})`, {
    hint: 'set MK_STORE to a directory of its own',
  });
}
