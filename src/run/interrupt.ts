import { Failure } from '../base/failure.ts';

/**
 * Waits for `work`; SIGINT or SIGTERM meanwhile calls `stop`, and when the work has ended becomes an interrupted Failure.
 * Without `stop`, signals are for the program in the foreground, and we only see to it that they do not end us first.
 */
export async function untilInterrupted<T>(stop: (() => void) | undefined, work: () => Promise<T>): Promise<T> {
  let interrupted = false;
  const hear = () => {
    interrupted = true;
    stop?.();
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, hear);
  try {
    const result = await work();
    if (interrupted && stop !== undefined) throw new Failure('interrupted', 'the run was interrupted');
    return result;
  } finally {
    for (const signal of signals) process.off(signal, hear);
  }
}
