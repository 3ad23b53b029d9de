import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  type Dirent,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { Failure, failuresOf } from './failure.ts';

/**
 * Makes a directory where there is none, and those above it. For every path that a user chooses: node's own recursive
 * mkdir never ends where the system says that nothing is there though the parent is, as in /proc.
 */
export function makeDirectory(path: string): void {
  // More than once, since another process may remove or make what is above.
  for (let tries = 10; ; tries--) {
    try {
      if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) mkdirSync(path);
      return;
    } catch (error) {
      const mayHelp = isErrno(error, 'ENOENT', 'EEXIST') && tries > 0;
      if (mayHelp && isErrno(error, 'ENOENT')) makeDirectory(dirname(path));
      else if (!mayHelp) throw unmade(path, error);
    }
  }
}

/** What the system refuses in words of its own is told in them. */
function unmade(path: string, error: unknown): unknown {
  if (failuresOf(error) !== undefined) return error;
  const detail = error instanceof Error ? error.message : String(error);
  const [what, hint] = isErrno(error, 'EEXIST')
    ? ['a file, or a link to nothing, is where a directory should be', 'move it away']
    : ['this directory cannot be made', 'choose a place where directories can be made'];
  return new Failure('system-refused', `${path}: ${what}`, { detail, hint, cause: error });
}

/** One entry of a tree, with its path relative to the tree's root. */
export interface TreeEntry {
  readonly path: string;
  readonly kind: 'directory' | 'file' | 'symlink' | 'other';
}

/** A name beside `path` that no other process uses. */
export const temporaryName = (path: string): string => `${path}.${process.pid}-${randomBytes(6).toString('hex')}.tmp`;

/** Whether `temporaryName` gave this name. */
export const isTemporary = (name: string): boolean => /\.\d+-[0-9a-f]{12}\.tmp$/.test(name);

/**
 * Writes a whole file: readers see the old content or the new, never a part, also after a power cut. Until it is whole
 * it is `temporary`, on the same file system.
 */
export function writeAtomic(path: string, content: string | Uint8Array, temporary = temporaryName(path)): void {
  makeDirectory(dirname(path));
  try {
    const file = openSync(temporary, 'wx', 0o644);
    try {
      writeFileSync(file, content);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/**
 * Everything below `root`, parents before their content, names in byte order; symlinks are not followed. What is
 * below a directory with the name `closed` is passed over.
 */
export function* walkTree(root: string, below = '', closed?: string): Generator<TreeEntry> {
  const entries = readdirSync(join(root, below), { withFileTypes: true });
  if (entries.length > 1) entries.sort((a, b) => byBytes(a.name, b.name));
  for (const entry of entries) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    yield { path, kind: kindOf(entry) };
    if (entry.isDirectory() && entry.name !== closed) yield* walkTree(root, path, closed);
  }
}

/** As UTF-8; that is the order of JavaScript's own comparison but for what it has as pairs. */
function byBytes(a: string, b: string): number {
  if (/[\ud800-\uffff]/.test(a + b)) return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a < b ? -1 : a > b ? 1 : 0;
}

function kindOf(entry: Dirent): TreeEntry['kind'] {
  if (entry.isSymbolicLink()) return 'symlink';
  if (entry.isDirectory()) return 'directory';
  return entry.isFile() ? 'file' : 'other';
}

/** Paths of the directories directly in `path`. */
export const subdirectories = (path: string): string[] =>
  readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(path, name));

/** Deletes a tree whatever its modes are; absent is fine. */
export function removeTree(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    makeRemovable(path);
    rmSync(path, { recursive: true, force: true });
  }
}

function makeRemovable(path: string): void {
  if (!lstatSync(path).isDirectory()) return;
  chmodSync(path, 0o755);
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (entry.isDirectory()) makeRemovable(join(path, entry.name));
  }
}

/** Creates the directory anew and empty. */
export function emptyDir(path: string): string {
  removeTree(path);
  makeDirectory(path);
  return path;
}

/** A tree that shares its files with `from` by hard links where the file system allows, else by copies. */
export function linkTree(from: string, to: string): void {
  makeDirectory(to);
  for (const { path, kind } of walkTree(from)) linkEntry(join(from, path), join(to, path), kind);
}

/** Places one entry of a tree at `to` by hard link; directories are created. */
export function linkEntry(from: string, to: string, kind: TreeEntry['kind']): void {
  if (kind === 'directory') makeDirectory(to);
  else if (kind === 'symlink') symlinkSync(readlinkSync(from), to);
  else linkOrCopy(from, to);
}

function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    if (!isErrno(error, 'EXDEV', 'EPERM', 'EMLINK')) throw error;
    copyFileSync(from, to, constants.COPYFILE_FICLONE);
  }
}

/** The text of a file, or undefined when there is none. */
export function readIfPresent(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}

/** True when `error` is a system error with one of these codes. */
export function isErrno(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
