import {
  closeSync,
  constants,
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
import { Failure } from '../base/failure.ts';
import { emptyDir, isErrno, removeTree } from '../base/files.ts';

/**
 * A tree under construction from the members of an archive that nobody vouches for. Nothing outside of it is written:
 * names may not lead out of it, symbolic links are made last and only where they stay inside, hard links only to files
 * of this archive, and no existing file or link is ever written through. Writes are synchronous: with tens of
 * thousands of small files everything else is several times slower.
 */
export interface UnpackTree {
  directory(name: string): void;
  /** Opens a new file; what is written goes there until `end`. */
  file(name: string, options: { readonly executable: boolean; readonly mtime: Date | undefined }): OpenFile;
  symlink(name: string, target: string): void;
  hardLink(name: string, target: string): void;
  /** Makes the links and moves everything to its place; without the top directory if that is all there is. */
  finish(): void;
  /** Removes what is not in its place. */
  discard(): void;
}

export interface OpenFile {
  write(bytes: Uint8Array): void;
  end(): void;
}

/** A tree that will be `into`, which is created; what is there already stays and may not be in the way. */
export function unpackTree(archive: string, into: string): UnpackTree {
  const root = join(into, `.unpacking-${process.pid}`);
  mkdirSync(into, { recursive: true });
  emptyDir(root);
  const directories = new Set<string>(['']);
  const files = new Set<string>();
  const links = new Map<string, string>();
  const unsafe = (name: string, what: string): Failure =>
    new Failure('unpack-unsafe', `${archive}: member "${name}" ${what}`);

  const pathOf = (name: string): string => {
    const parts = name.split('/').filter((part) => part !== '' && part !== '.');
    if (name.startsWith('/')) throw unsafe(name, 'has an absolute name');
    if (parts.includes('..') || name.includes('\0')) throw unsafe(name, 'leads out of the archive');
    return parts.join('/');
  };

  const makeDirectory = (path: string, name: string): void => {
    if (directories.has(path)) return;
    makeDirectory(path.slice(0, Math.max(0, path.lastIndexOf('/'))), name);
    if (links.has(path) || files.has(path)) throw unsafe(name, `is below ${path}, which is not a directory`);
    system(name, () => mkdirSync(join(root, path), 0o755));
    directories.add(path);
  };

  /** Makes room for a member: its directory, and away with an earlier member of the same name. */
  const place = (name: string): string => {
    const path = pathOf(name);
    if (path === '' || directories.has(path)) throw unsafe(name, 'has the name of a directory');
    makeDirectory(path.slice(0, Math.max(0, path.lastIndexOf('/'))), name);
    if (files.delete(path)) unlinkSync(join(root, path));
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
      const file = system(name, () => openSync(join(root, path), flags, executable ? 0o755 : 0o644));
      files.add(path);
      return {
        write(bytes) {
          for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
        },
        end() {
          // Without their times autotools would take generated files for outdated.
          if (mtime !== undefined && Number.isFinite(mtime.getTime())) futimesSync(file, mtime, mtime);
          closeSync(file);
        },
      };
    },
    symlink: (name, target) => void links.set(place(name), target),
    hardLink(name, target) {
      const from = pathOf(target);
      const path = place(name);
      const link = links.get(from);
      if (link !== undefined) links.set(path, link);
      else if (files.has(from)) {
        system(name, () => linkSync(join(root, from), join(root, path)));
        files.add(path);
      } else throw unsafe(name, `is a hard link to "${target}", which is no earlier file of the archive`);
    },
    finish() {
      const [only, ...others] = new Set([...directories, ...files, ...links.keys()].filter(Boolean).map(topOf));
      const top = only !== undefined && others.length === 0 && directories.has(only) ? only : '';
      for (const [path, target] of links) {
        if (!staysInside(path, target, top, links))
          throw unsafe(path, `is a symbolic link out of the tree, to "${target}"`);
      }
      for (const [path, target] of links) system(path, () => symlinkSync(target, join(root, path)));
      for (const name of readdirSync(join(root, top))) {
        if (lstatSync(join(into, name), { throwIfNoEntry: false }))
          throw new Failure('unpack-unsafe', `${archive}: ${name} is already in ${into}`);
        renameSync(join(root, top, name), join(into, name));
      }
      removeTree(root);
    },
    discard: () => removeTree(root),
  };
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
