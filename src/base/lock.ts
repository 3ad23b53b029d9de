import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Failure } from './failure.ts';

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
  // util-linux locks our open file description and exits; the description, and so the lock, stays ours.
  const mode = wait ? [] : ['-n'];
  const { status, error } = spawnSync('flock', [...mode, '-x', '3'], {
    stdio: ['ignore', 'ignore', 'ignore', file],
  });
  if (error)
    throw new Failure('program-missing', 'flock is not installed', {
      hint: 'install the package util-linux',
    });
  if (status !== 0) {
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
