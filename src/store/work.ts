import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readdirSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Digest } from '../base/digest.ts';
import { Failure } from '../base/failure.ts';
import { emptyDir, isErrno, readIfPresent, removeTree } from '../base/files.ts';
import { type Lock, lockDirectory } from '../base/lock.ts';
import type { Layout } from './layout.ts';

/**
 * What this process has in the store while it runs: a directory of its own, made when it is first needed. The kernel
 * knows that it is alive by the lock on that directory, also when it runs in a container with process numbers of its own.
 */
export interface Work {
  /** A new and empty directory. */
  dir(name: string): string;
  /** A path for a new file. */
  newFile(name: string): string;
  /** From now on no other process removes this output. Only then may one look whether it is there. */
  hold(output: Digest): void;
  /** Removes the directory; what was held is held no longer. */
  close(): void;
}

interface Opened {
  readonly path: string;
  readonly lock: Lock;
  readonly heldFile: number;
}

const heldName = 'held';

/** Of a process. Nothing else in there is ours to remove. */
const ownName = /^\d+-[0-9a-f]{8}$/;

export function openWork({ workDir }: Layout): Work {
  let opened: Opened | undefined;
  const held = new Set<Digest>();
  const own = () => (opened ??= makeOwn(workDir));
  return {
    // A package may be called anything.
    dir: (name) => emptyDir(join(own().path, 'dir', name)),
    newFile: (name) => join(own().path, `${name}-${randomBytes(6).toString('hex')}`),
    hold(output) {
      if (held.has(output)) return;
      // One write, so that a reader sees whole lines.
      writeSync(own().heldFile, `${output}\n`);
      held.add(output);
    },
    close() {
      if (opened === undefined) return;
      const { path, lock, heldFile } = opened;
      opened = undefined;
      held.clear();
      closeSync(heldFile);
      removeTree(path);
      lock.release();
    },
  };
}

function makeOwn(workDir: string): Opened {
  for (;;) {
    const path = join(workDir, `${process.pid}-${randomBytes(4).toString('hex')}`);
    makeInStore(path);
    const lock = lockDirectory(path);
    // Before it was locked it looked abandoned, and another mk may have removed it.
    if (lock !== undefined) return { path, lock, heldFile: openSync(join(path, heldName), 'a') };
  }
}

/** A store that can only be read is good enough until something has to be done there. */
function makeInStore(path: string): void {
  try {
    // Not with those above it, of which node says in a file system that is read-only that they are not there.
    mkdirSync(path);
  } catch (error) {
    if (!isErrno(error, 'EROFS', 'EACCES', 'EPERM')) throw error;
    throw new Failure('system-refused', `the store ${dirname(dirname(path))} cannot be written`, {
      detail: error instanceof Error ? error.message : undefined,
      hint: 'make it writable, or set MK_STORE to a directory that is; `-n` and `mk why` only read it',
      cause: error,
    });
  }
}

/** The outputs that living processes hold at this moment; what dead ones left is removed. */
export function heldByOthers({ workDir }: Layout): ReadonlySet<string> {
  const held = new Set<string>();
  for (const path of livingOrRemoved(workDir)) {
    for (const line of (readIfPresent(join(path, heldName)) ?? '').split('\n')) if (line !== '') held.add(line);
  }
  return held;
}

/** Removes what dead processes left, and nothing of a living one. */
export function removeAbandonedWork({ workDir }: Layout): void {
  livingOrRemoved(workDir);
}

function livingOrRemoved(workDir: string): readonly string[] {
  const living: string[] = [];
  for (const name of readdirSync(workDir)) {
    if (!ownName.test(name)) continue;
    const path = join(workDir, name);
    const lock = lockDirectory(path);
    if (lock === undefined) {
      living.push(path);
      continue;
    }
    removeTree(path);
    lock.release();
  }
  return living;
}
