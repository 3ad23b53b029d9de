import { createReadStream, createWriteStream, lstatSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { type ArchiveEntry, epochSeconds } from './tar.ts';

const types: Readonly<Record<ArchiveEntry['kind'], number>> = {
  file: 0o100000,
  directory: 0o040000,
  symlink: 0o120000,
  'character-device': 0o020000,
  'block-device': 0o060000,
};

/**
 * Writes entries as a cpio archive (newc), the form of an initramfs; gzipped unless `compress` is false.
 * The same entries give the same bytes anywhere, and device nodes need no privileges.
 */
export async function writeCpio(
  entries: Iterable<ArchiveEntry>,
  path: string,
  { compress = true } = {},
): Promise<void> {
  const archive = Readable.from(cpio(entries));
  // Node writes no time and no name into the gzip header.
  if (compress) await pipeline(archive, createGzip({ level: 9 }), createWriteStream(path));
  else await pipeline(archive, createWriteStream(path));
}

async function* cpio(entries: Iterable<ArchiveEntry>): AsyncGenerator<Uint8Array> {
  let number = 0;
  for (const entry of entries) {
    number++;
    const size = sizeOf(entry);
    yield header(entry, number, size);
    yield* contentOf(entry);
    yield padding(size);
  }
  yield header({ path: 'TRAILER!!!', kind: 'file', mode: 0, uid: 0, gid: 0 }, 0, 0);
}

function header({ path, kind, mode, uid, gid, device }: ArchiveEntry, number: number, size: number): Buffer {
  const isTrailer = number === 0;
  const name = Buffer.from(`${path === '' ? '.' : path}\0`);
  const fields = [
    number,
    isTrailer ? 0 : types[kind] | mode,
    uid,
    gid,
    kind === 'directory' ? 2 : 1,
    isTrailer ? 0 : epochSeconds,
    size,
    0,
    0,
    device?.major ?? 0,
    device?.minor ?? 0,
    name.length,
    0,
  ];
  const text = `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`;
  return Buffer.concat([Buffer.from(text), name, padding(text.length + name.length)]);
}

function sizeOf({ content, target }: ArchiveEntry): number {
  if (target !== undefined) return Buffer.byteLength(target);
  if (content === undefined) return 0;
  return 'text' in content ? Buffer.byteLength(content.text) : lstatSync(content.file).size;
}

async function* contentOf({ content, target }: ArchiveEntry): AsyncGenerator<Uint8Array> {
  if (target !== undefined) yield Buffer.from(target);
  else if (content === undefined) return;
  else if ('text' in content) yield Buffer.from(content.text);
  else yield* createReadStream(content.file);
}

/** Everything begins at a multiple of four bytes. */
const padding = (size: number): Buffer => Buffer.alloc((4 - (size % 4)) % 4);
