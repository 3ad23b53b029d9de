import { spawnSync } from 'node:child_process';
import {
  closeSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { finished, start } from './command.ts';
import { Failure } from './failure.ts';
import { isErrno, makeDirectory, readIfPresent } from './files.ts';

/** Held until `release` or the end of the process, however it ends: the kernel keeps it, not a file's presence. */
export interface Lock {
  release(): void;
}

/**
 * Takes an exclusive flock(2) on `path`, which is created.
 * Fails at once with lock-held, naming the holder, when another process has it, unless `wait` is set.
 */
export function takeLock(path: string, what: string, { wait = false } = {}): Lock {
  makeDirectory(dirname(path));
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

export interface Holding {
  /** What the next one who waits is told of us, after our process number. */
  readonly note?: string;
  /** The file goes with the lock. */
  readonly temporary?: boolean;
}

export interface Waiting extends Holding {
  /** Called once when another process has the lock, with what it wrote into the file. */
  onWait(holder: string): void;
  /** Ends the waiting with an interrupted Failure. */
  readonly signal: AbortSignal;
}

/** Takes an exclusive flock(2) on `path`, which is created; waits, without holding up anything else, while another process has it. */
export async function awaitLock(path: string, { onWait, signal, ...holding }: Waiting): Promise<Lock> {
  makeDirectory(dirname(path));
  let told = false;
  for (;;) {
    const file = openSync(path, 'a+');
    if (!flock(file, false)) {
      if (!told) onWait(readFileSync(file, 'utf8').trim());
      told = true;
      await flockLater(file, signal);
    }
    if (isAt(path, file)) return held(path, file, holding);
    closeSync(file);
  }
}

/** Takes an exclusive flock(2) on `path`, which is created; undefined when another process has it. */
export function tryLock(path: string, holding: Holding = {}): Lock | undefined {
  makeDirectory(dirname(path));
  for (;;) {
    const file = openSync(path, 'a+');
    const isTaken = flock(file, false);
    if (isTaken && isAt(path, file)) return held(path, file, holding);
    closeSync(file);
    if (!isTaken) return undefined;
  }
}

/** Whoever had the lock may have removed or renamed the file meanwhile. */
const isAt = (path: string, file: number): boolean =>
  statSync(path, { throwIfNoEntry: false })?.ino === fstatSync(file).ino;

function held(path: string, file: number, { note, temporary }: Holding): Lock {
  ftruncateSync(file);
  writeSync(file, `${[process.pid, note].filter(Boolean).join(' ')}\n`);
  return {
    release() {
      if (temporary) rmSync(path, { force: true });
      closeSync(file);
    },
  };
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
  if (flock(dir, false) && isAt(path, dir)) return { release: () => closeSync(dir) };
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

async function flockLater(file: number, signal: AbortSignal): Promise<void> {
  const child = start(['flock', '-x', '3'], { stdio: ['ignore', 'ignore', 'ignore', file] });
  const stopWaiting = () => child.kill();
  signal.addEventListener('abort', stopWaiting);
  if (signal.aborted) stopWaiting();
  const { status } = await finished(child);
  signal.removeEventListener('abort', stopWaiting);
  if (status === 0) return;
  closeSync(file);
  throw new Failure('interrupted', 'interrupted while waiting for another mk');
}

/**
 * util-linux locks our open file description and exits; the description, and so the lock, stays ours.
 * False when another process has it.
 */
function flock(file: number, wait: boolean): boolean {
  const { status, error } = spawnSync('flock', [...(wait ? [] : ['-n']), '-x', '3'], {
    stdio: ['ignore', 'ignore', 'ignore', file],
  });
  if (error !== undefined)
    throw new Failure('program-missing', 'flock is not installed', { hint: 'install the package util-linux' });
  // Anything else is no answer: to take it for one, we would wait for nobody.
  if (status === 0 || status === 1) return status === 0;
  throw new Failure('system-refused', 'files cannot be locked on this file system', {
    detail: `flock exited with status ${status}`,
    hint: 'work on a local file system, also with MK_STORE',
  });
}
