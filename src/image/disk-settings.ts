import { Failure } from '../base/failure.ts';
import { formatSize, parseSize } from '../base/size.ts';
import { didYouMean } from '../base/suggest.ts';
import type { Variables } from '../recipe/config.ts';

/**
 * What starts the kernel: nothing on the disk, a PC's BIOS through syslinux, U-Boot that the board has in its flash memory,
 * or the firmware of a Raspberry Pi.
 */
export type BootLoader = 'none' | 'syslinux' | 'u-boot' | 'raspberrypi';

/** The file `DISK` of a board and product. */
export interface DiskSettings {
  readonly bootLoader: BootLoader;
  /** Bytes of the boot partition; undefined is as much as its files need twice. */
  readonly bootSize: number | undefined;
  /** Bytes of the partition for what must last; 0 is none. */
  readonly overlaySize: number;
  /** What the kernel is told beside where its root file system is. */
  readonly kernelArgs: string;
  /** The device tree that the boot loader gives the kernel, a file of the boot partition; empty where it knows best. */
  readonly deviceTree: string;
}

/** Labels of the partitions, by which the initramfs finds them. */
export const diskLabels = { boot: 'BOOT', overlay: 'overlay' } as const;

const mebibyte = 1024 * 1024;

const programsOf: Readonly<Record<BootLoader, readonly string[]>> = {
  none: [],
  syslinux: ['syslinux'],
  'u-boot': [],
  raspberrypi: [],
};

/** The variables of `DISK`; a value that makes no sense is a Failure with its place. */
export function diskSettings(variables: Variables): DiskSettings {
  return {
    bootLoader: bootLoaderIn(variables),
    bootSize: sizeIn(variables, 'BOOT_SIZE', 4),
    overlaySize: sizeIn(variables, 'OVERLAY_SIZE', 8) ?? 64 * mebibyte,
    kernelArgs: variables.text('KERNEL_ARGS', ''),
    deviceTree: variables.text('DEVICE_TREE', ''),
  };
}

/** The programs of the build machine that make such a disk. */
export const diskPrograms = ({ bootLoader, overlaySize }: DiskSettings): readonly string[] => [
  ...['mkfs.fat', 'mcopy'],
  ...(overlaySize > 0 ? ['mke2fs'] : []),
  ...programsOf[bootLoader],
];

function bootLoaderIn(variables: Variables): BootLoader {
  const name = variables.text('BOOTLOADER', 'none');
  if (Object.hasOwn(programsOf, name)) return name as BootLoader;
  const known = Object.keys(programsOf);
  const hint = didYouMean(name, known) ?? `it is one of ${known.join(', ')}`;
  return variables.refuse('BOOTLOADER', `DISK: there is no BOOTLOADER "${name}"`, hint);
}

/** A size in bytes of whole mebibytes, at least so many. */
function sizeIn(variables: Variables, name: string, least: number): number | undefined {
  const text = variables.text(name, '');
  if (text === '') return undefined;
  let bytes: number;
  try {
    bytes = parseSize(text, `DISK: ${name}`);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return variables.refuse(name, error.message, 'write a number with M or G behind it, such as 64M');
  }
  if (bytes === 0 && name === 'OVERLAY_SIZE') return 0;
  if (bytes % mebibyte === 0 && bytes >= least * mebibyte && bytes <= 1024 * 1024 * mebibyte) return bytes;
  const range = `from ${formatSize(least * mebibyte)} to 1T`;
  return variables.refuse(name, `DISK: ${name} is ${text}`, `partitions have whole mebibytes, ${range}`);
}
