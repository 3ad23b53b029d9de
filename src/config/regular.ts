import { statSync } from 'node:fs';
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

/** Whether a file is there, or a link to one; fails as `expectRegular` does. */
export function isRegularFile(path: string): boolean {
  try {
    // Most are not there, and throwing is slow.
    const found = statSync(path, { throwIfNoEntry: false });
    if (found !== undefined) expectRegular(path, found);
    return found?.isFile() === true;
  } catch (error) {
    if (isErrno(error, 'ENOTDIR')) return false;
    throw error;
  }
}
