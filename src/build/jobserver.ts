import { spawnSync } from 'node:child_process';
import { closeSync, constants, openSync, readSync, rmSync, writeSync } from 'node:fs';
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

const pollMilliseconds = 20;

/** A job server with `jobs` slots; its FIFO `path` is made when the first slot is asked for. */
export function startJobServer(path: string, jobs: number): JobServer {
  let opened: number | undefined;
  const fifo = () => (opened ??= makeFifo(path, jobs));
  const waiting: { priority: number; give: (slot: Slot) => void }[] = [];
  let timer: NodeJS.Timeout | undefined;
  const serve = () => {
    timer = undefined;
    while (waiting.length > 0 && readToken(fifo())) waiting.shift()?.give(slot());
    // A FIFO cannot wake us without a thread that also steals tokens from the makes: asking now and then is cheap.
    if (waiting.length > 0) timer = setTimeout(serve, pollMilliseconds);
  };
  const slot = (): Slot => {
    let held = true;
    return {
      release() {
        if (held) writeSync(fifo(), '+');
        held = false;
        if (waiting.length > 0 && timer === undefined) serve();
      },
    };
  };
  return {
    path,
    jobs,
    take: (priority) =>
      new Promise((give) => {
        waiting.push({ priority, give });
        waiting.sort((a, b) => b.priority - a.priority);
        if (timer === undefined) timer = setTimeout(serve, 0);
      }),
    close() {
      clearTimeout(timer);
      if (opened === undefined) return;
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

function readToken(fifo: number): boolean {
  try {
    return readSync(fifo, Buffer.alloc(1)) === 1;
  } catch (error) {
    if (isErrno(error, 'EAGAIN')) return false;
    throw error;
  }
}
