import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** How a command ended: its exit status, or the signal that killed it. */
export interface Exit {
  readonly status: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
}

export const succeeded = (exit: Exit): boolean => exit.status === 0;

/** "exited with status 2" or "was killed by SIGKILL". */
export const describeExit = ({ status, signal }: Exit): string =>
  signal === undefined ? `exited with status ${status}` : `was killed by ${signal}`;

/** A command line as one would type it: words with blanks or special characters are quoted. */
export const shown = (argv: readonly string[]): string =>
  argv.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ');

const groups = new Set<ChildProcess>();

/** Starts a program without a shell, as leader of a process group that `stopAll` and `stop` reach as a whole, unless `detached` is false. */
export function start(argv: readonly [string, ...string[]], options: SpawnOptions): ChildProcess {
  const [program, ...rest] = argv;
  const child = spawn(program, rest, {
    detached: true,
    ...options,
    shell: false,
  });
  groups.add(child);
  child.once('exit', () => groups.delete(child));
  child.once('error', () => groups.delete(child));
  return child;
}

/** Waits for a started program; rejects when it could not be started. */
export async function finished(child: ChildProcess): Promise<Exit> {
  const [status, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  return { status: status ?? undefined, signal: signal ?? undefined };
}

/** Runs a program to its end and returns what it printed; output beyond memory limits is the caller's choice of program. */
export async function capture(
  argv: readonly [string, ...string[]],
  options: SpawnOptions = {},
): Promise<Exit & { readonly stdout: string; readonly stderr: string }> {
  const child = start(argv, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text;
    });
  }
  const [status, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return { status: status ?? undefined, signal: signal ?? undefined, ...texts };
}

/** Signals the whole process group of a started program. */
export function stop(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group is gone already.
  }
}

/** Signals every process group that is still running. */
export function stopAll(signal: NodeJS.Signals): void {
  for (const child of groups) stop(child, signal);
}

/** Full path of a program on PATH, or undefined. Without a PATH, as in the sandbox, it is where the system looks then. */
export function findProgram(name: string, path = process.env['PATH'] ?? '/bin:/usr/bin'): string | undefined {
  const candidates = name.includes('/') ? [name] : path.split(delimiter).map((dir) => join(dir, name));
  return candidates.find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
