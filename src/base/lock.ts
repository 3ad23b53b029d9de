import { spawnSync } from 'node:child_process';
import { closeSync, fstatSync, mkdirSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Failure } from './failure.ts';
import { isErrno, readIfPresent } from './files.ts';

/** Held until `release` or the end of the process, however it ends: the kernel keeps it, not a file's presence. */
export interface Lock {
  release(): void;
}

/**
 * Takes an exclusive flock(2) on `path`, which is created.
 * Fails at once with lock-held, naming the holder, when another process has it, unless `wait` is set.
 */
export function takeLock(path: string, what: string, { wait = false } = {}): Lock {
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(path, 'a+');
  if (!flock(file, wait)) {
    const holder = readFileSync(path, 'utf8').trim();
    closeSync(file);
    throw new Failure('lock-held', `${what} is in use by another mk${holder === '' ? '' : ` (process ${holder})`}`, {
      detail: path,
      hint: 'wait for it to finish, or work in another directory',
    });
  }
  writeFileSync(path, `${process.pid}\n`);
  return { release: () => closeSync(file) };
}

/** Takes the directory itself, exclusively; undefined when it is not there or another process has it. */
export function lockDirectory(path: string): Lock | undefined {
  let dir: number;
  try {
    dir = openSync(path, 'r');
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
  // Whoever had it may have removed or renamed it meanwhile.
  if (flock(dir, false) && statSync(path, { throwIfNoEntry: false })?.ino === fstatSync(dir).ino)
    return { release: () => closeSync(dir) };
  closeSync(dir);
  return undefined;
}

/** Whether a process of this number runs; one that has ended and only waits to be noticed by its parent does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return isErrno(error, 'EPERM');
  }
  // "PID (NAME) STATE …", where a name may hold anything.
  return !/\) [ZX] [^)]*$/.test(readIfPresent(`/proc/${pid}/stat`) ?? '');
}

/** util-linux locks our open file description and exits; the description, and so the lock, stays ours. */
function flock(file: number, wait: boolean): boolean {
  const { status, error } = spawnSync('flock', [...(wait ? [] : ['-n']), '-x', '3'], {
    stdio: ['ignore', 'ignore', 'ignore', file],
  });
  if (error === undefined) return status === 0;
  throw new Failure('program-missing', 'flock is not installed', { hint: 'install the package util-linux' });
}
