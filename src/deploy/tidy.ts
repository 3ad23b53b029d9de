import {
  chmodSync,
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  renameSync,
  rmdirSync,
  rmSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { Failure } from '../base/failure.ts';
import { walkTree } from '../base/files.ts';

type Log = (line: string) => void;

/**
 * Makes what was installed below `prefix` the root of the tree.
 * A file installed anywhere else is a deploy-invalid Failure that names it.
 */
export function liftPrefix(deployDir: string, prefix: string): void {
  if (prefix === '') return;
  const below = `${prefix.replace(/^\/+/, '')}/`;
  const strays = [...walkTree(deployDir)].filter(({ path, kind }) => kind !== 'directory' && !path.startsWith(below));
  if (strays.length > 0) {
    throw new Failure('deploy-invalid', `files are installed outside ${prefix}`, {
      detail: listed(strays.map(({ path }) => `/${path}`)),
      hint: `a tool of the build machine installs below ${prefix}: pass it as --prefix, or move the files in deploy`,
    });
  }
  if (!existsSync(join(deployDir, below))) return;
  // The prefix itself may hold a directory with the name of its first part, so that part steps aside first; it stays
  // inside the tree, because beside it may be another file system.
  const top = join(deployDir, below.split('/')[0] ?? '');
  const aside = join(deployDir, '.lifting');
  renameSync(top, aside);
  const content = join(aside, ...below.split('/').slice(1));
  for (const name of readdirSync(content)) renameSync(join(content, name), join(deployDir, name));
  rmSync(aside, { recursive: true });
}

/** Directories that our layout does not have, and where their content belongs. */
const foreign: readonly (readonly [from: string, to: string])[] = [
  ['usr/sbin', 'bin'],
  ['usr/bin', 'bin'],
  ['usr/lib64', 'lib'],
  ['usr/lib', 'lib'],
  ['usr/include', 'include'],
  ['usr/share', 'share'],
  ['sbin', 'bin'],
  ['lib64', 'lib'],
];

/** Moves what a target package put into `/usr`, `/sbin` and `/lib64` to where our root file systems have it. */
export function mergeForeignDirs(deployDir: string, log: Log): void {
  for (const [from, to] of foreign) {
    if (!isDirectory(join(deployDir, from))) continue;
    log(`moved /${from} into /${to}`);
    mergeInto(deployDir, from, to);
  }
  const usr = join(deployDir, 'usr');
  if (isDirectory(usr) && readdirSync(usr).length === 0) rmdirSync(usr);
}

/** Removes what nothing reads and gathers all pkg-config files in lib/pkgconfig. */
export function tidyFiles(deployDir: string): void {
  rmSync(join(deployDir, 'share/info/dir'), { force: true });
  if (isDirectory(join(deployDir, 'share/pkgconfig'))) mergeInto(deployDir, 'share/pkgconfig', 'lib/pkgconfig');
  for (const { path, kind } of [...walkTree(deployDir)]) {
    if (kind === 'file' && path.endsWith('.la') && isLibtoolArchive(join(deployDir, path)))
      rmSync(join(deployDir, path));
  }
}

/** Gives directories and programs mode 0755 and other files 0644; drops empty directories that are not in `kept`. */
export function normalise(deployDir: string, kept: ReadonlySet<string>): void {
  // Children come after their parents, so backwards a directory is seen when all below it is settled.
  for (const { path, kind } of [...walkTree(deployDir)].reverse()) {
    const full = join(deployDir, path);
    if (kind === 'directory') {
      if (readdirSync(full).length === 0 && !kept.has(path)) rmdirSync(full);
      else chmodSync(full, 0o755);
    } else if (kind === 'file') {
      chmodSync(full, lstatSync(full).mode & 0o111 ? 0o755 : 0o644);
    } else if (kind === 'other') {
      throw new Failure('deploy-invalid', `/${path} is neither file, directory nor symbolic link`, {
        hint: 'device nodes and sockets are made when the system starts; remove it in deploy',
      });
    }
  }
}

/** A path as `permissions` may spell it, relative to the tree's root. */
export const relativePath = (path: string): string => path.replace(/^\/+|\/+$/g, '');

/** Paths, one a line, at most ten. */
export function listed(lines: readonly string[]): string {
  const more = lines.length - 10;
  return [...lines.slice(0, 10), ...(more > 0 ? [`… and ${more} more`] : [])].join('\n');
}

function mergeInto(root: string, from: string, to: string): void {
  for (const { path, kind } of [...walkTree(join(root, from))]) {
    const source = join(root, from, path);
    const destination = join(root, to, path);
    if (kind === 'directory') {
      mkdirSync(destination, { recursive: true });
    } else if (!present(destination)) {
      mkdirSync(dirname(destination), { recursive: true });
      renameSync(source, destination);
    } else if (!same(source, destination)) {
      throw new Failure('deploy-invalid', `/${from}/${path} belongs at /${to}/${path}, which is another file`, {
        hint: 'remove one of them in deploy',
      });
    }
  }
  rmSync(join(root, from), { recursive: true });
}

function same(a: string, b: string): boolean {
  const [left, right] = [lstatSync(a), lstatSync(b)];
  if (left.isSymbolicLink() && right.isSymbolicLink()) return readlinkSync(a) === readlinkSync(b);
  return left.isFile() && right.isFile() && left.size === right.size && readFileSync(a).equals(readFileSync(b));
}

const present = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

const isDirectory = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/** Libtool's text files end in `.la`, and so may anything else. */
function isLibtoolArchive(path: string): boolean {
  const buffer = Buffer.alloc(256);
  const file = openSync(path, 'r');
  try {
    readSync(file, buffer);
  } finally {
    closeSync(file);
  }
  return buffer.includes('libtool library file');
}
