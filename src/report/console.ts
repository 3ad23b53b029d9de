import { coloured } from './colour.ts';
import type { Listener, MkEvent } from './event.ts';
import { liveView } from './live.ts';
import { isEssential, lineOf } from './plain.ts';
import { openTerminal } from './terminal.ts';
import { harmless } from './text.ts';

/** Whoever looks at stderr. */
export interface Console {
  readonly listener: Listener;
  /** Adds lines that are about no event. */
  print(text: string): void;
  /** Leaves stderr to others; what is told from now on is still shown, as plain lines. */
  leave(): void;
}

interface ConsoleOptions {
  /** Nothing but trouble and the end. */
  readonly quiet: boolean;
  isShown(event: MkEvent): boolean;
  /** The clock of the run, in seconds. */
  now(): number;
}

/** Shows a run on stderr: as a live view on a terminal that can do it, else as one line for each change. */
export function openConsole({ quiet, isShown, now }: ConsoleOptions): Console {
  const style = styleFor(process.env, process.stderr.isTTY === true);
  const isNews = (event: MkEvent) => isShown(event) && (!quiet || isEssential(event));
  let live = style.isLive && !quiet ? liveView(openTerminal(), now, isNews) : undefined;
  const clean = (text: string) => (style.isTerminal ? harmless(text) : text);
  const plain: Listener = (event) => {
    const line = isNews(event) ? lineOf(event) : undefined;
    if (line === undefined) return;
    process.stderr.write(`${style.isColoured ? coloured(event, clean(line)) : clean(line)}\n`);
  };
  return {
    listener: (event, at) => (live?.listener ?? plain)(event, at),
    print: (text) => (live === undefined ? process.stderr.write(clean(text)) : live.print(text)),
    leave() {
      live?.close();
      live = undefined;
    },
  };
}

/** How a run is shown where the environment says this. */
export function styleFor(env: Readonly<Record<string, string | undefined>>, isTerminal: boolean) {
  const isSet = (name: string) => (env[name] ?? '') !== '';
  const isBare = isSet('NO_COLOR') || isSet('CI') || ['', 'dumb'].includes(env['TERM'] ?? '');
  const isForced = isSet('FORCE_COLOR') && env['FORCE_COLOR'] !== '0' && !isSet('NO_COLOR');
  const isLive = isTerminal && !isBare;
  return { isTerminal, isLive, isColoured: isLive || isForced };
}
