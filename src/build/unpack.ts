import { chmodSync, copyFileSync, lstatSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { shownName } from '../base/byte-name.ts';
import { Failure } from '../base/failure.ts';
import { type Budget, budgetFor, type Limits, limitsFor } from './budget.ts';
import { decompress, type Format, formatOf, publishedSo, startOf } from './decompress.ts';
import { brokenTar, isTarHeader } from './tar-header.ts';
import { eachMember, type Member, type Taking } from './tar-members.ts';
import { newFile, type UnpackTree, unpackTree } from './unpack-tree.ts';

/**
 * Unpacks a distfile into the directory `into`, which is created. Its kind is told by its content: tar, plain or
 * compressed with gzip, bzip2, xz, zstd or lzip, and zip. If all is in one top directory, the content of that goes into
 * `into`. With `inside` the distfile is an archive that holds the real one at this path. With `plain` it is not unpacked,
 * whatever it is, but copied in under this name. More than one of `threads` is for archives that somebody vouches for:
 * the parts of decompressors that use them are young.
 * Fails with unpack-unsafe for a member that would act outside of `into` and for an archive that becomes more than
 * `limits` allow, with unpack-failed for a damaged one and for a file that is no archive.
 */
export async function unpackDistfile(
  archive: string,
  into: string,
  { inside, plain, threads = 1, limits = limitsFor(statSync(archive).size) }: UnpackOptions = {},
): Promise<void> {
  mkdirSync(into, { recursive: true });
  const put = (file: string) => (plain === undefined ? unpack(file, into, limits, threads) : copyIn(file, into, plain));
  if (inside === undefined) return put(archive);
  const scratch = mkdtempSync(join(into, '.inner-'));
  try {
    const inner = join(scratch, basename(inside));
    await extractMember(archive, inside, inner, budgetFor(basename(archive), limits));
    await put(inner);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

interface UnpackOptions {
  readonly inside?: string;
  readonly plain?: string;
  readonly threads?: number;
  readonly limits?: Limits;
}

async function unpack(archive: string, into: string, limits: Limits, threads: number): Promise<void> {
  const format = formatOf(archive);
  const budget = budgetFor(basename(archive), limits);
  const tree = unpackTree(basename(archive), into, budget);
  try {
    if (format === 'zip') await (await import('./unzip.ts')).unzip(archive, tree, budget);
    else if (format === 'other' || !(await untar({ archive, format, threads }, tree, budget)))
      throw noArchive(archive, format);
    tree.finish();
  } finally {
    tree.discard();
  }
}

function copyIn(file: string, into: string, name: string): void {
  const to = join(into, name);
  if (lstatSync(to, { throwIfNoEntry: false })) throw new Failure('unpack-unsafe', `${name}: is already in ${into}`);
  copyFileSync(file, to);
  chmodSync(to, 0o644);
}

const brokenArchive = (file: string, what: string): Failure =>
  new Failure('unpack-failed', `${basename(file)}: ${what}`, { hint: publishedSo });

function noArchive(file: string, format: Format): Failure {
  // A file of zeros may be anything.
  const broken = format === 'other' && statSync(file).size % 512 === 0 ? brokenTar(startOf(file)) : undefined;
  if (broken !== undefined) return brokenArchive(file, broken);
  const isPage = format === 'other' && /^\s*<(?:!doctype html|html)/i.test(startOf(file).toString('latin1'));
  const what = isPage
    ? 'a web page'
    : format === 'other'
      ? 'a file of another kind'
      : `a single file, compressed with ${format}`;
  return new Failure('unpack-failed', `${basename(file)}: is no archive, but ${what}`, {
    detail: 'mk unpacks zip, and tar, plain or compressed with gzip, bzip2, xz, zstd or lzip; it goes by the content',
    hint: isPage
      ? 'its sha256 in the recipe is that of the page: look what the url gives'
      : 'if it is the right file, write `unpack: false` below its sha256 in the recipe: it is then copied in as it is',
  });
}

/** An archive, how it is compressed, and with how many threads it may be decompressed. */
interface Compressed {
  readonly archive: string;
  readonly format: Format;
  readonly threads: number;
}

/** False when what was compressed is no tar archive. */
function untar(compressed: Compressed, tree: UnpackTree, budget: Budget): Promise<boolean> {
  return readTar(compressed, budget, (member) => {
    budget.entry();
    return put(member, tree, basename(compressed.archive));
  });
}

function put({ kind, type, name, linkname, mode, mtime }: Member, tree: UnpackTree, archive: string): Taking {
  if (kind === 'file') return tree.file(name, { executable: (mode & 0o111) !== 0, mtime });
  if (kind === 'directory') tree.directory(name);
  else if (kind === 'symlink') tree.symlink(name, linkname);
  else if (kind === 'link') tree.hardLink(name, linkname);
  else {
    const what = others[type] ?? 'of a kind that only some tar programs know';
    throw new Failure('unpack-unsafe', `${archive}: member "${shownName(name)}" is ${what}`, {
      detail: 'mk unpacks files, directories and links',
    });
  }
  return 'skip';
}

const others: Readonly<Record<string, string>> = { 3: 'a character device', 4: 'a block device', 6: 'a named pipe' };

/** Shows `take` the members of a tar archive. False for a file that does not start as one. */
async function readTar(
  { archive, format, threads }: Compressed,
  budget: Budget,
  take: (member: Member) => Taking,
): Promise<boolean> {
  let start: Buffer = Buffer.alloc(0);
  let isTar = false;
  const feed = (read: (bytes: Buffer) => boolean) => {
    const onBytes = (bytes: Buffer) => {
      if (isTar) {
        budget.bytes(bytes.length);
        return read(bytes);
      }
      start = Buffer.concat([start, bytes]);
      if (start.length < 512) return true;
      isTar = isTarHeader(start);
      if (!isTar) return false;
      budget.bytes(start.length);
      return read(start);
    };
    return decompress(archive, format, onBytes, threads);
  };
  await eachMember(archive, feed, take);
  const broken = isTar || format === 'other' ? undefined : brokenTar(start);
  if (broken !== undefined) throw brokenArchive(archive, broken);
  return isTar;
}

async function extractMember(archive: string, path: string, to: string, budget: Budget): Promise<void> {
  const seen: string[] = [];
  let found = false;
  const isTar = await readTar({ archive, format: formatOf(archive), threads: 1 }, budget, ({ name, kind }) => {
    if (found) return 'stop';
    seen.push(shownName(name));
    if (kind !== 'file' || clean(shownName(name)) !== clean(path)) return 'skip';
    found = true;
    return newFile(to, budget);
  });
  if (found) return;
  throw new Failure('unpack-failed', `${basename(archive)}: holds no file ${path}`, {
    detail: isTar ? `it holds\n${seen.slice(0, 20).join('\n')}` : 'it is no tar archive',
    hint: 'check "inside" of this alternative in the recipe',
  });
}

const clean = (name: string): string =>
  name
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/');
