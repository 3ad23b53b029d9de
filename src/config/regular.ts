import { lstatSync, readlinkSync, type Stats, statSync } from 'node:fs';
import { Failure } from '../base/failure.ts';
import { isErrno } from '../base/files.ts';

/** The part of what the system says of a path that tells what it is. */
interface Kind {
  isFile(): boolean;
  isDirectory(): boolean;
  isFIFO(): boolean;
  isSocket(): boolean;
}

/** Fails for a FIFO, a socket or a device: to open one would wait for ever, or give something else each time. */
export function expectRegular(path: string, found: Kind): void {
  if (found.isFile() || found.isDirectory()) return;
  const kind = found.isFIFO() ? 'a FIFO' : found.isSocket() ? 'a socket' : 'a device';
  throw new Failure('config-invalid', `${path} is ${kind}, and can be no part of the configuration`, {
    hint: 'put a file there, or remove it',
  });
}

/**
 * Whether a file is there, or a link to one. Fails as `expectRegular` does, and for a directory and for a link to nothing: who
 * put them there would wait in vain for what they are to do.
 */
export function isRegularFile(path: string): boolean {
  const found = statOf(path);
  if (found === undefined) return false;
  expectRegular(path, found);
  if (found.isDirectory()) throw new Failure('config-invalid', `${path} is a directory, and a file is wanted here`);
  return true;
}

/** Whether a file or a directory is there, or a link to one; fails for a link to nothing. */
export const isThere = (path: string): boolean => statOf(path) !== undefined;

function statOf(path: string): Stats | undefined {
  try {
    // Most are not there, and throwing is slow.
    const found = statSync(path, { throwIfNoEntry: false });
    if (found !== undefined || !lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) return found;
  } catch (error) {
    if (isErrno(error, 'ENOTDIR')) return undefined;
    if (!isErrno(error, 'ELOOP')) throw error;
  }
  throw new Failure('config-invalid', `${path} is a link to ${readlinkSync(path)}, where nothing is`, {
    hint: 'mend the link, or remove it',
  });
}
