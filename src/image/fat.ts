import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { type ProgramOptions, runProgram } from './program.ts';

/** A file of a partition: where its content lies, or its text. */
export type PartitionFile = { readonly path: string } & ({ readonly file: string } | { readonly text: string });

export interface FatOptions {
  /** Bytes, a multiple of a mebibyte. */
  readonly size: number;
  /** At most eleven capital letters. */
  readonly label: string;
  /** Of 32 bits. */
  readonly serial: number;
  /** Where the partition begins on its disk, in sectors: boot sectors know it. */
  readonly firstSector: number;
  readonly time: number;
  /** Makes it bootable by `syslinux`. */
  readonly syslinux: boolean;
}

const mebibyte = 1024 * 1024;

/** From here on FAT32, where FAT16 would need clusters that not everybody reads. */
const largeFat = 512 * mebibyte;

/** The number of a partition's type. */
export const fatType = (size: number): number => (size < largeFat ? 0x0e : 0x0c);

/** Bytes of a cluster: as few as the number of clusters allows. */
function clusterSize(size: number): number {
  let cluster = size < largeFat ? 512 : 4096;
  while (size < largeFat && size / cluster > 65_000) cluster *= 2;
  return cluster;
}

/** The size from which on a partition can hold these files and a boot loader, in whole mebibytes; at least four of them. */
export function neededSize(files: readonly PartitionFile[]): number {
  const bytes = files.reduce((sum, each) => sum + Math.ceil(sizeOf(each) / 4096) * 4096, 0);
  const directories = directoriesOf(files).length * 8192;
  return Math.max(4, Math.ceil((bytes + directories) / mebibyte) + 1) * mebibyte;
}

const sizeOf = (each: PartitionFile): number =>
  'file' in each ? statSync(each.file).size : Buffer.byteLength(each.text);

/** Writes a FAT file system with these files, without privileges: the same files give the same bytes anywhere. */
export async function writeFat(path: string, files: readonly PartitionFile[], options: FatOptions): Promise<void> {
  const { size, label, serial, firstSector, time } = options;
  const env = { SOURCE_DATE_EPOCH: `${time}`, MTOOLS_SKIP_CHECK: '1', MTOOLSRC: '/dev/null' };
  const mtools: ProgramOptions = { from: 'mtools', env };
  const sectors = clusterSize(size) / 512;
  rmSync(path, { force: true });
  writeFileSync(path, '');
  truncateSync(path, size);
  await runProgram(
    [
      ...(['mkfs.fat', '--invariant', '-F', size < largeFat ? '16' : '32', '-s', `${sectors}`] as const),
      ...['-n', label, '-i', serial.toString(16).padStart(8, '0'), '-h', `${firstSector}`, path],
    ],
    { from: 'dosfstools', env },
  );
  const staged = mkdtempSync(`${path}-`);
  try {
    // The first file on the partition, so that its place does not depend on the others.
    if (options.syslinux) await runProgram(['syslinux', '--install', path], { from: 'syslinux', env });
    stage(files, staged);
    for (const directory of directoriesOf(files)) await runProgram(['mmd', '-i', path, `::${directory}`], mtools);
    // One directory at a time, each in a fixed order.
    const sorted = files.map((each) => each.path).sort();
    for (const [directory, paths] of Map.groupBy(sorted, (each) => posix.dirname(each)))
      await runProgram(['mcopy', '-i', path, ...paths.map((each) => join(staged, each)), `::${directory}`], mtools);
  } finally {
    rmSync(staged, { recursive: true, force: true });
  }
}

/** All directories of the files, those above before those below. */
function directoriesOf(files: readonly PartitionFile[]): readonly string[] {
  const all = new Set<string>();
  for (const { path } of files)
    for (let above = posix.dirname(path); above !== '.'; above = posix.dirname(above)) all.add(above);
  return [...all].sort();
}

function stage(files: readonly PartitionFile[], dir: string): void {
  for (const each of files) {
    const to = join(dir, each.path);
    mkdirSync(dirname(to), { recursive: true });
    if ('file' in each) copyFileSync(each.file, to);
    else writeFileSync(to, each.text);
    chmodSync(to, 0o644);
  }
}
