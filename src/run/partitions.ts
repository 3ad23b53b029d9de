import { open } from 'node:fs/promises';
import { Failure } from '../base/failure.ts';

/** Where partitions of a disk image are, in bytes, in the order of its table. */
export async function readPartitions(
  image: string,
): Promise<readonly { readonly start: number; readonly size: number }[]> {
  const table = await bytesAt(image, 0, 512);
  if (table.readUInt16LE(510) !== 0xaa55)
    throw new Failure('usage', `${image} is no disk image`, { hint: 'name another file, or remove it' });
  return [0, 1, 2, 3]
    .map((index) => 446 + 16 * index)
    .filter((at) => table[at + 4] !== 0)
    .map((at) => ({ start: table.readUInt32LE(at + 8) * 512, size: table.readUInt32LE(at + 12) * 512 }));
}

/** Fails for a file without an ext4 file system: the system would start without it, and forget. */
export async function expectFileSystem(image: string): Promise<void> {
  const magic = await bytesAt(image, 1080, 2);
  if (magic.readUInt16LE(0) === 0xef53) return;
  throw new Failure('usage', `${image} has no ext4 file system`, {
    hint: 'name another file, or remove it; what was kept of a disk is for --disk',
  });
}

async function bytesAt(path: string, position: number, length: number): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    return (await file.read(Buffer.alloc(length), 0, length, position)).buffer;
  } finally {
    await file.close();
  }
}
