import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { shown } from '../../src/base/command.ts';

/** A window of a real terminal emulator, in which one program runs. */
export interface Window extends AsyncDisposable {
  /** The rows that are seen now, without blanks at their ends. */
  rows(): string[];
  /** Resolves with the rows as soon as this holds for their text. */
  until(holds: (text: string) => boolean): Promise<string[]>;
  /** Everything that is and has been in the window, from the first row on. */
  history(): string;
  /** Names as tmux knows them: `C-c`, `Enter`. */
  press(...keys: readonly string[]): void;
  /** Resolves when the program can know. */
  resize(columns: number, rows: number): Promise<void>;
  /** The process in the window that runs this script. */
  pidOf(script: string): number;
  /** What the program has left behind: is the cursor to be seen, and do lines wrap? */
  state(): string;
}

interface WindowOptions {
  readonly columns: number;
  readonly rows: number;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Starts a program in a window; when it has ended, the line `ended: STATUS` is there. */
export function openWindow(argv: readonly string[], { columns, rows, cwd, env }: WindowOptions): Window {
  const dir = mkdtempSync(join(tmpdir(), 'mk-window-'));
  const tmux = (...args: readonly string[]): string => {
    const clean = { PATH: process.env['PATH'], LANG: 'C.UTF-8', TERM: 'xterm' };
    const { status, stdout, stderr } = spawnSync('tmux', ['-S', join(dir, 'socket'), '-f', '/dev/null', ...args], {
      env: clean,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`tmux ${args[0]}: ${stderr}`);
    return stdout;
  };
  const set = Object.entries(env).map(([name, value = '']) => `${name}=${value}`);
  // Ctrl-C is for the program; the shell is there to tell how it ended.
  const script = `trap : INT; ${shown(['env', '-u', 'CI', '-u', 'NO_COLOR', ...set, ...argv])}; echo "ended: $?"; exec cat`;
  tmux('new-session', '-d', '-x', `${columns}`, '-y', `${rows}`, '-c', cwd, shown(['sh', '-c', script]));
  const processes = () => {
    const terminal = terminalOf(tmux('display-message', '-p', '#{pane_pid}').trim());
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && terminalOf(name) === terminal);
  };
  const close = () => {
    if (!existsSync(dir)) return;
    // Who is only told that the window is gone would finish what it does.
    for (const pid of processes()) if (textOf(pid, 'cmdline').includes('\0')) process.kill(Number(pid), 'SIGKILL');
    // It ends by itself when nobody is left in its window.
    spawnSync('tmux', ['-S', join(dir, 'socket'), 'kill-server'], { stdio: 'ignore' });
    rmSync(dir, { recursive: true, force: true });
  };
  // A test that waits in vain is not there to do it.
  onTestFinished(close);
  const rowsNow = () => tmux('capture-pane', '-p').replace(/\n+$/, '').split('\n');
  return {
    rows: rowsNow,
    async until(holds) {
      for (;;) {
        const now = rowsNow();
        if (holds(now.join('\n'))) return now;
        await wait(50);
      }
    },
    history: () => tmux('capture-pane', '-p', '-S', '-').trimEnd(),
    press: (...keys) => void tmux('send-keys', ...keys),
    async resize(width, height) {
      tmux('resize-window', '-x', `${width}`, '-y', `${height}`);
      const tty = tmux('display-message', '-p', '#{pane_tty}').trim();
      const known = () => spawnSync('stty', ['-F', tty, 'size'], { encoding: 'utf8' }).stdout.trim();
      // tmux takes its time when it has told of another size just now.
      while (known() !== `${height} ${width}`) await wait(50);
    },
    state: () => tmux('display-message', '-p', 'cursor #{cursor_flag}, wrap #{wrap_flag}').trim(),
    pidOf(script) {
      const found = processes().find((pid) => textOf(pid, 'cmdline').split('\0')[1] === script);
      if (found === undefined) throw new Error(`nobody runs ${script} here`);
      return Number(found);
    },
    async [Symbol.asyncDispose]() {
      close();
    },
  };
}

/** The number of a process's terminal, as the system knows it. */
const terminalOf = (pid: string): string | undefined => textOf(pid, 'stat').split(') ')[1]?.split(' ')[4];

/** Empty for a process that has ended. */
function textOf(pid: string, file: string): string {
  try {
    return readFileSync(join('/proc', pid, file), 'utf8');
  } catch {
    return '';
  }
}
