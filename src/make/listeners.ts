import { join } from 'node:path';
import type { MakeOptions } from '../options.ts';
import { openConsole } from '../report/console.ts';
import type { Listener, MkEvent } from '../report/event.ts';
import { followLogs } from '../report/follow.ts';
import { jsonLines } from '../report/json.ts';
import type { BuildRoot } from './views.ts';

/** All who hear of a run. */
export interface Listeners {
  tell(event: MkEvent): void;
  /** Adds a line for people that is about no event, unless they want to hear of nothing but trouble and the end. */
  note(line: string): void;
  /** Leaves the terminal to others; what happens from now on is still told there, line by line. */
  leaveTerminal(): void;
  /** To be called when nothing more will happen. */
  close(): void;
}

interface Audience {
  readonly buildRoot: Pick<BuildRoot, 'dir' | 'logFile'>;
  /** On the terminal only those events are seen that this lets through. */
  isShown(event: MkEvent): boolean;
  /** Others who hear of everything. */
  readonly more: readonly Listener[];
}

/** Opens the listeners that the options ask for. */
export function openListeners(options: MakeOptions, { buildRoot, isShown, more }: Audience): Listeners {
  const started = performance.now();
  const now = () => (performance.now() - started) / 1000;
  const events = options.events === undefined ? undefined : jsonLines(options.events);
  const terminal = openConsole({ quiet: options.quiet, isShown, now });
  const logs = followLogs({
    packages: options.verbose,
    // That of a second build lies elsewhere.
    logFiles: (name, hook) => [
      buildRoot.logFile(name, hook),
      join(buildRoot.dir, 'log', 'check', `${name}-${hook}.log`),
    ],
    print: terminal.print,
  });
  const listeners = [logs.listener, terminal.listener, ...(events === undefined ? [] : [events.listener]), ...more];
  return {
    tell(event) {
      const at = now();
      for (const listener of listeners) listener(event, at);
    },
    note(line) {
      if (!options.quiet) terminal.print(`${line}\n`);
    },
    leaveTerminal: terminal.leave,
    close() {
      logs.close();
      terminal.leave();
      events?.close();
    },
  };
}
