import { renameSync, statSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  emptyDir,
  isErrno,
  makeDirectory,
  readIfPresent,
  removeTree,
  temporaryName,
  writeAtomic,
} from '../base/files.ts';

/** Of the files of a published directory, in bytes. */
export type Sizes = Readonly<Record<string, number>>;

/**
 * Makes a directory of these files, by name, and returns what `isWhole` asks for. Several runs may publish the same at
 * once: it appears whole or not at all. What is there already is kept, unless it is damaged.
 */
export function publish(dir: string, files: Readonly<Record<string, string>>): Sizes {
  const all = Object.entries(files);
  makeDirectory(dirname(dir));
  if (!all.every(([name, text]) => readIfPresent(join(dir, name)) === text)) moveAway(dir);
  const temporary = emptyDir(temporaryName(dir));
  for (const [name, text] of all) writeAtomic(join(temporary, name), text);
  try {
    renameSync(temporary, dir);
  } catch {
    removeTree(temporary);
    utimesSync(dir, new Date(), new Date());
  }
  return Object.fromEntries(all.map(([name, text]) => [name, Buffer.byteLength(text)]));
}

/** False when a file is gone or was cut: so cheap that every run can ask, for nothing else would make it whole again. */
export const isWhole = (dir: string, sizes: Sizes): boolean =>
  Object.entries(sizes).every(([name, size]) => statSync(join(dir, name), { throwIfNoEntry: false })?.size === size);

/** It need not be there: another run may do the same. */
function moveAway(dir: string): void {
  const damaged = temporaryName(dir);
  try {
    renameSync(dir, damaged);
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error;
  }
  removeTree(damaged);
}
