import { stopAll } from './command.ts';

export interface Interrupts {
  isRequested(): boolean;
  /** Aborted at the first interrupt, for what only waits. */
  readonly signal: AbortSignal;
  /** Gives the signals their usual meaning back. */
  forget(): void;
}

/** The first interrupt is a request to wind down; the second stops every process that we started, at once. */
export function catchInterrupts(announce: () => void): Interrupts {
  const requested = new AbortController();
  const onSignal = () => {
    if (!requested.signal.aborted) {
      requested.abort();
      announce();
      return;
    }
    stopAll('SIGKILL');
    process.exit(130);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, onSignal);
  return {
    isRequested: () => requested.signal.aborted,
    signal: requested.signal,
    forget: () => {
      for (const signal of signals) process.off(signal, onSignal);
    },
  };
}
