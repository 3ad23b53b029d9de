import { basename } from 'node:path';
import { Failure } from '../base/failure.ts';
import { treeEntries } from '../base/tar.ts';
import type { Content } from '../recipe/context.ts';
import { type DiskSettings, diskLabels } from './disk-settings.ts';
import type { PartitionFile } from './fat.ts';

/** A file below `boot/` in the deploy tree of a package. */
export interface BootFile {
  /** Relative to the deploy tree, so it begins with `boot/`. */
  readonly path: string;
  readonly file: string;
}

/** The files for the boot partition that packages bring, by name; one path in two packages is a Failure. */
export function bootFiles(contents: readonly Content[]): readonly BootFile[] {
  const found = new Map<string, BootFile & { readonly owner: string }>();
  for (const { name: owner, tree } of contents) {
    for (const { path, kind } of treeEntries(tree)) {
      if (kind !== 'file' || !path.startsWith('boot/')) continue;
      const other = found.get(path);
      if (other !== undefined)
        throw new Failure('tree-conflict', `${other.owner} and ${owner} both have /${path}`, {
          blames: owner,
          hint: 'one of them must leave it out, in its deploy hook',
        });
      found.set(path, { path, file: `${tree}/${path}`, owner });
    }
  }
  return [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1)).map(({ path, file }) => ({ path, file }));
}

export interface BootOptions {
  readonly settings: DiskSettings;
  readonly rootfs: string;
  readonly boot: readonly BootFile[];
  /** The board's own configuration of its boot loader, instead of ours. */
  readonly loaderConfig?: string | undefined;
}

/** Where the boot partition has what configures a boot loader; undefined for none. */
export const loaderPath = ({ bootLoader }: Pick<DiskSettings, 'bootLoader'>): string | undefined =>
  ({
    ...{ none: undefined, syslinux: 'syslinux.cfg', raspberrypi: 'config.txt' },
    'u-boot': 'extlinux/extlinux.conf',
  })[bootLoader];

/**
 * All files of the boot partition: the root file system, what packages have in `boot/` (and in `boot/firmware/`, which firmware
 * wants at the top), and the configuration of the boot loader. A kernel's own configuration stays out.
 */
export function partitionFiles({ settings, rootfs, boot, loaderConfig }: BootOptions): readonly PartitionFile[] {
  const files: PartitionFile[] = [{ path: 'rootfs.squashfs', file: rootfs }];
  for (const { path, file } of boot)
    if (!/\.config$|System\.map/.test(path)) files.push({ path: path.replace(/^boot\/(firmware\/)?/, ''), file });
  const isThere = (path: string) => files.some((each) => each.path === path);
  if (!isThere('vmlinuz')) throw new Failure('image-invalid', 'no package of the image has boot/vmlinuz', {});

  const initramfs = isThere('initramfs.cpio.gz') ? 'initramfs.cpio.gz' : undefined;
  const path = loaderPath(settings);
  if (path === undefined || isThere(path)) return files;
  const written = settings.bootLoader === 'raspberrypi' ? raspberryPiConfig : syslinuxConfig;
  files.push({ path, text: loaderConfig ?? written(settings, initramfs, deviceTree(settings, files)) });
  if (settings.bootLoader === 'raspberrypi') files.push({ path: 'cmdline.txt', text: `${kernelWords(settings)}\n` });
  return files;
}

/** What tells the kernel and the initramfs where their file systems are, and what the settings add to that. */
export const kernelWords = ({ overlaySize, kernelArgs }: DiskSettings): string =>
  [
    `root=LABEL=${diskLabels.boot} root_sfs=rootfs.squashfs`,
    ...(overlaySize > 0 ? [`overlay=LABEL=${diskLabels.overlay}`] : []),
    ...(kernelArgs === '' ? [] : [kernelArgs]),
  ].join(' ');

/** What firmware that mk does not have must be added to the boot partition before a device can start from it. */
export function missingFirmware(
  { bootLoader }: DiskSettings,
  boot: readonly Pick<BootFile, 'path'>[],
): readonly string[] {
  if (bootLoader !== 'raspberrypi') return [];
  const names = new Set(boot.map(({ path }) => path.replace(/^boot\/(firmware\/)?/, '')));
  return ['bootcode.bin', 'start.elf', 'fixup.dat'].filter((name) => !names.has(name));
}

function deviceTree({ deviceTree: wanted }: DiskSettings, files: readonly PartitionFile[]): string | undefined {
  if (wanted === '') return undefined;
  const found = files.find(({ path }) => path === wanted || basename(path) === wanted);
  if (found !== undefined) return found.path;
  const known = files.flatMap(({ path }) => (path.endsWith('.dtb') ? [path] : []));
  throw new Failure('config-invalid', `DISK: no package has the DEVICE_TREE ${wanted} in boot/`, {
    hint: known.length === 0 ? 'the kernel installs those that LINUX_DTB names' : `there is ${known.join(', ')}`,
  });
}

/** U-Boot reads it too, from the top of the partition on; syslinux speaks where the kernel will, if that is a serial port. */
function syslinuxConfig(settings: DiskSettings, initramfs: string | undefined, tree: string | undefined): string {
  const isUBoot = settings.bootLoader === 'u-boot';
  const [, port, speed = '115200'] = /\bconsole=ttyS(\d)(?:,(\d+))?/.exec(settings.kernelArgs) ?? [];
  const top = isUBoot ? '/' : '';
  return [
    ...(port === undefined || isUBoot ? [] : [`SERIAL ${port} ${speed}`]),
    'DEFAULT linux',
    'LABEL linux',
    `  KERNEL ${top}vmlinuz`,
    ...(initramfs === undefined ? [] : [`  INITRD ${top}${initramfs}`]),
    ...(tree === undefined || !isUBoot ? [] : [`  FDT ${top}${tree}`]),
    `  APPEND ${kernelWords(settings)}`,
    '',
  ].join('\n');
}

function raspberryPiConfig(_: DiskSettings, initramfs: string | undefined, tree: string | undefined): string {
  return [
    'kernel=vmlinuz',
    ...(initramfs === undefined ? [] : [`initramfs ${initramfs} followkernel`]),
    ...(tree === undefined ? [] : [`device_tree=${tree}`]),
    'enable_uart=1',
    '',
  ].join('\n');
}
