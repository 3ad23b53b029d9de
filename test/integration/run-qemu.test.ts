import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeDisk } from '../../src/image/disk.ts';
import { writeExt4 } from '../../src/image/ext4.ts';
import { unpackDisk } from '../../src/run/disk-image.ts';
import type { RunOptions } from '../../src/run/options.ts';
import { runInQemu } from '../../src/run/qemu.ts';

let dir: string;
let printed: string;
const oldTmp = process.env['TMPDIR'];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'mk-test-'));
  for (const sub of ['release/boot', 'tmp']) mkdirSync(join(dir, sub), { recursive: true });
  for (const file of ['rootfs.squashfs', 'boot/vmlinuz']) writeFileSync(join(dir, 'release', file), '');
  // Five bytes, so that the archive behind it has to be aligned.
  writeFileSync(join(dir, 'release/boot/initramfs.cpio.gz'), 'first');
  process.env['TMPDIR'] = join(dir, 'tmp');
  printed = '';
});

afterEach(() => {
  if (oldTmp === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = oldTmp;
  rmSync(dir, { recursive: true, force: true });
});

/** An emulator that does what the script says; `$nonce` is the one in the initramfs that it was given. */
function emulator(script: string): string {
  const path = join(dir, 'emulator');
  const find = `while [ "$1" != -initrd ]; do shift; done\nnonce=$(tail -c +9 "$2" | sed -n "s/.*mk-begin-.* '\\(.*\\)'.*/\\1/p")`;
  writeFileSync(path, `#!/bin/sh\n${find}\n${script}\n`, { mode: 0o755 });
  return path;
}

function run(program: string, startLimit = 60, more: Partial<RunOptions> = {}): Promise<number> {
  const output = new PassThrough();
  output.on('data', (chunk: Buffer) => {
    printed += chunk.toString();
    if (printed.includes('please interrupt')) process.emit('SIGINT');
  });
  return runInQemu({
    releaseDir: join(dir, 'release'),
    settings: { PROGRAM: program },
    command: ['echo', "it's"],
    output,
    errors: new PassThrough(),
    startLimit,
    ...more,
  });
}

test("a command's output comes out alone, its status is returned, and nothing is left behind", async () => {
  const program = emulator(
    `cp "$2" ${dir}/seen; echo boot; echo mk-begin-$nonce; echo hello; echo mk-end-$nonce 3; echo bye`,
  );
  expect(await run(program)).toBe(3);
  expect(printed).toBe('hello\n');
  expect(readdirSync(join(dir, 'tmp'))).toEqual([]);
  const seen = readFileSync(join(dir, 'seen'));
  expect(seen.subarray(0, 14).toString()).toBe(`first${'\0'.repeat(3)}070701`);
  expect(seen.toString()).toContain(`(exec 'echo' 'it'\\''s'); echo $?`);
});

test('a guest that dies before the command ends is a failure with what it said last', async () => {
  await expect(run(emulator('echo mk-begin-$nonce; echo some; echo Kernel panic'))).rejects.toMatchObject({
    code: 'image-invalid',
    message: 'the system stopped before the command ended',
    detail: expect.stringMatching(/^some\nKernel panic\n.*emulator -accel tcg/),
  });
});

test('a guest that never begins is stopped', async () => {
  await expect(run(emulator('echo stuck; exec sleep 1000'), 0.3)).rejects.toMatchObject({
    code: 'image-invalid',
    message: 'the system did not start within 0.3 s',
  });
  expect(readdirSync(join(dir, 'tmp'))).toEqual([]);
});

test('an interrupt ends the emulator', async () => {
  const program = emulator(`echo mk-begin-$nonce; echo $$ > ${dir}/pid; echo please interrupt; exec sleep 1000`);
  await expect(run(program)).rejects.toMatchObject({ code: 'interrupted' });
  const pid = Number(readFileSync(join(dir, 'pid'), 'utf8'));
  expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  expect(readdirSync(join(dir, 'tmp'))).toEqual([]);
});

test('a missing emulator names the package that has it', async () => {
  await expect(run('qemu-system-none-aarch64')).rejects.toMatchObject({
    code: 'program-missing',
    hint: 'install the package qemu-system-arm',
  });
});

test('a release without a kernel is not for QEMU', async () => {
  rmSync(join(dir, 'release/boot/vmlinuz'));
  await expect(run('true')).rejects.toMatchObject({
    code: 'image-invalid',
    message: 'the release has no boot/vmlinuz',
  });
});

test('the release may be read-only, as deploy/ is: the initramfs made from it can be written', async () => {
  chmodSync(join(dir, 'release/boot/initramfs.cpio.gz'), 0o444);
  await expect(run(emulator(`stat -c %A "$2" > ${dir}/mode`))).rejects.toMatchObject({ name: 'Failure' });
  expect(readFileSync(join(dir, 'mode'), 'utf8')).toMatch(/^-rw/);
});

/** The words that an emulator gets. */
async function words(more: Partial<RunOptions> = {}, settings: Readonly<Record<string, string>> = {}): Promise<string> {
  const program = join(dir, 'emulator');
  writeFileSync(program, `#!/bin/sh\necho "$*" > ${dir}/words\n`, { mode: 0o755 });
  await expect(run(program, 60, { ...more, settings: { PROGRAM: program, ...settings } })).rejects.toThrow();
  return readFileSync(join(dir, 'words'), 'utf8')
    .replaceAll(`${dir}/`, '')
    .replace(/tmp\/mk-run-\w+/g, 'here');
}

test('a board says what its machine is like, and more for the kernel', async () => {
  const settings = {
    MACHINE: 'pc',
    CONSOLE: 'ttyS1',
    DRIVE: 'ide',
    NETWORK: 'user,model=e1000  none',
    APPEND: 'quiet x=1',
  };
  const said = await words({}, { ...settings, DTB: 'a.dtb', ARGS: '-rtc base=utc' });
  expect(said).toContain('-machine pc -kernel release/boot/vmlinuz -initrd here/initramfs -dtb release/boot/a.dtb');
  expect(said).toContain('-append console=ttyS1 root=/dev/sda panic=-1 quiet x=1 ');
  expect(said).toContain('-drive file=release/rootfs.squashfs,if=ide,format=raw,readonly=on');
  expect(said).toContain('-nic user,model=e1000 -nic none -rtc base=utc');
});

test("network interfaces that are asked for are there instead of the board's", async () => {
  const said = await words({ nics: ['user', 'socket,listen=:1'] }, { NETWORK: 'tap' });
  expect(said).toContain('-nic user -nic socket,listen=:1 ');
  expect(said).not.toContain('tap');
});

test('what is to last is on a second disk', async () => {
  const kept = join(dir, 'kept');
  writeFileSync(kept, 'something else');
  await expect(run('true', 60, { keep: kept })).rejects.toMatchObject({ message: `${kept} has no ext4 file system` });
  await writeExt4(kept, { size: 8 << 20, label: 'overlay', uuid: '6d6b0000-0000-4000-8000-000000000001' });
  const said = await words({ keep: kept });
  expect(said).toContain('root=/dev/vda overlay=/dev/vdb panic=-1');
  expect(said).toContain('readonly=on -drive file=kept,if=virtio,format=raw -nic');
});

test('a kernel that has its initramfs inside is given the command alone', async () => {
  rmSync(join(dir, 'release/boot/initramfs.cpio.gz'));
  expect(await words()).toContain('-initrd here/addition ');
});

/** Puts a disk image with a configured boot loader into the release; the text of the configuration at any time. */
async function withDisk(configPath = 'syslinux.cfg', initrd = '  INITRD first\n'): Promise<() => string> {
  const sizes = { bootSize: undefined, overlaySize: 8 * 1024 * 1024 };
  const settings = { bootLoader: 'none' as const, ...sizes, kernelArgs: '', deviceTree: '' };
  const text = `LABEL linux\n  KERNEL vmlinuz\n${initrd}  APPEND quiet\n`;
  const files = [
    { path: configPath, text },
    { path: 'first', text: 'first' },
  ];
  await writeDisk(join(dir, 'release/disk.img.gz'), files, { settings, name: 'toy' });
  await unpackDisk(join(dir, 'release'), join(dir, 'kept'));
  return () => execFileSync('mcopy', ['-i', `${dir}/kept@@1M`, `::${configPath}`, '-'], { encoding: 'utf8' });
}

test('a disk without a boot loader of its own has its kernel started by the emulator', async () => {
  await withDisk();
  const disk = {};
  expect(await words({ disk })).toContain('root=/dev/vda1 root_sfs');
  // A card cannot be anything else.
  const said = await words({}, { DRIVE: 'sd' });
  expect(said).toContain('root=/dev/mmcblk0p1 root_sfs=rootfs.squashfs overlay=/dev/mmcblk0p2 panic=-1');
  expect(said).toContain('-drive file=here/disk.img,if=sd,format=raw -nic');
  expect(said).toContain('-kernel release/boot/vmlinuz -initrd here/initramfs');
});

test.each([
  ['syslinux.cfg', '  INITRD first\n', undefined],
  ['extlinux/extlinux.conf', '  INITRD /first\n', 'boot/u-boot.bin'],
  ['syslinux.cfg', '', undefined],
])(
  'a disk that %s starts, with %j, has the command while it runs, and is as before afterwards',
  async (configPath, initrd, firmware) => {
    const config = await withDisk(configPath, initrd);
    const before = config();
    if (firmware !== undefined) writeFileSync(join(dir, 'release', firmware), '');
    const program = join(dir, 'emulator');
    const copy = `mcopy -i ${dir}/kept@@1M ::${configPath} ::mk-run.cpio ${dir}`;
    writeFileSync(program, `#!/bin/sh\necho "$*" > ${dir}/words\n${copy}\n`, { mode: 0o755 });
    const disk = { configPath, ...(firmware && { firmware }) };
    await expect(run(program, 60, { disk, keep: join(dir, 'kept') })).rejects.toThrow();
    const words = readFileSync(join(dir, 'words'), 'utf8');
    expect(words).not.toMatch(/-kernel|-append|-initrd/);
    expect(words.includes(`-bios ${dir}/release/boot/u-boot.bin `)).toBe(firmware !== undefined);
    const inserted = initrd === '' ? ['', '\n  INITRD /mk-run.cpio'] : ['  INITRD /mk-run.cpio\n', ''];
    expect(readFileSync(join(dir, basename(configPath)), 'utf8')).toBe(
      `LABEL linux\n  KERNEL vmlinuz\n${inserted[0]}  APPEND quiet panic=-1${inserted[1]}\n`,
    );
    const archive = readFileSync(join(dir, 'mk-run.cpio'), 'utf8');
    // Behind what was there, where the next multiple of four is.
    expect(archive.indexOf('070701')).toBe(initrd === '' ? 0 : 'first'.length + 3);
    expect(archive).toContain("(exec 'echo' 'it'\\''s')");
    expect(config()).toBe(before);
  },
);

test('a release without a disk image says so, and what is kept must be one', async () => {
  const disk = {};
  const kept = join(dir, 'kept');
  writeFileSync(kept, 'something else');
  await expect(run('true', 60, { disk, keep: kept })).rejects.toMatchObject({ message: `${kept} is no disk image` });
  await expect(run('true', 60, { disk })).rejects.toMatchObject({ message: 'the release has no disk.img.gz' });
});
