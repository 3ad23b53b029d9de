import { spawnSync } from 'node:child_process';
import { closeSync, constants, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { isErrno } from '../base/files.ts';

/** One job slot, to be given back exactly once. */
export interface Slot {
  release(): void;
}

/**
 * The job budget of the whole run, as a GNU make job server that every `make` below us draws from.
 * A package that runs holds one slot, which is the implicit one of its top-level make; further ones are in the FIFO.
 */
export interface JobServer {
  readonly path: string;
  readonly jobs: number;
  /** Waits for a free slot; of several that wait, the highest priority gets it. */
  take(priority: number): Promise<Slot>;
  close(): void;
}

/**
 * Waits for a token in a thread of its own. The kernel gives tokens to readers in the order in which they began to wait,
 * so we get ours in turn, however many makes want it; asking now and then would find none as long as they are busy.
 */
const waiterProgram = `
const { parentPort, workerData } = require('node:worker_threads');
const { openSync, readSync } = require('node:fs');
const fifo = openSync(workerData, 'r+');
parentPort.on('message', () => {
  readSync(fifo, Buffer.alloc(1));
  parentPort.postMessage('token');
});`;

/** A job server with `jobs` slots; its FIFO `path` is made when the first slot is asked for. */
export function startJobServer(path: string, jobs: number): JobServer {
  const waiting: { readonly priority: number; readonly give: (slot: Slot) => void }[] = [];
  let opened: number | undefined;
  let waiter: Worker | undefined;
  let isAsked = false;
  let held = 0;
  const fifo = () => (opened ??= makeFifo(path, jobs));

  const slot = (): Slot => {
    let isMine = true;
    held++;
    return {
      release() {
        if (!isMine) return;
        isMine = false;
        held--;
        giveToken(fifo());
        // The thread may already have a token that it has not told of: then they cannot be counted.
        if (held === 0 && !isAsked) restoreTokens(fifo(), jobs);
      },
    };
  };
  const ask = () => {
    if (isAsked || waiting.length === 0) return;
    isAsked = true;
    waiter ??= new Worker(waiterProgram, { eval: true, workerData: path }).on('message', () => {
      isAsked = false;
      const next = waiting.shift();
      if (next === undefined) giveToken(fifo());
      else next.give(slot());
      if (waiting.length === 0) waiter?.unref();
      ask();
    });
    waiter.ref();
    waiter.postMessage('wait');
  };
  return {
    path,
    jobs,
    take: (priority) =>
      new Promise((give) => {
        if (waiting.length === 0 && !isAsked && readToken(fifo())) {
          give(slot());
          return;
        }
        waiting.push({ priority, give });
        waiting.sort((a, b) => b.priority - a.priority);
        ask();
      }),
    close() {
      if (opened === undefined) return;
      // A thread that waits in read(2) can only be ended by letting it have a token.
      if (isAsked) giveToken(opened);
      void waiter?.terminate();
      closeSync(opened);
      rmSync(path, { force: true });
    },
  };
}

function makeFifo(path: string, jobs: number): number {
  rmSync(path, { force: true });
  const made = spawnSync('mkfifo', ['-m', '600', path], { stdio: 'ignore' });
  if (made.status !== 0) throw new Error(`mkfifo ${path} failed`);
  const fifo = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  writeSync(fifo, '+'.repeat(jobs));
  return fifo;
}

/** When nothing runs, all tokens must be here: those that a killed make took with it are replaced, surplus ones dropped. */
function restoreTokens(fifo: number, jobs: number): void {
  while (readToken(fifo));
  writeSync(fifo, '+'.repeat(jobs));
}

function giveToken(fifo: number): void {
  try {
    writeSync(fifo, '+');
  } catch (error) {
    // Somebody has filled it: nobody waits for this one, and the surplus is dropped when nothing runs.
    if (!isErrno(error, 'EAGAIN')) throw error;
  }
}

function readToken(fifo: number): boolean {
  try {
    return readSync(fifo, Buffer.alloc(1)) === 1;
  } catch (error) {
    if (isErrno(error, 'EAGAIN')) return false;
    throw error;
  }
}
