import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { finished, shown, start, stop } from '../base/command.ts';
import { Failure } from '../base/failure.ts';
import { guestScript, openConsole } from './guest.ts';
import { runOnTerminal, untilInterrupted } from './interrupt.ts';
import { findEmulator, machineWords } from './machine.ts';
import { brokenPipe, type RunOptions } from './options.ts';
import { prepare } from './prepare.ts';

/**
 * Starts a release in QEMU. With a command: runs it there as root, passes on what it prints as it comes, powers off and
 * returns its exit status. Without: the system's console is the user's terminal, until the system powers off.
 */
export async function runInQemu(options: RunOptions): Promise<number> {
  const { command, settings } = options;
  const program = findEmulator(settings);
  const dir = mkdtempSync(join(tmpdir(), 'mk-run-'));
  try {
    const nonce = randomBytes(12).toString('hex');
    const script = command === undefined ? undefined : guestScript(command, nonce);
    const { machine, restore } = await prepare(options, dir, script);
    const argv = [program, ...machineWords(machine, options)] as const;
    try {
      if (command === undefined) return await runOnTerminal([...argv, '-serial', 'mon:stdio']);
      return await runToEnd([...argv, '-serial', 'stdio', '-monitor', 'none'], options, nonce);
    } finally {
      await restore();
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Until the stream takes more, or takes nothing any more. */
const drain = (stream: Writable): Promise<void> =>
  new Promise((resolve) => {
    for (const event of ['drain', 'error', 'close']) stream.once(event, () => resolve());
  });

async function runToEnd(argv: readonly [string, ...string[]], options: RunOptions, nonce: string): Promise<number> {
  const { output, errors, startLimit = 120 } = options;
  const guest = openConsole(nonce);
  const child = start(argv, { stdio: ['ignore', 'pipe', 'pipe'] });
  let complaints = '';
  let expired = false;
  let lingering: NodeJS.Timeout | undefined;
  const kill = () => stop(child, 'SIGKILL');
  const timer = setTimeout(() => {
    expired = true;
    kill();
  }, startLimit * 1000);

  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaints += text;
  });
  let isHeard = true;
  // Whoever reads the output may have enough of it.
  output.once('error', () => {
    isHeard = false;
    kill();
  });
  const drained = (async () => {
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
      const printed = guest.feed(chunk);
      if (guest.hasBegun) clearTimeout(timer);
      if (isHeard && printed.length > 0 && !output.write(printed)) await drain(output);
      // A machine that cannot be switched off from inside would stay for ever.
      if (guest.status !== undefined) lingering ??= setTimeout(kill, 10_000);
    }
  })();
  try {
    await untilInterrupted(kill, () => Promise.all([finished(child), drained]));
  } finally {
    clearTimeout(timer);
    clearTimeout(lingering);
    kill();
  }
  if (guest.status !== undefined) return guest.status;
  if (!isHeard) return brokenPipe;

  const why = guest.hasBegun
    ? 'the system stopped before the command ended'
    : `the system did not start${expired ? ` within ${startLimit} s` : ''}`;
  errors.write(complaints);
  throw new Failure('image-invalid', why, {
    detail: `${guest.lastLines(30)}\n${shown(argv)}`.trim(),
    hint: 'run it without a command to see and use its console',
  });
}
