import { open } from 'node:fs/promises';

/** Where partitions of a disk image are, in bytes, in the order of its table. */
export async function readPartitions(
  image: string,
): Promise<readonly { readonly start: number; readonly size: number }[]> {
  const file = await open(image, 'r');
  try {
    const { buffer } = await file.read(Buffer.alloc(512), 0, 512, 0);
    return [0, 1, 2, 3]
      .map((index) => 446 + 16 * index)
      .filter((at) => buffer[at + 4] !== 0)
      .map((at) => ({ start: buffer.readUInt32LE(at + 8) * 512, size: buffer.readUInt32LE(at + 12) * 512 }));
  } finally {
    await file.close();
  }
}
