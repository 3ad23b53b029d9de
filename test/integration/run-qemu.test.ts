import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
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

function run(program: string, startLimit = 60): Promise<number> {
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
