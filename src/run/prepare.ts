import { existsSync, statSync } from 'node:fs';
import { truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../base/failure.ts';
import { archiveOf, joinArchives } from './addition.ts';
import { addToDisk, unpackDisk } from './disk-image.ts';
import { drivesOf, type Machine } from './machine.ts';
import type { RunOptions } from './options.ts';
import { expectFileSystem, readPartitions } from './partitions.ts';

/** A machine, and what to do when it has stopped. */
export interface Prepared {
  readonly machine: Machine;
  restore(): Promise<void>;
}

/** Whether a machine starts from the disk image: it is asked for, or the board has cards, which a squashfs image cannot be. */
export const isFromDisk = ({ disk, settings }: Pick<RunOptions, 'disk' | 'settings'>): boolean =>
  disk !== undefined || drivesOf(settings).kind === 'sd';

/** Makes in `dir` what a machine starts from; with a script, the started system runs it. */
export async function prepare(options: RunOptions, dir: string, script: string | undefined): Promise<Prepared> {
  const { releaseDir, disk, keep, settings } = options;
  const addition = script === undefined ? undefined : await archiveOf(script, dir);
  const { kind, names, partition } = drivesOf(settings);
  if (!isFromDisk(options)) {
    if (keep !== undefined) await expectFileSystem(keep);
    const drives = [
      { file: existing(releaseDir, 'rootfs.squashfs'), readOnly: true },
      ...(keep === undefined ? [] : [{ file: keep, readOnly: false }]),
    ];
    const args = [`root=${names[0]}`, ...(keep === undefined ? [] : [`overlay=${names[1]}`])];
    return { machine: { kernel: kernelOf(releaseDir, dir, addition, args), drives }, restore: async () => {} };
  }

  const image = keep ?? join(dir, 'disk.img');
  if (keep === undefined) await unpackDisk(releaseDir, image);
  // Emulated cards have sizes of powers of two.
  if (kind === 'sd') await truncate(image, 2 ** Math.ceil(Math.log2(statSync(image).size)));
  const drives = [{ file: image, readOnly: false }];
  const { length } = await readPartitions(image);
  if (disk?.configPath !== undefined) {
    const firmware = disk.firmware && { firmware: existing(releaseDir, disk.firmware) };
    const restore = addition === undefined ? async () => {} : await addToDisk(image, disk.configPath, addition, dir);
    return { machine: { ...firmware, drives }, restore };
  }
  const args = [
    `root=${names[0]}${partition}1`,
    'root_sfs=rootfs.squashfs',
    ...(length > 1 ? [`overlay=${names[0]}${partition}2`] : []),
  ];
  return { machine: { kernel: kernelOf(releaseDir, dir, addition, args), drives }, restore: async () => {} };
}

/** The kernel of a release; one that has its initramfs inside needs none. */
function kernelOf(releaseDir: string, dir: string, addition: string | undefined, args: readonly string[]) {
  const separate = join(releaseDir, 'boot/initramfs.cpio.gz');
  const first = existsSync(separate) ? separate : undefined;
  const initramfs = addition === undefined || first === undefined ? (first ?? addition) : join(dir, 'initramfs');
  if (addition !== undefined && first !== undefined) joinArchives([first, addition], join(dir, 'initramfs'));
  return { file: existing(releaseDir, 'boot/vmlinuz'), initramfs, args };
}

function existing(releaseDir: string, file: string): string {
  const path = join(releaseDir, file);
  if (existsSync(path)) return path;
  throw new Failure('image-invalid', `the release has no ${file}`, {
    detail: releaseDir,
    hint: 'QEMU starts boards with a kernel; build the target first, and see what its release package installs',
  });
}
