import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, mkdtempSync, openSync, readSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { type Exit, start } from '../base/command.ts';
import { removeTree } from '../base/files.ts';

/** Takes content piece by piece; a piece holds only for the call. False when no more is wanted. */
export type Take = (bytes: Buffer) => boolean;

/**
 * Runs a program with an open file as its input, and hands what it prints to `take`. How it ended, and what it printed
 * as errors; undefined when `take` wanted no more. Rejects when the program cannot be started.
 */
export async function readOutput(
  argv: readonly [string, ...string[]],
  input: number,
  take: Take,
): Promise<(Exit & { readonly complaint: string }) | undefined> {
  const [output, writeEnd] = makePipe();
  let child: ReturnType<typeof start> | undefined;
  let complaint = '';
  try {
    child = start(argv, { stdio: [input, writeEnd, 'pipe'], detached: false });
  } finally {
    closeSync(writeEnd);
    if (child === undefined) closeSync(output);
  }
  const closed = once(child, 'close');
  closed.catch(() => {});
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  let isWhole = false;
  try {
    isWhole = await readWhole(output, take);
  } finally {
    closeSync(output);
    if (!isWhole) child.kill('SIGKILL');
  }
  if (!isWhole) return undefined;
  const [status, signal] = (await closed) as [number | null, NodeJS.Signals | null];
  return { status: status ?? undefined, signal: signal ?? undefined, complaint };
}

/** Hands what can be read from an open file to `take`, up to its end; false when that wanted no more. */
export async function readWhole(file: number, take: Take): Promise<boolean> {
  const buffer = Buffer.allocUnsafeSlow(256 * 1024);
  for (let turn = performance.now(); ; ) {
    const size = readSync(file, buffer);
    if (size === 0) return true;
    if (!take(buffer.subarray(0, size))) return false;
    // Others in this process want their turn, too.
    if (performance.now() - turn < longestTurn) continue;
    await setImmediate();
    turn = performance.now();
  }
}

/** Milliseconds. */
const longestTurn = 20;

/**
 * A pipe to read from without streams, which take a turn of the event loop and new memory for each few kilobytes. What
 * node makes for a child's output is a socket, and cannot be read so.
 */
function makePipe(): [readEnd: number, writeEnd: number] {
  const dir = mkdtempSync(join(tmpdir(), 'mk-pipe-'));
  try {
    const path = join(dir, 'pipe');
    const { status } = spawnSync('mkfifo', ['-m', '600', path], { stdio: 'ignore' });
    if (status !== 0) throw new Error(`mkfifo ${path} failed`);
    // To open one end waits for somebody at the other, unless one has both.
    const both = openSync(path, constants.O_RDWR);
    try {
      return [openSync(path, constants.O_RDONLY), openSync(path, constants.O_WRONLY)];
    } finally {
      closeSync(both);
    }
  } finally {
    removeTree(dir);
  }
}
