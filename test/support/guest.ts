import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { shown } from '../../src/base/command.ts';
import { readVariables } from '../../src/config/variables.ts';
import { quoted } from '../../src/run/guest.ts';
import { findEmulator, machineWords } from '../../src/run/machine.ts';

/** What a command printed, on both streams, and its exit status. */
export interface Outcome {
  readonly status: number;
  readonly output: string;
}

/** A machine in QEMU whose console a test uses as root. */
export interface Guest extends AsyncDisposable {
  /** Waits for the login prompt, or for the shell of a guest that was started with `single`, and logs in. */
  login(): Promise<void>;
  /** Runs a line of shell; rejects when it takes longer than so many seconds (default: 120). */
  run(line: string, seconds?: number): Promise<Outcome>;
  /** The same for a line that must succeed: what it printed. */
  output(line: string, seconds?: number): Promise<string>;
  /** Runs a line after which the console is no longer ours, such as `reboot`; what the console says until it fits, or until the machine is off. */
  leave(line: string, until?: RegExp): Promise<string>;
  /** All that the console has said. */
  readonly console: string;
}

export interface GuestOptions {
  /** The board's QEMU variables. */
  readonly settings: Readonly<Record<string, string>>;
  readonly releaseDir: string;
  /** Words for the kernel, such as `single`. */
  readonly args?: readonly string[];
  /** Disk images beside the root file system: /dev/vdb and so on. */
  readonly disks?: readonly string[];
  /** One network interface for each end of a cable. */
  readonly cables?: readonly CableEnd[];
}

/** Where a machine's packets come in, and where they go to: sockets in the file system. */
export interface CableEnd {
  readonly own: string;
  readonly other: string;
}

/** Two ends that belong together; neither has to be plugged in first. */
export const cable = (dir: string, name: string): readonly [CableEnd, CableEnd] => {
  const [a, b] = [join(dir, `${name}-a`), join(dir, `${name}-b`)];
  return [
    { own: a, other: b },
    { own: b, other: a },
  ];
};

/** The board's QEMU variables. */
export const settingsOf = (boardDir: string): Readonly<Record<string, string>> =>
  Object.fromEntries([...readVariables([boardDir], 'QEMU')].map(([name, { value }]) => [name, value]));

/** Starts a machine, which runs until it switches itself off or is disposed of. */
export function startGuest(options: GuestOptions): Guest {
  const argv = words(options);
  const child = spawn(argv[0], argv.slice(1), { stdio: 'pipe' });
  const screen = follow(child, shown(argv));
  let count = 0;

  const run = async (line: string, seconds = 120): Promise<Outcome> => {
    const mark = `mk-${++count}`;
    child.stdin.write(`sh -c ${quoted([line])} < /dev/null 2>&1; printf '\\n${mark} %d\\n' $?\n`);
    const said = await screen.until(new RegExp(`\\n${mark} \\d+\\n`), seconds, line);
    const end = said.lastIndexOf(`\n${mark} `);
    return { status: Number.parseInt(said.slice(end + mark.length + 2), 10), output: said.slice(0, end) };
  };
  return {
    run,
    get console() {
      return screen.text();
    },
    async login() {
      if (options.args?.includes('single')) {
        await screen.until(/\n\/ # /, 300, 'a shell');
      } else {
        await screen.until(/ login: /, 300, 'a login prompt');
        child.stdin.write('root\n');
        await screen.until(/:~# /, 120, 'a shell');
      }
      // Bytes pass unchanged and are not echoed, the kernel keeps quiet, and a shell that reads a file has no prompt.
      child.stdin.write(`stty raw -echo; dmesg -n 1; echo mk-''ready; sh /proc/self/fd/0\n`);
      await screen.until(/mk-ready\r?\n/, 120, 'a shell that listens');
    },
    async output(line, seconds) {
      const { status, output } = await run(line, seconds);
      if (status !== 0) throw new Error(`${line}: exited with status ${status}:\n${output}`);
      return output.trim();
    },
    async leave(line, until) {
      child.stdin.write(`${line}\n`);
      return until === undefined ? screen.untilEnd(300, line) : screen.until(until, 300, line);
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

function words({
  settings,
  releaseDir,
  args = [],
  disks = [],
  cables = [],
}: GuestOptions): readonly [string, ...string[]] {
  const initramfs = join(releaseDir, 'boot/initramfs.cpio.gz');
  const kernel = {
    file: join(releaseDir, 'boot/vmlinuz'),
    initramfs: existsSync(initramfs) ? initramfs : undefined,
    args: ['root=/dev/vda', ...args],
  };
  const drives = [
    { file: join(releaseDir, 'rootfs.squashfs'), readOnly: true },
    ...disks.map((file) => ({ file, readOnly: false })),
  ];
  const nobody = { releaseDir, output: process.stdout, errors: process.stderr };
  return [
    findEmulator(settings),
    ...machineWords({ kernel, drives }, { ...nobody, settings, nics: ['none'] }).filter(
      (word) => word !== '-no-reboot',
    ),
    ...['-chardev', 'stdio,id=console,signal=off', '-serial', 'chardev:console'],
    ...cables.flatMap(({ own, other }, index) => [
      ...['-netdev', `dgram,id=net${index},local.type=unix,local.path=${own},remote.type=unix,remote.path=${other}`],
      // Two cards of one address would not hear each other.
      ...['-device', `virtio-net-pci,netdev=net${index},mac=${address(own)}`],
    ]),
  ];
}

/** A hardware address for our own use, another one for each name. */
function address(name: string): string {
  const bytes = [...name].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) >>> 0, 7);
  const digits = bytes.toString(16).padStart(8, '0');
  return `52:54:${digits.match(/../g)?.join(':')}`;
}

/** What a program says, in order; whoever waits gets what was said since the last wait ended. */
function follow(child: ChildProcess, name: string) {
  let said = '';
  let seen = 0;
  const changed = new EventTarget();
  const tell = () => changed.dispatchEvent(new Event('change'));
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('latin1').on('data', (text: string) => {
      said += text;
      tell();
    });
  }
  child.stdin?.on('error', tell);
  let isOver = false;
  child.once('close', () => {
    isOver = true;
    tell();
  });
  /** Waits until there is an end of what is awaited. */
  const wait = async (find: (text: string) => number | undefined, seconds: number, what: string): Promise<string> => {
    const signal = AbortSignal.timeout(seconds * 1000);
    for (;;) {
      const end = find(said.slice(seen));
      if (end !== undefined) {
        const text = said.slice(seen, seen + end);
        seen += end;
        return text;
      }
      const why = isOver ? 'the machine is off' : signal.aborted ? `${seconds} s have passed` : undefined;
      if (why !== undefined) throw new Error(`${what}: ${why}\n${said.slice(-4000)}\n${name}`);
      await once(changed, 'change', { signal }).catch(() => {});
    }
  };
  return {
    text: () => said,
    until: (pattern: RegExp, seconds: number, what: string) =>
      wait(
        (text) => {
          const found = pattern.exec(text);
          return found === null ? undefined : found.index + found[0].length;
        },
        seconds,
        what,
      ),
    untilEnd: (seconds: number, what: string) => wait((text) => (isOver ? text.length : undefined), seconds, what),
  };
}
