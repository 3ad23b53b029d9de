import { existsSync, renameSync, statSync, utimesSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Digest, digestOfFile } from '../base/digest.ts';
import { removeTree } from '../base/files.ts';
import { takeLock } from '../base/lock.ts';
import type { Journal } from './journal.ts';
import { type Layout, syncDirectory, withParent } from './layout.ts';
import { looksUntouched, restoreTree } from './tree.ts';
import type { Work } from './work.ts';

/** How a tree was found. */
export type TreeState = 'untouched' | 'restored' | 'lost';

/** Archives, which are the truth, and their trees, which are what is worked with. */
export interface Objects {
  /** Whether a build could use the output. */
  has(output: Digest): boolean;
  /** Keeps an output for this process, with its tree; false when it is gone or cannot be read. */
  hold(output: Digest): boolean;
  /** Gives an archive, which is on disk, and its tree their names. To be called with the lock on objects. */
  place(output: Digest, archive: string, tree: string): void;
  /** Looks at a held tree, once in the life of this process, whether somebody has written to it, and restores it. */
  review(output: Digest): TreeState;
}

/** Last uses closer together than this are one. */
const hour = 3600 * 1000;

export function openObjects(layout: Layout, work: Work, journal: Journal): Objects {
  const reviewed = new Set<Digest>();

  const stamp = (path: string): boolean => {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return false;
    const now = Date.now();
    if (now - stats.mtimeMs > hour) utimesSync(path, new Date(now), new Date(now));
    return true;
  };
  const nameTree = (output: Digest, tree: string) => {
    const path = withParent(layout.tree(output));
    journal.add(output, tree);
    try {
      renameSync(tree, path);
    } catch (error) {
      // Another process was faster with the same content.
      if (!existsSync(path)) throw error;
      removeTree(tree);
    }
  };
  const unpack = (output: Digest): boolean => {
    if (!isIntactArchive(layout, output)) return false;
    const dir = work.newFile('tree');
    restoreTree(layout.archive(output), dir);
    nameTree(output, dir);
    reviewed.add(output);
    return true;
  };
  /** To be called with the lock on objects. */
  const restore = (output: Digest) =>
    restoreTree(layout.archive(output), layout.tree(output), () => journal.add(output, layout.tree(output)));
  return {
    has: (output) => existsSync(layout.archive(output)),
    hold(output) {
      // In this order: see collect.ts.
      work.hold(output);
      return stamp(layout.archive(output)) && (existsSync(layout.tree(output)) || unpack(output));
    },
    place(output, archive, tree) {
      const path = withParent(layout.archive(output));
      renameSync(archive, path);
      syncDirectory(dirname(path));
      if (existsSync(layout.tree(output))) {
        // Whatever happened to the one that is there, it is right from now on.
        restore(output);
        removeTree(tree);
      } else nameTree(output, tree);
      reviewed.add(output);
    },
    review(output) {
      const path = layout.tree(output);
      if (reviewed.has(output) || looksUntouched(path)) {
        reviewed.add(output);
        return 'untouched';
      }
      if (!existsSync(path)) return unpack(output) ? 'restored' : 'lost';
      if (!isIntactArchive(layout, output)) return 'lost';
      const lock = takeLock(layout.objectsLock, layout.dir, { wait: true });
      restore(output);
      lock.release();
      reviewed.add(output);
      return 'restored';
    },
  };
}

/** Reads the whole archive. */
export function isIntactArchive(layout: Layout, output: Digest): boolean {
  const path = layout.archive(output);
  return existsSync(path) && digestOfFile(path) === output;
}
