import { createHash } from 'node:crypto';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { gzip, gzipSync } from 'node:zlib';
import { Failure } from '../base/failure.ts';
import { formatSize } from '../base/size.ts';
import { epochSeconds } from '../base/tar.ts';
import { type DiskSettings, diskLabels } from './disk-settings.ts';
import { writeExt4 } from './ext4.ts';
import { fatType, neededSize, type PartitionFile, writeFat } from './fat.ts';
import { masterBootRecord, type Partition, sectorSize } from './mbr.ts';

export interface DiskOptions {
  readonly settings: DiskSettings;
  /** What makes this disk's identities differ from others', such as its board and product. */
  readonly name: string;
  /** In seconds since 1970. Default: 1980. */
  readonly time?: number;
}

const mebibyte = 1024 * 1024;

/**
 * Writes a gzipped disk image without privileges: a partition table, a FAT partition with the files and an empty ext4
 * partition for what must last. The same files and options give the same bytes anywhere. What is not used is zeros,
 * of which gzip keeps next to nothing. A boot partition that is too small for its files is a Failure.
 */
export async function writeDisk(
  path: string,
  files: readonly PartitionFile[],
  { settings, name, time = epochSeconds }: DiskOptions,
): Promise<void> {
  const { bootLoader, overlaySize } = settings;
  const identity = identityOf(name);
  const boot: Partition = {
    type: 0,
    start: mebibyte,
    size: bootSize(files, settings),
    bootable: true,
  };
  const overlay: Partition = { type: 0x83, start: boot.start + boot.size, size: overlaySize };
  const partitions = [{ ...boot, type: fatType(boot.size) }, ...(overlaySize > 0 ? [overlay] : [])];
  const dir = mkdtempSync(`${path}-`);
  try {
    await writeFat(join(dir, 'boot'), files, {
      size: boot.size,
      label: diskLabels.boot,
      serial: identity.serial,
      firstSector: boot.start / sectorSize,
      time,
      syslinux: bootLoader === 'syslinux',
    });
    if (overlaySize > 0)
      await writeExt4(join(dir, 'overlay'), {
        size: overlaySize,
        label: diskLabels.overlay,
        uuid: identity.uuid,
        time,
      });
    const head = Buffer.alloc(mebibyte);
    masterBootRecord(partitions, { identity: identity.serial, code: bootLoader === 'syslinux' }).copy(head);
    const parts = [join(dir, 'boot'), ...(overlaySize > 0 ? [join(dir, 'overlay')] : [])];
    await pipeline(Readable.from(packed(head, parts)), createWriteStream(path));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** The size of the boot partition that is asked for, else twice what its files need, so that later ones have room too. */
function bootSize(files: readonly PartitionFile[], { bootSize: wanted }: DiskSettings): number {
  const needed = neededSize(files);
  if (wanted === undefined) return Math.max(32 * mebibyte, Math.ceil((2 * needed) / (16 * mebibyte)) * 16 * mebibyte);
  if (wanted >= needed) return wanted;
  throw new Failure(
    'config-invalid',
    `DISK: BOOT_SIZE is ${formatSize(wanted)}, but its files need ${formatSize(needed)}`,
    {
      hint: 'raise BOOT_SIZE, or leave it out: then there is room for files of twice the size',
    },
  );
}

/** Numbers that are always the same for one name. */
function identityOf(name: string): { readonly serial: number; readonly uuid: string } {
  const digest = createHash('sha256').update(name).digest();
  const hex = digest.toString('hex', 4, 20);
  const uuid = [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)];
  return { serial: digest.readUInt32LE(0) || 1, uuid: uuid.join('-') };
}

/** What is read at a time, and makes a member of the gzip file: reading one after the other gives the whole. */
const piece = mebibyte;

/** Gzips the first mebibyte and the files behind it. Node writes no time and no name into gzip headers. */
async function* packed(head: Buffer, files: readonly string[]): AsyncGenerator<Buffer> {
  yield gzipSync(head);
  const zeros = Buffer.alloc(piece);
  // Most of a disk; compressed once.
  const packedZeros = gzipSync(zeros);
  for (const path of files) {
    const file = await open(path);
    try {
      for (;;) {
        const { bytesRead, buffer } = await file.read(Buffer.alloc(piece), 0, piece);
        if (bytesRead === 0) break;
        const read = buffer.subarray(0, bytesRead);
        yield read.equals(zeros) ? packedZeros : await gzipped(read);
      }
    } finally {
      await file.close();
    }
  }
}

const gzipped = promisify(gzip);
