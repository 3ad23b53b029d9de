import { spawnSync } from 'node:child_process';
import { closeSync, constants, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { isErrno } from '../base/files.ts';

/** A FIFO whose bytes are the tokens that the makes of one holder take from it and put back into it. */
export interface TokenFifo {
  readonly path: string;
  /** Takes all tokens that lie in it, and says how many there were. */
  drain(): number;
  put(count: number): void;
  /** Tokens that come in are taken at once, as far as no make is faster, and told; until `unwatch`. */
  watch(onTokens: (count: number) => void): void;
  unwatch(): void;
  close(): void;
}

/** So many are made with one process. */
const batchSize = 16;

/** Makes FIFOs in the directory `dir`. None is used a second time: whoever still has it open has nothing to do with the next holder. */
export function fifoMaker(dir: string): () => TokenFifo {
  const made: string[] = [];
  let count = 0;
  return () => {
    if (made.length === 0) {
      const batch = Array.from({ length: batchSize }, () => join(dir, `${count++}`));
      const { status } = spawnSync('mkfifo', ['-m', '600', ...batch], { stdio: 'ignore' });
      if (status !== 0) throw new Error(`mkfifo in ${dir} failed`);
      made.push(...batch.reverse());
    }
    return openFifo(made.pop() ?? '');
  };
}

const buffer = Buffer.alloc(4096);
const capacity = 64 * 1024;

function openFifo(path: string): TokenFifo {
  const file = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  let watching: Socket | undefined;
  const unwatch = () => {
    watching?.destroy();
    watching = undefined;
  };
  return {
    path,
    unwatch,
    drain() {
      // No more than it can hold: somebody may write all the time.
      for (let count = 0; ; ) {
        const size = unlessBusy(() => readSync(file, buffer)) ?? 0;
        count += size;
        if (size < buffer.length || count >= capacity) return count;
      }
    },
    put(count) {
      // When somebody has filled it, nobody waits for these.
      if (count > 0) unlessBusy(() => writeSync(file, '+'.repeat(count)));
    },
    watch(onTokens) {
      if (watching !== undefined) return;
      const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
      // Read into a buffer of ours: a stream's own would keep tokens that nobody knows of.
      const onread = {
        buffer: Buffer.alloc(batchSize),
        callback(size: number) {
          onTokens(size);
          return true;
        },
      };
      // It watches only while something else keeps this process going.
      watching = new Socket({ fd, onread, readable: true, writable: false } as object).on('error', () => {}).unref();
    },
    close() {
      unwatch();
      closeSync(file);
      rmSync(path, { force: true });
    },
  };
}

/** Undefined where the answer is "not now". */
function unlessBusy<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch (error) {
    if (isErrno(error, 'EAGAIN')) return undefined;
    throw error;
  }
}
