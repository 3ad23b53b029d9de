import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { shown } from '../../src/base/command.ts';

/** A program at a terminal of its own, at which the test types. */
export interface Terminal extends AsyncDisposable {
  /** Resolves when this text has appeared after what was awaited last; rejects when the program ends without it. */
  until(text: string): Promise<void>;
  type(text: string): void;
  /** The exit status and all that was on the screen. */
  readonly ended: Promise<{ readonly status: number | null; readonly screen: string }>;
}

export const ctrlC = '\x03';
export const ctrlZ = '\x1a';

interface TerminalOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Starts a program at a pseudo terminal. */
export function openTerminal(argv: readonly string[], { cwd, env }: TerminalOptions): Terminal {
  // The program itself is what the terminal's shell is elsewhere: nobody beside it hears what is typed.
  const words = ['-q', '-e', '-f', '-c', `exec ${shown(argv)}`, '/dev/null'];
  const child = spawn('script', words, { cwd, env: { ...env, SHELL: '/bin/sh', TERM: 'dumb' }, stdio: 'pipe' });
  // A test that waits in vain is not there to do it; without its terminal the program ends too.
  onTestFinished(() => void child.kill('SIGKILL'));
  let screen = '';
  let seen = 0;
  const changed = new EventTarget();
  const tellChange = () => changed.dispatchEvent(new Event('change'));
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    screen += text;
    tellChange();
  });
  let isOver = false;
  const ended = once(child, 'close').then(([status]) => {
    isOver = true;
    tellChange();
    return { status: status as number | null, screen };
  });
  return {
    ended,
    type: (text) => void child.stdin.write(text),
    async until(text) {
      for (;;) {
        const found = screen.indexOf(text, seen);
        if (found >= 0) {
          seen = found + text.length;
          return;
        }
        if (isOver) throw new Error(`ended without "${text}":\n${screen}`);
        await once(changed, 'change');
      }
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
