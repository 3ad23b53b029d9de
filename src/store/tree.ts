import {
  chmodSync,
  closeSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  openSync,
  readlinkSync,
  renameSync,
  rmSync,
  type Stats,
  symlinkSync,
  utimesSync,
} from 'node:fs';
import { join } from 'node:path';
import { removeTree, temporaryName, walkTree } from '../base/files.ts';
import { epochSeconds } from '../base/tar.ts';
import { extract, hasContent, type Member, readMembers } from './archive.ts';

/** Modes of what the store keeps; nobody writes into a file of a tree, which other trees and views share. */
const directoryMode = 0o755;
const modeOf = (executable: boolean): number => (executable ? 0o555 : 0o444);

/**
 * Makes the tree in `dir` what its archive says, and returns the paths that were not: everything, where there was none.
 * Only for an archive whose digest was verified. What differs is replaced by rename, so that whoever uses the tree
 * meanwhile finds every file, old or new; and the time of the directory's last change is another one afterwards.
 * `beforeChange` is called once, when something has to be done, and keeps others from doing the same at the same time.
 */
export function restoreTree(archive: string, dir: string, beforeChange = () => {}): string[] {
  const restored: string[] = [];
  const changes = (path: string) => {
    if (restored.length === 0) beforeChange();
    restored.push(path);
  };
  const directories = [''];
  const known = new Set<string>();
  mkdirSync(dir, { recursive: true });
  if (!reviewDirectory(dir)) changes('.');
  const file = openSync(archive, 'r');
  try {
    for (const member of readMembers(file)) {
      known.add(member.path);
      if (member.kind === 'directory') directories.push(member.path);
      review(file, member, join(dir, member.path), () => changes(member.path));
    }
  } finally {
    closeSync(file);
  }
  // Listed before anything of it is removed.
  for (const { path } of [...walkTree(dir)]) {
    if (known.has(path)) continue;
    changes(path);
    removeTree(join(dir, path));
  }
  // Last, since everything that was done in them has changed their times.
  if (restored.length > 0) for (const path of directories.reverse()) settleDirectory(join(dir, path));
  return restored;
}

/** Gives a new tree the modes and the time of everything in the store. */
export function makeImmutable(root: string): void {
  for (const { path, kind } of walkTree(root)) {
    const full = join(root, path);
    if (kind === 'symlink') lutimesSync(full, epochSeconds, epochSeconds);
    else if (kind === 'directory') settleDirectory(full);
    else if (kind === 'file') settleFile(full, (lstatSync(full).mode & 0o111) !== 0);
  }
  settleDirectory(root);
}

/**
 * Whether nothing was written to the tree, as far as times and modes tell: a directory's time tells of everything that
 * was made, removed or renamed in it. False also when there is no tree.
 */
export function looksUntouched(root: string): boolean {
  const top = lstatSync(root, { throwIfNoEntry: false });
  if (top === undefined || !isSettled(top)) return false;
  for (const { path } of walkTree(root)) if (!isSettled(lstatSync(join(root, path)))) return false;
  return true;
}

function isSettled(stats: Stats): boolean {
  if (stats.mtimeMs !== epochSeconds * 1000) return false;
  if (stats.isSymbolicLink()) return true;
  const mode = stats.mode & 0o7777;
  return stats.isDirectory() ? (mode & 0o777) === directoryMode : mode === modeOf(true) || mode === modeOf(false);
}

function settleFile(path: string, executable: boolean): void {
  chmodSync(path, modeOf(executable));
  utimesSync(path, epochSeconds, epochSeconds);
}

function settleDirectory(path: string): void {
  chmodSync(path, directoryMode);
  utimesSync(path, epochSeconds, epochSeconds);
}

/** Returns whether the directory is as it should be; its content can be seen and changed afterwards in any case. */
function reviewDirectory(path: string): boolean {
  const stats = lstatSync(path);
  if ((stats.mode & 0o700) !== 0o700) chmodSync(path, directoryMode);
  return isSettled(stats);
}

/** Restores the entry unless it is what the archive says. */
function review(archive: number, member: Member, path: string, beforeChange: () => void): void {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (member.kind === 'directory') {
    if (stats?.isDirectory()) {
      if (!reviewDirectory(path)) beforeChange();
      return;
    }
    beforeChange();
    if (stats !== undefined) rmSync(path);
    mkdirSync(path);
    return;
  }
  if (stats !== undefined && isSame(archive, member, path, stats)) return;
  beforeChange();
  if (stats?.isDirectory()) removeTree(path);
  const temporary = temporaryName(path);
  if (member.kind === 'symlink') {
    symlinkSync(member.target, temporary);
    lutimesSync(temporary, epochSeconds, epochSeconds);
  } else {
    extract(archive, member, temporary);
    settleFile(temporary, member.executable);
  }
  renameSync(temporary, path);
}

function isSame(archive: number, member: Member, path: string, stats: Stats): boolean {
  if (!isSettled(stats)) return false;
  if (member.kind === 'symlink') return stats.isSymbolicLink() && readlinkSync(path) === member.target;
  const looksSame = stats.isFile() && stats.size === member.size && (stats.mode & 0o777) === modeOf(member.executable);
  return looksSame && hasContent(archive, member, path);
}
