import { lstatSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { walkTree } from '../base/files.ts';
import { epochSeconds } from '../base/tar.ts';

/** Up to this many entries the files of a view are watched as well: releases and images, which people handle. */
const smallTree = 64;

/**
 * Gives the entries of a new view the time that tells later whether somebody has changed it, and returns the paths to look
 * at: every directory, which tells what was added, removed or replaced in it, and of a small tree every file.
 */
export function settleView(dir: string): readonly string[] {
  const entries = [...walkTree(dir)].filter(({ kind }) => kind === 'directory' || kind === 'file');
  const watched = entries
    .filter(({ kind }) => kind === 'directory' || entries.length <= smallTree)
    .map(({ path }) => path);
  const paths = ['', ...watched];
  // Links share the time of the stored file already; copies, on another file system, do not.
  for (const path of paths.toReversed())
    if (!isSettled(join(dir, path))) utimesSync(join(dir, path), epochSeconds, epochSeconds);
  return paths;
}

/** Whether nobody has changed a view, as far as `settleView` watches it. */
export const isUnchangedView = (dir: string, watched: readonly string[]): boolean =>
  watched.every((path) => isSettled(join(dir, path)));

const isSettled = (path: string): boolean =>
  lstatSync(path, { throwIfNoEntry: false })?.mtimeMs === epochSeconds * 1000;
