import { spawnSync } from 'node:child_process';
import { closeSync, createReadStream, openSync, readSync } from 'node:fs';
import { basename } from 'node:path';
import { pipeline } from 'node:stream';
import { describeExit, findProgram, succeeded } from '../base/command.ts';
import { Failure } from '../base/failure.ts';
import { readOutput, readWhole, type Take } from './read-output.ts';
import { isTarHeader } from './tar-header.ts';

/** What a file is, by its first bytes. */
export type Format = 'tar' | 'zip' | 'gzip' | 'bzip2' | 'xz' | 'zstd' | 'lzip' | 'other';

export function formatOf(file: string): Format {
  const start = startOf(file);
  const format = marks.find(([mark]) => start.subarray(0, mark.length).equals(mark))?.[1];
  return format ?? (isTarHeader(start) ? 'tar' : 'other');
}

/** The first 512 bytes, zeros behind the end of a shorter file. */
export function startOf(file: string): Buffer {
  const start = Buffer.alloc(512);
  const descriptor = openSync(file, 'r');
  try {
    readSync(descriptor, start);
  } finally {
    closeSync(descriptor);
  }
  return start;
}

const marks: readonly (readonly [Buffer, Format])[] = [
  [Buffer.from([0x1f, 0x8b]), 'gzip'],
  [Buffer.from('BZh'), 'bzip2'],
  [Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]), 'xz'],
  [Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), 'zstd'],
  [Buffer.from('LZIP'), 'lzip'],
  [Buffer.from([0x50, 0x4b, 3, 4]), 'zip'],
];

/**
 * Hands the content of a file without its compression to `take`. A damaged file is unpack-failed. Of more than one thread
 * only xz makes use, and only for files that are made for it.
 */
export async function decompress(file: string, format: Format, take: Take, threads = 1): Promise<void> {
  if (format === 'gzip') await gunzip(file, take);
  else if (format === 'bzip2' || format === 'xz' || format === 'zstd' || format === 'lzip')
    await throughProgram(file, format, take, threads);
  else {
    const input = openSync(file, 'r');
    try {
      await readWhole(input, take);
    } finally {
      closeSync(input);
    }
  }
}

async function gunzip(file: string, take: Take): Promise<void> {
  // Most runs unpack nothing.
  const { createGunzip } = await import('node:zlib');
  const output = createGunzip({ chunkSize: 256 * 1024 });
  const input = createReadStream(file, { highWaterMark: 256 * 1024 });
  pipeline(input, output, () => {});
  try {
    for await (const bytes of output as AsyncIterable<Buffer>) if (!take(bytes)) return;
  } catch (error) {
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('Z_'))
      throw damaged(file, error.message);
    throw error;
  } finally {
    input.destroy();
  }
}

const packages = { bzip2: 'bzip2', xz: 'xz-utils', zstd: 'zstd', lzip: 'lzip' } as const;

/** xz reads lzip's files too, since version 5.4. */
const programFor = (format: keyof typeof packages): string =>
  format === 'lzip' && findProgram('lzip') === undefined ? 'xz' : format;

async function throughProgram(file: string, format: keyof typeof packages, take: Take, threads: number): Promise<void> {
  const program = programFor(format);
  if (findProgram(program) === undefined) throw missing(file, format);
  const input = openSync(file, 'r');
  try {
    const end = await readOutput([program, '-dc', ...(format === 'xz' ? xzOptions(file, threads) : [])], input, take);
    if (end === undefined) return;
    const { complaint } = end;
    if (!succeeded(end) && format === 'lzip' && /format not recognized/.test(complaint)) throw missing(file, format);
    // bzip2 alone only remarks on it.
    if (/trailing garbage/.test(complaint)) throw damaged(file, complaint.trim());
    if (!succeeded(end)) throw damaged(file, complaint.trim() || `${program} ${describeExit(end)}`);
  } finally {
    closeSync(input);
  }
}

/**
 * With how many threads xz is to decompress a file. Whoever compressed it with several wrote down how long each block is,
 * and these can be decompressed side by side; each thread holds whole blocks in memory.
 */
export function xzOptions(file: string, threads: number): string[] {
  // The flags of the first block: both of its lengths are there.
  const isInBlocks = ((startOf(file)[13] ?? 0) & 0xc0) === 0xc0;
  if (threads < 2 || !isInBlocks || !canXzBeLimited()) return ['-T1'];
  return [`-T${threads}`, '--memlimit-mt-decompress=200MiB'];
}

/** Before version 5.4 xz knows no such limit, and decompresses with one thread whatever it is told. */
function canXzBeLimited(): boolean {
  const { stdout } = spawnSync('xz', ['--version'], { encoding: 'latin1', stdio: ['ignore', 'pipe', 'ignore'] });
  const [, major = 0, minor = 0] = /(\d+)\.(\d+)/.exec(stdout ?? '') ?? [];
  return Number(major) > 5 || (Number(major) === 5 && Number(minor) >= 4);
}

const missing = (file: string, format: keyof typeof packages): Failure =>
  new Failure('program-missing', `${format} is not installed`, {
    detail: `it is needed to unpack ${basename(file)}`,
    hint: `install the package ${packages[format]}`,
  });

/** What to do about an archive that came as its recipe says. */
export const publishedSo = 'its digest is right, so upstream published it so: take another version or another file';

/** The Failure for an archive that cannot be read to its end. */
export function damaged(file: string, detail: string): Failure {
  return new Failure('unpack-failed', `${basename(file)}: the archive is damaged`, {
    detail,
    hint: publishedSo,
  });
}
