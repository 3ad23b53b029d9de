import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, fdatasyncSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type Digest, isDigest } from '../base/digest.ts';
import { readIfPresent, removeTree } from '../base/files.ts';
import { takeLock } from '../base/lock.ts';
import { type Layout, syncDirectory, withParent } from './layout.ts';
import { heldByOthers } from './work.ts';

/**
 * Trees have thousands of files and are not synced: a power cut may leave some of them empty under their names. They are
 * only copies of archives, which are synced. So the trees that were made since this machine was started are listed, and
 * when it has been started again they are removed; they come back from the archives when they are needed.
 */
export interface Journal {
  /** To be called before the complete tree in `dir` gets its name. */
  add(output: Digest, dir: string): void;
}

/** What the kernel calls the time since this machine was started; empty where it does not say. */
export const bootId = (): string => readIfPresent('/proc/sys/kernel/random/boot_id')?.trim() ?? '';

/** Removes the trees that an earlier power cut may have damaged. */
export function openJournal(layout: Layout, boot: string): Journal {
  const { journalDir, lockDir } = layout;
  const others = () => (existsSync(journalDir) ? readdirSync(journalDir).filter((name) => name !== boot) : []);
  if (others().length > 0) {
    const lock = takeLock(join(lockDir, 'journal'), layout.dir, { wait: true });
    // Another mk may have done it meanwhile.
    for (const name of others()) removeListed(layout, join(journalDir, name));
    lock.release();
  }
  return {
    add(output, dir) {
      if (boot === '') {
        spawnSync('sync', ['-f', dir], { stdio: 'ignore' });
        return;
      }
      const path = join(journalDir, boot);
      const isNew = !existsSync(path);
      const file = openSync(withParent(path), 'a');
      try {
        writeSync(file, `${output}\n`);
        fdatasyncSync(file);
      } finally {
        closeSync(file);
      }
      if (isNew) syncDirectory(journalDir);
    },
  };
}

function removeListed(layout: Layout, path: string): void {
  // Where several machines share a store, the others need not have been started anew.
  const held = heldByOthers(layout);
  for (const output of (readIfPresent(path) ?? '').split('\n')) {
    if (isDigest(output) && !held.has(output)) removeTree(layout.tree(output));
  }
  rmSync(path, { force: true });
}
