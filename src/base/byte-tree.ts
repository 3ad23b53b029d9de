import {
  chmodSync,
  constants,
  copyFileSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  type Stats,
  symlinkSync,
  utimesSync,
} from 'node:fs';
import { bytesOf, onDisk } from './byte-name.ts';
import type { TreeEntry } from './files.ts';

/** One entry of a tree whose names may be anything; its path is a byte string. */
export interface ByteEntry extends TreeEntry {
  /** What the system says of it; links are not followed. */
  readonly stats: Stats;
}

/** The same as `walkTree` for a tree of somebody else, whose names need not be UTF-8. */
export function* walkBytes(root: string, closed?: string, below = ''): Generator<ByteEntry> {
  const top = bytesOf(root);
  const dir = onDisk(below === '' ? top : `${top}/${below}`);
  const names = readdirSync(dir, { encoding: 'latin1' });
  // Characters are bytes here.
  names.sort((a, b) => (a < b ? -1 : 1));
  for (const name of names) {
    const path = below === '' ? name : `${below}/${name}`;
    const stats = lstatSync(onDisk(`${top}/${path}`));
    yield { path, kind: kindOf(stats), stats };
    if (stats.isDirectory() && name !== closed) yield* walkBytes(root, closed, path);
  }
}

function kindOf(stats: Stats): TreeEntry['kind'] {
  if (stats.isSymbolicLink()) return 'symlink';
  if (stats.isDirectory()) return 'directory';
  return stats.isFile() ? 'file' : 'other';
}

/**
 * Makes `to`, which may be there and empty, a copy of a tree with modes and times, whatever its names are; without the
 * entries with the name `leaveOut`, and without what is no file, directory or link.
 */
export function copyTree(from: string, to: string, leaveOut?: string): void {
  const [source, copy] = [bytesOf(from), bytesOf(to)];
  mkdirSync(to, { recursive: true });
  const directories: (readonly [path: string | Buffer, stats: Stats])[] = [[to, lstatSync(from)]];
  for (const { path, kind, stats } of walkBytes(from, leaveOut)) {
    if (path.slice(path.lastIndexOf('/') + 1) === leaveOut) continue;
    const [here, there] = [onDisk(`${source}/${path}`), onDisk(`${copy}/${path}`)];
    if (kind === 'directory') {
      mkdirSync(there);
      directories.push([there, stats]);
    } else if (kind === 'symlink') {
      symlinkSync(readlinkSync(here, 'buffer'), there);
      lutimesSync(there, stats.atime, stats.mtime);
    } else if (kind === 'file') {
      copyFileSync(here, there, constants.COPYFILE_FICLONE);
      utimesSync(there, stats.atime, stats.mtime);
    }
  }
  // Last, since what was made in them has changed their times, and could not be made in some.
  for (const [path, stats] of directories.reverse()) {
    chmodSync(path, stats.mode & 0o7777);
    utimesSync(path, stats.atime, stats.mtime);
  }
}
