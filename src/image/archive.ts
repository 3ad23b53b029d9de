import { createReadStream, createWriteStream, rmSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { digestOfFile } from '../base/digest.ts';
import { temporaryName } from '../base/files.ts';
import { type ArchiveEntry, epochSeconds, writeTar } from '../base/tar.ts';

/** Writes entries as a gzipped tar archive, all with this time: the same entries give the same bytes anywhere. */
export async function writeTarGz(
  entries: Iterable<ArchiveEntry>,
  path: string,
  { time = epochSeconds } = {},
): Promise<void> {
  const archive = temporaryName(path);
  try {
    await writeTar(entries, archive, { time });
    // Node writes no time and no name into the gzip header.
    await pipeline(createReadStream(archive), createGzip({ level: 6 }), createWriteStream(path));
  } finally {
    rmSync(archive, { force: true });
  }
}

/** The text of a SHA256SUMS file, which `sha256sum -c` reads, for files by the names they have there. */
export const checksums = (files: Readonly<Record<string, string>>): string =>
  Object.entries(files)
    .map(([name, file]) => `${digestOfFile(file)}  ${name}\n`)
    .join('');

/** A number of bytes for people: "3.4 MB". */
export function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const power = Math.min(3, Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1000 ** power).toFixed(1)} ${['B', 'kB', 'MB', 'GB'][power]}`;
}
