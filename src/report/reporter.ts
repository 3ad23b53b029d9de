import type { Listener, MkEvent } from './event.ts';

/** Where the engine tells what happens. */
export interface Reporter {
  tell(event: MkEvent): void;
}

/** One event stream, heard by any number of listeners. */
export function reporterFor(listeners: readonly Listener[]): Reporter {
  return {
    tell(event) {
      for (const listener of listeners) listener(event);
    },
  };
}
