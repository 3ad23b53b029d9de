import { closeSync, openSync, rmSync } from 'node:fs';
import { temporaryName } from '../base/files.ts';
import { type ArchiveEntry, epochSeconds, writeTar } from '../base/tar.ts';
import { runProgram } from './program.ts';

export interface SquashfsOptions {
  /** The kernel must have the same one. Default: `xz`. */
  readonly compression?: 'gzip' | 'lz4' | 'lzo' | 'xz' | 'zstd';
  /** Processors to use; the image is the same with any number. Default: one. */
  readonly jobs?: number;
  /** When the image and all in it were made, in seconds since 1970. Default: 1980. */
  readonly time?: number;
}

/** Writes entries as a squashfs image, with `sqfstar`: the same entries give the same bytes, and no privileges are needed. */
export async function writeSquashfs(
  entries: readonly ArchiveEntry[],
  path: string,
  { compression = 'xz', jobs = 1, time = epochSeconds }: SquashfsOptions = {},
): Promise<void> {
  const archive = temporaryName(path);
  try {
    // sqfstar wants no entry for the root itself.
    const { mode, uid, gid } = entries.find((entry) => entry.path === '') ?? { mode: 0o755, uid: 0, gid: 0 };
    await writeTar(
      entries.filter((entry) => entry.path !== ''),
      archive,
    );
    rmSync(path, { force: true });
    await runSqfstar(archive, [
      ...['-comp', compression, '-b', '256K', '-no-xattrs', '-processors', `${jobs}`],
      ...['-reproducible', '-mkfs-time', `${time}`, '-all-time', `${time}`],
      ...['-root-mode', mode.toString(8), '-root-uid', `${uid}`, '-root-gid', `${gid}`],
      path,
    ]);
  } finally {
    rmSync(archive, { force: true });
  }
}

async function runSqfstar(archive: string, words: readonly string[]): Promise<void> {
  const input = openSync(archive, 'r');
  try {
    // SOURCE_DATE_EPOCH and -mkfs-time exclude each other, but our environment is not passed on.
    await runProgram(['sqfstar', ...words], { from: 'squashfs-tools (4.5 or newer)', input });
  } finally {
    closeSync(input);
  }
}
