import { coloured } from './colour.ts';
import type { Listener, MkEvent } from './event.ts';
import { clock, frame } from './frame.ts';
import { lineOf } from './plain.ts';
import { openScreen } from './screen.ts';
import { advance, newRun, type RunState } from './state.ts';
import type { Terminal } from './terminal.ts';
import { harmless } from './text.ts';

/** A run on a terminal. */
export interface LiveView {
  readonly listener: Listener;
  /** Adds lines that stay. */
  print(text: string): void;
  /** Leaves the terminal as it would be without us, with all that stays. */
  close(): void;
}

/** Milliseconds from a change until it is seen, and between two looks at the clock. */
const [soon, later] = [100, 500];

/** What is over before that, in seconds, needs no frame. */
const firstFrame = 0.3;

/** Shows a run that began at 0 on the clock `now`, in seconds. Only the lines of those events stay that `isShown` lets through. */
export function liveView(terminal: Terminal, now: () => number, isShown: (event: MkEvent) => boolean): LiveView {
  const screen = openScreen(terminal);
  let state = newRun;
  let isOpen = true;
  let timer: { readonly handle: NodeJS.Timeout; readonly due: number } | undefined;
  const redraw = (wait: number) => {
    const due = performance.now() + wait;
    if (timer !== undefined && timer.due <= due) return;
    clearTimeout(timer?.handle);
    // What the run waits for keeps the process alive, not its picture. Whether the window has changed is heard first.
    timer = { handle: setTimeout(() => setImmediate(draw).unref(), wait).unref(), due };
  };
  const draw = () => {
    if (!isOpen) return;
    timer = undefined;
    const isHidden = now() < firstFrame || !terminal.isForeground();
    const hasTaken = screen.draw(isHidden ? [] : frame(state, terminal.size(), now()));
    redraw(hasTaken ? later : soon);
  };
  const onResize = () => {
    screen.forget();
    redraw(soon);
  };
  const onSuspend = () => {
    screen.clear();
    process.kill(process.pid, 'SIGSTOP');
  };
  /** Whatever else this process writes to the terminal finds no frame where it writes. */
  const makeRoom = (text: string) => {
    screen.clear();
    if (!text.endsWith('\n')) screen.print('\n');
    redraw(soon);
  };
  const release = [
    listen(process.stderr, 'resize', onResize),
    listen(process, 'SIGTSTP', onSuspend),
    listen(process, 'SIGCONT', onResize),
    listen(process, 'exit', () => end(stopped(state, now()))),
    listen(process, 'uncaughtExceptionMonitor', () => end()),
    ...[process.stderr, process.stdout].filter(({ isTTY }) => isTTY).map((stream) => beforeWrites(stream, makeRoom)),
  ];
  const end = (text = '') => {
    if (!isOpen) return;
    isOpen = false;
    for (const each of release) each();
    clearTimeout(timer?.handle);
    if (text !== '') screen.print(text);
    screen.clear();
    terminal.close();
  };
  return {
    listener(event, at) {
      state = advance(state, event, at);
      const line = isNews(event, state) && isShown(event) ? lineOf(event, terminal.size().columns) : undefined;
      if (line !== undefined) screen.print(coloured(event, harmless(line)));
      redraw(soon);
    },
    print(text) {
      screen.print(harmless(text));
      redraw(soon);
    },
    close: () => end(),
  };
}

/** What goes on is in the frame; what was planned to be there, and is, is in the counts. */
function isNews(event: MkEvent, { plan }: RunState): boolean {
  if (event.event === 'activity' || (event.event === 'waiting' && event.package !== undefined)) return false;
  return !(event.event === 'package' && event.verdict === 'cached' && plan?.get(event.package)?.step === 'cached');
}

/** One line about what was in work when the run was ended by force. */
function stopped({ running }: RunState, now: number): string {
  const names = [...running].map(([name, { activity, since }]) => `${name} (${activity}, ${clock(now - since)})`);
  return names.length === 0 ? '' : `stopped ${names.join(', ')}`;
}

type Emitter = Pick<NodeJS.EventEmitter, 'on' | 'off'>;

function listen(emitter: Emitter, name: string, listener: () => void): () => void {
  emitter.on(name, listener);
  return () => emitter.off(name, listener);
}

function beforeWrites(stream: NodeJS.WriteStream, prepare: (text: string) => void): () => void {
  const { write } = stream;
  const prepared = (...args: Parameters<typeof write>) => {
    prepare(String(args[0]));
    return write.apply(stream, args);
  };
  stream.write = prepared as typeof write;
  return () => {
    stream.write = write;
  };
}
