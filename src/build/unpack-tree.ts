import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  ftruncateSync,
  futimesSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  symlinkSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { bytesOf, onDisk, shownName } from '../base/byte-name.ts';
import { Failure } from '../base/failure.ts';
import { emptyDir, isErrno, removeTree } from '../base/files.ts';
import type { Budget } from './budget.ts';
import type { FileSink } from './tar-sparse.ts';

/**
 * A tree under construction from the members of an archive that nobody vouches for. Nothing outside of it is written:
 * names may not lead out of it, symbolic links are made last and only where they stay inside, hard links only to files
 * of this archive, and no existing file or link is ever written through. Names are byte strings. Writes are
 * synchronous: with tens of thousands of small files everything else is several times slower.
 */
export interface UnpackTree {
  directory(name: string): void;
  /** Opens a new file; what is written goes there until `end`. */
  file(name: string, options: { readonly executable: boolean; readonly mtime: number | undefined }): FileSink;
  symlink(name: string, target: string): void;
  hardLink(name: string, target: string): void;
  /** Makes the links and moves everything to its place; without the top directory if that is all there is. */
  finish(): void;
  /** Removes what is not in its place. */
  discard(): void;
}

/** A tree that will be `into`, which is created; what is there already stays and may not be in the way. */
export function unpackTree(archive: string, into: string, budget: Budget): UnpackTree {
  // By chance, so that no archive can have a member of that name.
  const unfinished = join(into, `.unpacking-${randomBytes(12).toString('hex')}`);
  mkdirSync(into, { recursive: true });
  emptyDir(unfinished);
  const root = bytesOf(unfinished);
  const at = (path: string) => onDisk(`${root}/${path}`);
  const directories = new Set<string>(['']);
  const files = new Set<string>();
  const links = new Map<string, string>();
  const unsafe = (name: string, what: string): Failure =>
    new Failure('unpack-unsafe', `${archive}: member "${shownName(name)}" ${what}`);

  const pathOf = (name: string): string => {
    const parts = name.split('/').filter((part) => part !== '' && part !== '.');
    if (name.startsWith('/')) throw unsafe(name, 'has an absolute name');
    if (parts.includes('..')) throw unsafe(name, climbs(parts) ? 'leads out of the archive' : 'has ".." in its name');
    if (name.includes('\0')) throw unsafe(name, 'has a zero byte in its name');
    budget.depth(name, parts.length);
    return parts.join('/');
  };

  const makeDirectory = (path: string, name: string): void => {
    if (directories.has(path)) return;
    makeDirectory(path.slice(0, Math.max(0, path.lastIndexOf('/'))), name);
    if (links.has(path) || files.has(path)) throw unsafe(name, `is below ${path}, which is not a directory`);
    system(name, () => mkdirSync(at(path), 0o755));
    directories.add(path);
  };

  /** Makes room for a member: its directory, and away with an earlier member of the same name. */
  const place = (name: string): string => {
    const path = pathOf(name);
    if (path === '' || directories.has(path)) throw unsafe(name, 'has the name of a directory');
    makeDirectory(path.slice(0, Math.max(0, path.lastIndexOf('/'))), name);
    if (files.delete(path)) unlinkSync(at(path));
    links.delete(path);
    return path;
  };

  const system = <T>(name: string, act: () => T): T => {
    try {
      return act();
    } catch (error) {
      if (!isErrno(error, 'ENAMETOOLONG', 'EINVAL', 'EILSEQ', 'EEXIST', 'ENOTDIR', 'EISDIR')) throw error;
      throw unsafe(name, `cannot be created: ${(error as Error).message}`);
    }
  };

  return {
    directory: (name) => makeDirectory(pathOf(name), name),
    file(name, { executable, mtime }) {
      const path = place(name);
      const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
      const file = system(name, () => openSync(at(path), flags, executable ? 0o755 : 0o644));
      files.add(path);
      return fileSink(file, mtime, budget);
    },
    symlink: (name, target) => void links.set(place(name), target),
    hardLink(name, target) {
      const from = pathOf(target);
      const path = place(name);
      const link = links.get(from);
      if (link !== undefined) links.set(path, link);
      else if (files.has(from)) {
        system(name, () => linkSync(at(from), at(path)));
        files.add(path);
      } else throw unsafe(name, `is a hard link to "${shownName(target)}", which is no earlier file of the archive`);
    },
    finish() {
      const [only, ...others] = new Set([...directories, ...files, ...links.keys()].filter(Boolean).map(topOf));
      const top = only !== undefined && others.length === 0 && directories.has(only) ? only : '';
      for (const [path, target] of links) {
        if (!staysInside(path, target, top, links))
          throw unsafe(path, `is a symbolic link out of the tree, to "${shownName(target)}"`);
      }
      for (const [path, target] of links) system(path, () => symlinkSync(onDisk(target), at(path)));
      for (const name of readdirSync(at(top), { encoding: 'latin1' })) {
        const to = onDisk(`${bytesOf(into)}/${name}`);
        if (lstatSync(to, { throwIfNoEntry: false }))
          throw new Failure('unpack-unsafe', `${archive}: ${shownName(name)} is already in ${into}`);
        renameSync(at(top === '' ? name : `${top}/${name}`), to);
      }
      removeTree(unfinished);
    },
    discard: () => removeTree(unfinished),
  };
}

/** A file outside of any tree, which must not be there yet. */
export const newFile = (path: string, budget: Budget): FileSink => fileSink(openSync(path, 'wx'), undefined, budget);

function fileSink(file: number, mtime: number | undefined, budget: Budget): FileSink {
  let position = 0;
  let holes = false;
  return {
    write(bytes) {
      for (let done = 0; done < bytes.length; ) {
        done += writeSync(file, bytes, done, bytes.length - done, holes ? position + done : null);
      }
      position += bytes.length;
    },
    hole(length) {
      budget.bytes(length);
      position += length;
      holes = true;
    },
    end() {
      if (holes) ftruncateSync(file, position);
      // Without their times autotools would take generated files for outdated.
      if (mtime !== undefined && Math.abs(mtime) < 2 ** 33) futimesSync(file, timeOf(mtime), timeOf(mtime));
      closeSync(file);
    },
  };
}

/** A negative number is the present for Node; a Date is what it says. */
const timeOf = (seconds: number): number | Date => (seconds < 0 ? new Date(seconds * 1000) : seconds);

/** True when a name is above the top somewhere on its way. */
function climbs(parts: readonly string[]): boolean {
  let depth = 0;
  return parts.some((part) => (part === '..' ? --depth : ++depth) < 0);
}

const topOf = (path: string): string => path.split('/', 1)[0] ?? '';

/** True when the link, followed through the other links of the archive, never leaves `top`; it may dangle. */
export function staysInside(path: string, target: string, top: string, links: ReadonlyMap<string, string>): boolean {
  const depthOfTop = top === '' ? 0 : 1;
  const pending = [...path.split('/').slice(0, -1), ...target.split('/')];
  const at: string[] = [];
  if (target.startsWith('/') || target.includes('\0')) return false;
  for (let hops = 0; pending.length > 0; ) {
    const part = pending.shift() ?? '';
    if (part === '' || part === '.') continue;
    if (part === '..') {
      if (at.length <= depthOfTop) return false;
      at.pop();
      continue;
    }
    at.push(part);
    const link = links.get(at.join('/'));
    if (link === undefined) continue;
    // A loop leads nowhere, and so not outside.
    if (++hops > 40) return true;
    if (link.startsWith('/')) return false;
    at.pop();
    pending.unshift(...link.split('/'));
  }
  return true;
}
