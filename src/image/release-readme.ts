import { sizeText } from './archive.ts';

export interface ReleaseFacts {
  readonly title: string;
  readonly files: readonly { readonly path: string; readonly size: number }[];
  /** What `contentsTable` says of the image. */
  readonly contents: string;
  /** Firmware that has to be added before a device starts. */
  readonly missing: readonly string[];
}

const purposes: Readonly<Record<string, string>> = {
  CONTENTS: ': the packages in the root file system, with versions, licences and sizes',
  'disk.img.gz': ': a whole disk, for install.sh',
  'install.sh': ': writes disk.img.gz to a disk',
  'rootfs.squashfs': ': the root file system, for a partition of its own or, with root_sfs=, as a file',
  'rootfs.tar': ': the root file system, for a container',
  'boot/vmlinuz': ': the kernel',
  'boot/vmlinuz.config': ': how the kernel was configured',
  'boot/initramfs.cpio.gz': ': finds and mounts the root file system; give the kernel root=DEVICE',
};

/** How many packages the README names; CONTENTS has all. */
const shownPackages = 10;

/** The README of a release. */
export function releaseReadme({ title, files, contents, missing }: ReleaseFacts): string {
  const lines = contents.trimEnd().split('\n');
  const hasDisk = files.some(({ path }) => path === 'disk.img.gz');
  return [
    title,
    '',
    ...files.map(({ path, size }) => `${path} (${sizeText(size)})${purposes[path] ?? ''}`),
    '',
    'Check the files with `sha256sum -c SHA256SUMS`.',
    ...(hasDisk ? installing : []),
    ...(missing.length > 0 ? firmware(missing) : []),
    ...section('What takes the space, before packing'),
    ...lines.slice(0, shownPackages + 1),
    ...(lines.length > shownPackages + 2 ? ['…'] : []),
    ...lines.slice(shownPackages + 1).slice(-1),
    '',
  ].join('\n');
}

const section = (title: string): readonly string[] => ['', title, '-'.repeat(title.length)];

const installing = [
  ...section('Installing'),
  './install.sh /dev/DEVICE checks the files, asks you to type the name of the disk, erases it and writes the system to it.',
  'The first partition, BOOT, has all that is needed to start; the root file system is a file there. On the second,',
  'overlay, is what changes in /etc, /home, /root and /var; an empty one is the system as it was delivered.',
];

const firmware = (missing: readonly string[]): readonly string[] => [
  ...section('Before it starts'),
  `The firmware of the device is not part of this release: copy ${missing.join(', ')} to the partition BOOT, for a`,
  'Raspberry Pi from the directory boot of https://github.com/raspberrypi/firmware. A package of yours that has them in',
  'boot/firmware/, named in ROOTFS, puts them there with every build.',
];
