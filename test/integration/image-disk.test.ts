import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeDisk } from '../../src/image/disk.ts';
import type { DiskSettings } from '../../src/image/disk-settings.ts';
import type { PartitionFile } from '../../src/image/fat.ts';
import { unpackDisk } from '../../src/run/disk-image.ts';
import { readPartitions } from '../../src/run/partitions.ts';

let dir: string;
const mebibyte = 1024 * 1024;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'mk-disk-'));
  writeFileSync(join(dir, 'kernel'), 'kernel '.repeat(100_000), { mode: 0o400 });
});

afterAll(() => rmSync(dir, { recursive: true, force: true }));

const settings: DiskSettings = {
  bootLoader: 'syslinux',
  bootSize: undefined,
  overlaySize: 16 * mebibyte,
  kernelArgs: '',
  deviceTree: '',
};

const files = (): readonly PartitionFile[] => [
  { path: 'vmlinuz', file: join(dir, 'kernel') },
  { path: 'a/long directory/with a file.text', text: 'deep\n' },
  { path: 'syslinux.cfg', text: 'DEFAULT linux\n' },
];

const time = 1_714_972_089;

/** Makes a disk in a directory of its own; the paths of the packed and the unpacked image. */
async function disk(name: string, given: Partial<DiskSettings> = {}, content = files()) {
  const place = join(dir, name);
  mkdirSync(place, { recursive: true });
  const packed = join(place, 'disk.img.gz');
  await writeDisk(packed, content, { settings: { ...settings, ...given }, name: 'toy box', time });
  expect(readdirSync(place)).toEqual(['disk.img.gz']);
  await unpackDisk(place, join(place, 'disk.img'));
  return { packed, image: join(place, 'disk.img') };
}

const output = (program: string, ...args: readonly string[]) =>
  execFileSync(program, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { PATH: `${process.env['PATH']}:/usr/sbin:/sbin`, TZ: 'UTC', LC_ALL: 'C' },
  });

/** A partition as a file. */
async function partition(image: string, index: number): Promise<string> {
  const { start = 0, size = 0 } = (await readPartitions(image))[index] ?? {};
  const path = `${image}-${index}`;
  writeFileSync(path, readFileSync(image).subarray(start, start + size));
  return path;
}

test('a disk has a boot partition with the files, and an empty one for what must last', async () => {
  const { image } = await disk('whole');
  expect(await readPartitions(image)).toEqual([
    { start: mebibyte, size: 32 * mebibyte },
    { start: 33 * mebibyte, size: 16 * mebibyte },
  ]);
  const head = readFileSync(image).subarray(0, 512);
  expect([head[446], head[450], head[462], head[466], head.toString('hex', 510)]).toEqual([
    0x80,
    0x0e,
    0,
    0x83,
    '55aa',
  ]);

  const boot = await partition(image, 0);
  output('fsck.fat', '-n', boot);
  expect(output('mcopy', '-i', boot, '::a/long directory/with a file.text', '-')).toBe('deep\n');
  expect(output('mcopy', '-i', boot, '::vmlinuz', '-')).toBe('kernel '.repeat(100_000));
  expect(output('mlabel', '-s', '-i', boot, '::')).toContain('BOOT');
  expect(output('mdir', '-a', '-/', '-b', '-i', boot, '::').split('\n')).toContain('::/ldlinux.sys');

  const overlay = await partition(image, 1);
  output('e2fsck', '-fn', overlay);
  const about = output('dumpe2fs', '-h', overlay);
  expect(about).toMatch(/^Filesystem volume name: +overlay$/m);
  expect(about).toMatch(/^Filesystem created: +Mon May {2}6 05:08:09 2024$/m);
});

test('the same files give the same disk, and everything on it has the time that is asked for', async () => {
  const { packed, image } = await disk('one');
  const before = process.umask(0o077);
  const again = await disk('another place/two', {}, files().toReversed()).finally(() => process.umask(before));
  expect(readFileSync(again.packed).equals(readFileSync(packed))).toBe(true);
  const listing = output('mdir', '-a', '-/', '-i', await partition(image, 0), '::');
  expect(listing).toMatch(/^vmlinuz {9}700000 2024-05-06 {3}5:08 $/m);
  expect(listing).not.toMatch(/ (?!2024-05-06)\d{4}-\d\d-\d\d /);
});

test('a large disk takes no more room than what is on it', async () => {
  const { packed, image } = await disk('large', { overlaySize: 64 * mebibyte, bootSize: 512 * mebibyte });
  expect(statSync(image).size).toBe((1 + 512 + 64) * mebibyte);
  expect(statSync(image).blocks * 512).toBeLessThan(40 * mebibyte);
  expect(statSync(packed).size).toBeLessThan(4 * mebibyte);
  // From 512 MiB on FAT32.
  expect(readFileSync(image).subarray(0, 512)[450]).toBe(0x0c);
});

test('a disk without boot loader and overlay has neither', async () => {
  const { image } = await disk('plain', { bootLoader: 'none', overlaySize: 0 });
  expect(await readPartitions(image)).toHaveLength(1);
  expect(readFileSync(image).subarray(0, 440).equals(Buffer.alloc(440))).toBe(true);
  expect(output('mdir', '-a', '-/', '-b', '-i', await partition(image, 0), '::')).not.toContain('ldlinux');
});

test.each([4, 31, 33, 100])('a boot partition of %d MiB is one that all systems read', async (size) => {
  const { image } = await disk(`size-${size}`, { bootSize: size * mebibyte, overlaySize: 0 });
  output('fsck.fat', '-n', await partition(image, 0));
});

test('a boot partition that is too small is an error that says how much is needed, and enough is enough', async () => {
  writeFileSync(join(dir, 'large file'), Buffer.alloc(9 * mebibyte));
  const content = [...files(), { path: 'rootfs', file: join(dir, 'large file') }];
  await expect(disk('small', { bootSize: 10 * mebibyte }, content)).rejects.toMatchObject({
    code: 'config-invalid',
    message: 'DISK: BOOT_SIZE is 10M, but its files need 11M',
  });
  expect(existsSync(join(dir, 'small/disk.img.gz'))).toBe(false);
  await disk('enough', { bootSize: 11 * mebibyte }, content);
});
