import { stopAll } from './command.ts';

export interface Interrupts {
  isRequested(): boolean;
  /** Gives the signals their usual meaning back. */
  forget(): void;
}

/** The first interrupt is a request to wind down; the second stops every process that we started, at once. */
export function catchInterrupts(announce: () => void): Interrupts {
  let requested = false;
  const onSignal = () => {
    if (!requested) {
      requested = true;
      announce();
      return;
    }
    stopAll('SIGKILL');
    process.exit(130);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, onSignal);
  return {
    isRequested: () => requested,
    forget: () => {
      for (const signal of signals) process.off(signal, onSignal);
    },
  };
}
