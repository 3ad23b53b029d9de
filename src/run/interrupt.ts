import { spawn } from 'node:child_process';
import { finished } from '../base/command.ts';
import { Failure } from '../base/failure.ts';

/**
 * Waits for `work`; SIGINT, SIGTERM or SIGHUP meanwhile calls `stop`, and when the work has ended becomes an interrupted
 * Failure. On a terminal SIGINT is for the program in the foreground, and we only see to it that it does not end us first.
 */
export async function untilInterrupted<T>(
  stop: () => void,
  work: () => Promise<T>,
  { onTerminal = false } = {},
): Promise<T> {
  let interrupted = false;
  const hear = (signal: NodeJS.Signals) => {
    if (onTerminal && signal === 'SIGINT') return;
    interrupted = true;
    stop();
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, hear);
  try {
    const result = await work();
    if (interrupted) throw new Failure('interrupted', 'the run was interrupted');
    return result;
  } finally {
    for (const signal of signals) process.off(signal, hear);
  }
}

/** Runs a program on the user's terminal, in our process group so that it may use the terminal; returns its exit status. */
export async function runOnTerminal([program, ...rest]: readonly [string, ...string[]]): Promise<number> {
  const child = spawn(program, rest, { stdio: 'inherit' });
  const exit = await untilInterrupted(
    () => child.kill('SIGTERM'),
    () => finished(child),
    { onTerminal: true },
  );
  return exit.status ?? 1;
}
