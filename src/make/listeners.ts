import type { MakeOptions } from '../options.ts';
import type { Listener, MkEvent } from '../report/event.ts';
import { jsonLines } from '../report/json.ts';
import { plainLines } from '../report/plain.ts';

/** All who hear of a run. */
export interface Listeners {
  tell(event: MkEvent): void;
  /** To be called when nothing more will happen. */
  close(): void;
}

/** Opens the listeners that the options ask for. On the terminal only those events are seen that `isShown` lets through. */
export function openListeners(
  options: MakeOptions,
  isShown: (event: MkEvent) => boolean,
  more: readonly Listener[],
): Listeners {
  const started = performance.now();
  const events = options.events === undefined ? undefined : jsonLines(options.events);
  const onTerminal = plainLines((text) => process.stderr.write(text));
  const listeners: readonly Listener[] = [
    (event, at) => isShown(event) && onTerminal(event, at),
    ...(events === undefined ? [] : [events.listener]),
    ...more,
  ];
  return {
    tell(event) {
      const at = (performance.now() - started) / 1000;
      for (const listener of listeners) listener(event, at);
    },
    close: () => events?.close(),
  };
}
