import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import disk from '../../pkg/disk/build.ts';
import release from '../../pkg/release/build.ts';
import type { Content } from '../../src/recipe/index.ts';
import { unpackDisk } from '../../src/run/disk-image.ts';
import { configOf, deploy, type Given, scratch } from '../support/deploy-hook.ts';

let count = 0;

/** A package with these files. */
function content(name: string, files: Readonly<Record<string, string>>): Content {
  const tree = join(scratch, `content-${count++}`, name);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), text);
  }
  return { name, version: '1', license: 'MIT', tree, permissions: {}, whenLinked: false };
}

const table = (count: number) =>
  ['package  size', ...Array.from({ length: count }, (_, index) => `p${index}  1`), 'together  9', ''].join('\n');

const rootfs = (more: Readonly<Record<string, string>> = {}) =>
  content('rootfs', { 'rootfs.squashfs': 'squash', 'boot/vmlinuz': 'kernel', CONTENTS: table(3), ...more });

const initramfs = () => content('initramfs', { 'boot/initramfs.cpio.gz': 'init' });

/** Makes the disk, and the release of it, of packages. */
async function make(contents: readonly Content[], given: Given): Promise<{ disk: string; release: string }> {
  const all: Given = { ...given, variables: { LINUXPKG: 'linux', ...given.variables } };
  const files = { DISK: '', ...all.files };
  const made = await deploy('disk', disk(configOf(all)), { ...all, files, contents });
  const packed = { ...all, files, contents: [...contents, made] };
  return { disk: made.tree, release: (await deploy('release', release(configOf(packed)), packed)).tree };
}

/** What is on the boot partition of a disk. */
async function bootPartition(tree: string) {
  const image = join(tree, 'disk.img');
  await unpackDisk(tree, image);
  const at = `${image}@@1M`;
  const run = (program: string, ...words: readonly string[]) => execFileSync(program, words, { encoding: 'utf8' });
  const files = run('mdir', '-/', '-b', '-i', at, '::').trim().split('\n').sort();
  return { files, text: (path: string) => run('mcopy', '-i', at, `::${path}`, '-') };
}

test('syslinux starts the kernel with the initramfs and tells it where its file systems are', async () => {
  const variables = { BOOTLOADER: 'syslinux', KERNEL_ARGS: 'console=ttyS0,38400 quiet', BOOT_SIZE: '8M' };
  const { disk } = await make([rootfs({ 'boot/vmlinuz.config': 'CONFIG_X=y' }), initramfs()], { variables });
  const { files, text } = await bootPartition(disk);
  expect(files).toEqual(['::/initramfs.cpio.gz', '::/rootfs.squashfs', '::/syslinux.cfg', '::/vmlinuz']);
  expect(text('syslinux.cfg')).toMatchInlineSnapshot(`
    "SERIAL 0 38400
    DEFAULT linux
    LABEL linux
      KERNEL vmlinuz
      INITRD initramfs.cpio.gz
      APPEND root=LABEL=BOOT root_sfs=rootfs.squashfs overlay=LABEL=overlay console=ttyS0,38400 quiet
    "
  `);
});

test('without an overlay, and with the initramfs in the kernel, nothing speaks of them; a board has its own configuration', async () => {
  const variables = { BOOTLOADER: 'syslinux', INITRAMFS: 'embedded', OVERLAY_SIZE: '0' };
  const { text } = await bootPartition((await make([rootfs()], { variables })).disk);
  expect(text('syslinux.cfg')).toBe(
    'DEFAULT linux\nLABEL linux\n  KERNEL vmlinuz\n  APPEND root=LABEL=BOOT root_sfs=rootfs.squashfs\n',
  );
  const own = await make([rootfs()], { variables, files: { 'syslinux.cfg': 'DEFAULT mine\n' } });
  expect((await bootPartition(own.disk)).text('syslinux.cfg')).toBe('DEFAULT mine\n');
});

test('U-Boot, which is in the release and not on the disk, starts the kernel with the device tree that is named', async () => {
  const variables = { BOOTLOADER: 'u-boot', DEVICE_TREE: 'b.dtb', KERNEL_ARGS: 'console=ttyS0', OVERLAY_SIZE: '0' };
  const given = { variables: { LINUXPKG: 'linux', ...variables }, files: { DISK: '' } };
  expect(release(configOf({ ...given, contents: [] })).contains).toEqual(['rootfs', 'initramfs', 'disk', 'u-boot']);
  const { disk } = await make([rootfs({ 'boot/dtbs/b.dtb': 'tree' }), initramfs()], { variables });
  const { text } = await bootPartition(disk);
  expect(text('extlinux/extlinux.conf')).toBe(
    'DEFAULT linux\nLABEL linux\n  KERNEL /vmlinuz\n  INITRD /initramfs.cpio.gz\n  FDT /dtbs/b.dtb\n' +
      '  APPEND root=LABEL=BOOT root_sfs=rootfs.squashfs console=ttyS0\n',
  );
  const own = await make([rootfs()], { variables, files: { 'extlinux.conf': 'DEFAULT mine\n' } });
  expect((await bootPartition(own.disk)).text('extlinux/extlinux.conf')).toBe('DEFAULT mine\n');
});

test('a Raspberry Pi gets its files, and what firmware is missing is told in a warning and in the README', async () => {
  const variables = { BOOTLOADER: 'raspberrypi', DEVICE_TREE: 'pi.dtb', KERNEL_ARGS: 'console=ttyAMA0' };
  const warnings: string[] = [];
  const made = await make([rootfs({ 'boot/dtbs/pi.dtb': 'tree' }), initramfs()], { variables, warnings });
  const { files, text } = await bootPartition(made.disk);
  expect(files).toContain('::/dtbs/pi.dtb');
  expect(text('config.txt')).toBe(
    'kernel=vmlinuz\ninitramfs initramfs.cpio.gz followkernel\ndevice_tree=dtbs/pi.dtb\nenable_uart=1\n',
  );
  expect(text('cmdline.txt')).toMatch(/^root=LABEL=BOOT .*console=ttyAMA0\n$/);
  expect(warnings).toEqual([expect.stringContaining('bootcode.bin, start.elf, fixup.dat must be added')]);
  expect(readFileSync(join(made.release, 'README'), 'utf8')).toContain('copy bootcode.bin, start.elf, fixup.dat to');

  const firmware = Object.fromEntries(
    ['bootcode.bin', 'start.elf', 'fixup.dat'].map((name) => [`boot/firmware/${name}`, name]),
  );
  const later: string[] = [];
  const whole = await make([rootfs({ 'boot/pi.dtb': 'tree', ...firmware }), initramfs()], {
    variables,
    warnings: later,
  });
  expect((await bootPartition(whole.disk)).files).toContain('::/start.elf');
  expect(later).toEqual([]);
  expect(readFileSync(join(whole.release, 'README'), 'utf8')).not.toContain('firmware is not part');
});

test.each([
  [{ BOOTLOADER: 'sislinux' }, /no BOOTLOADER "sislinux"/],
  [{ BOOT_SIZE: 'much' }, /BOOT_SIZE is "much", which is no size/],
  [{ BOOT_SIZE: '1M' }, /BOOT_SIZE is 1M/],
  [{ OVERLAY_SIZE: '10000000' }, /OVERLAY_SIZE is 10000000/],
  [{ BOOTLOADER: 'raspberrypi', DEVICE_TREE: 'none.dtb' }, /no package has the DEVICE_TREE none\.dtb/],
])('%o in DISK is an error', async (variables, message) => {
  await expect(make([rootfs()], { variables })).rejects.toMatchObject({
    code: 'config-invalid',
    message: expect.stringMatching(message),
  });
});

test('a disk without a kernel is an error', async () => {
  const contents = [content('rootfs', { 'rootfs.squashfs': '', CONTENTS: '' })];
  await expect(make(contents, {})).rejects.toMatchObject({ code: 'image-invalid' });
});

test('the release has everything, in an archive and beside it, and sums of all files', async () => {
  const { release } = await make([rootfs({ CONTENTS: table(30) }), initramfs()], {});
  const files = ['CONTENTS', 'README', 'SHA256SUMS', 'boot', 'disk.img.gz', 'install.sh', 'rootfs.squashfs'];
  expect(readdirSync(release).sort()).toEqual([...files, 'release-toy.tar.gz'].sort());
  execFileSync('tar', ['-xzf', 'release-toy.tar.gz'], { cwd: release });
  const unpacked = join(release, 'release-toy');
  expect(readdirSync(unpacked).sort()).toEqual(files);
  expect(statSync(join(unpacked, 'install.sh')).mode & 0o777).toBe(0o755);

  const summed = (dir: string) =>
    readFileSync(join(dir, 'SHA256SUMS'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.split('  ')[1])
      .sort();
  const inside = [
    'CONTENTS',
    'README',
    'boot/initramfs.cpio.gz',
    'boot/vmlinuz',
    'disk.img.gz',
    'install.sh',
    'rootfs.squashfs',
  ];
  expect(summed(unpacked)).toEqual(inside);
  expect(summed(release)).toEqual([...inside, 'release-toy.tar.gz'].sort());
  for (const dir of [release, unpacked]) execFileSync('sha256sum', ['-c', 'SHA256SUMS'], { cwd: dir });

  const readme = readFileSync(join(release, 'README'), 'utf8');
  expect(readme).toContain('\npackage  size\np0  1\n');
  expect(readme).toMatch(/\np9 {2}1\n…\ntogether {2}9\n$/);
  expect(readFileSync(join(release, 'CONTENTS'), 'utf8')).toBe(table(30));
});

test('the installer refuses what is no disk, and files that are damaged, and writes nothing', async () => {
  const { release } = await make([rootfs(), initramfs()], {});
  const install = (...words: readonly string[]) =>
    spawnSync('sh', [join(release, 'install.sh'), ...words], { encoding: 'utf8', input: `${words[0]}\n` });
  const target = join(scratch, 'target');
  writeFileSync(target, 'precious');
  const refused = (words: readonly string[], what: string) =>
    expect(install(...words)).toMatchObject({ status: 1, stdout: '', stderr: `install.sh: ${what}\n` });
  refused([], 'say which disk: ./install.sh /dev/DEVICE');
  refused([target], `${target} is no block device`);
  refused(['/dev/null'], '/dev/null is no block device');
  refused(['/dev/nonesuch'], 'there is no /dev/nonesuch');
  expect(readFileSync(target, 'utf8')).toBe('precious');

  const image = join(release, 'disk.img.gz');
  writeFileSync(image, readFileSync(image).subarray(1));
  expect(install(target)).toMatchObject({ status: 1, stderr: expect.stringContaining('the files are damaged') });
});
