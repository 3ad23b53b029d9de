import { randomBytes } from 'node:crypto';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { findProgram, finished, shown, start, stop } from '../base/command.ts';
import { writeCpio } from '../base/cpio.ts';
import { Failure } from '../base/failure.ts';
import { guestScript, openConsole } from './guest.ts';
import { runOnTerminal, untilInterrupted } from './interrupt.ts';
import { brokenPipe, type RunOptions } from './options.ts';

/**
 * Starts a release in QEMU. With a command: runs it there as root, passes on what it prints as it comes, powers off and
 * returns its exit status. Without: the system's console is the user's terminal, until the system powers off.
 */
export async function runInQemu(options: RunOptions): Promise<number> {
  const { command, releaseDir, settings } = options;
  checkRelease(releaseDir);
  const program = findEmulator(settings);
  const initramfs = join(releaseDir, 'boot/initramfs.cpio.gz');
  if (command === undefined) return runOnTerminal([program, ...words(options, initramfs), '-serial', 'mon:stdio']);

  const dir = mkdtempSync(join(tmpdir(), 'mk-run-'));
  try {
    const nonce = randomBytes(12).toString('hex');
    const extended = join(dir, 'initramfs');
    await extendInitramfs(initramfs, extended, dir, guestScript(command, nonce));
    return await runToEnd(
      [program, ...words(options, extended), '-serial', 'stdio', '-monitor', 'none'],
      options,
      nonce,
    );
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function checkRelease(releaseDir: string): void {
  for (const file of ['rootfs.squashfs', 'boot/vmlinuz', 'boot/initramfs.cpio.gz']) {
    if (existsSync(join(releaseDir, file))) continue;
    throw new Failure('image-invalid', `the release has no ${file}`, {
      detail: releaseDir,
      hint: 'QEMU starts boards with a kernel; build the target first, and see what its release package installs',
    });
  }
}

/** Debian's packages of the emulators; the others have the machine in their name. */
const packages: readonly (readonly [RegExp, string])[] = [
  [/-(x86_64|i386)$/, 'qemu-system-x86'],
  [/-(arm|aarch64)$/, 'qemu-system-arm'],
  [/-(mips|ppc|sparc|s390x)/, 'qemu-system-$1'],
];

function findEmulator({ PROGRAM: program }: RunOptions['settings']): string {
  if (program === undefined || program === '') {
    throw new Failure('config-invalid', 'QEMU: no PROGRAM is set', {
      hint: "name the emulator in the board's file QEMU, such as PROGRAM=qemu-system-x86_64",
    });
  }
  if (findProgram(program) !== undefined) return program;
  const [found, name = ''] = packages.find(([pattern]) => pattern.test(program)) ?? [];
  const machine = found?.exec(program)?.[1] ?? '';
  throw new Failure('program-missing', `${program} is not installed`, {
    hint: `install the package ${found === undefined ? 'qemu-system-misc' : name.replace('$1', machine)}`,
  });
}

function words({ releaseDir, settings }: RunOptions, initramfs: string): readonly string[] {
  const { MACHINE, CPU, MEMORY = '256M', CONSOLE = 'ttyS0', ACCEL = 'tcg', NETWORK = 'none', ARGS = '' } = settings;
  return [
    ...['-accel', ACCEL, '-m', MEMORY, '-nodefaults', '-no-reboot', '-display', 'none'],
    ...(MACHINE === undefined ? [] : ['-machine', MACHINE]),
    ...(CPU === undefined ? [] : ['-cpu', CPU]),
    ...['-kernel', join(releaseDir, 'boot/vmlinuz'), '-initrd', initramfs],
    // After a panic the machine restarts, which ends QEMU.
    ...['-append', `console=${CONSOLE} root=/dev/vda panic=-1`],
    ...['-drive', `file=${join(releaseDir, 'rootfs.squashfs').replaceAll(',', ',,')},if=virtio,format=raw,readonly=on`],
    ...['-nic', NETWORK],
    ...ARGS.split(/\s+/).filter((word) => word !== ''),
  ];
}

/** Appends a second archive to a copy of the initramfs; the kernel unpacks one after the other. */
async function extendInitramfs(initramfs: string, copy: string, dir: string, script: string): Promise<void> {
  const addition = join(dir, 'addition');
  const entry = { path: 'mk-run', kind: 'file', mode: 0o755, uid: 0, gid: 0, content: { text: script } } as const;
  await writeCpio([entry], addition, { compress: false });
  // Not a copy of the file: what is in deploy/ may only be read, and so would be its copy.
  writeFileSync(copy, readFileSync(initramfs));
  appendFileSync(copy, Buffer.alloc((4 - (statSync(copy).size % 4)) % 4));
  appendFileSync(copy, readFileSync(addition));
}

/** Until the stream takes more, or takes nothing any more. */
const drain = (stream: Writable): Promise<void> =>
  new Promise((resolve) => {
    for (const event of ['drain', 'error', 'close']) stream.once(event, () => resolve());
  });

async function runToEnd(argv: readonly [string, ...string[]], options: RunOptions, nonce: string): Promise<number> {
  const { output, errors, startLimit = 120 } = options;
  const guest = openConsole(nonce);
  const child = start(argv, { stdio: ['ignore', 'pipe', 'pipe'] });
  let complaints = '';
  let expired = false;
  let lingering: NodeJS.Timeout | undefined;
  const kill = () => stop(child, 'SIGKILL');
  const timer = setTimeout(() => {
    expired = true;
    kill();
  }, startLimit * 1000);

  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaints += text;
  });
  let isHeard = true;
  // Whoever reads the output may have enough of it.
  output.once('error', () => {
    isHeard = false;
    kill();
  });
  const drained = (async () => {
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
      const printed = guest.feed(chunk);
      if (guest.hasBegun) clearTimeout(timer);
      if (isHeard && printed.length > 0 && !output.write(printed)) await drain(output);
      // A machine that cannot be switched off from inside would stay for ever.
      if (guest.status !== undefined) lingering ??= setTimeout(kill, 10_000);
    }
  })();
  try {
    await untilInterrupted(kill, () => Promise.all([finished(child), drained]));
  } finally {
    clearTimeout(timer);
    clearTimeout(lingering);
    kill();
  }
  if (guest.status !== undefined) return guest.status;
  if (!isHeard) return brokenPipe;

  const why = guest.hasBegun
    ? 'the system stopped before the command ended'
    : `the system did not start${expired ? ` within ${startLimit} s` : ''}`;
  errors.write(complaints);
  throw new Failure('image-invalid', why, {
    detail: `${guest.lastLines(30)}\n${shown(argv)}`.trim(),
    hint: 'run it without a command to see and use its console',
  });
}
