import { closeSync, copyFileSync, lstatSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Failure } from '../base/failure.ts';
import { decompress, type Format, formatOf, isTarHeader } from './decompress.ts';
import type { Member, MemberSink, Taking } from './tar-members.ts';
import { type UnpackTree, unpackTree } from './unpack-tree.ts';

/**
 * Unpacks a distfile into the directory `into`, which is created. Its kind is told by its content: tar, plain or
 * compressed with gzip, bzip2, xz or zstd, and zip; any other file is copied in under its own name. If all is in one
 * top directory, the content of that goes into `into`.
 * With `inside` the distfile is an archive that holds the real one at this path.
 * Fails with unpack-unsafe for a member that would act outside of `into`, with unpack-failed for a damaged archive.
 */
export async function unpackDistfile(
  archive: string,
  into: string,
  { inside }: { readonly inside?: string } = {},
): Promise<void> {
  mkdirSync(into, { recursive: true });
  if (inside === undefined) return unpack(archive, into);
  const scratch = mkdtempSync(join(into, '.inner-'));
  try {
    const inner = join(scratch, basename(inside));
    await extractMember(archive, inside, inner);
    await unpack(inner, into);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

async function unpack(archive: string, into: string): Promise<void> {
  const format = formatOf(archive);
  const tree = unpackTree(basename(archive), into);
  try {
    if (format === 'zip') await (await import('./unzip.ts')).unzip(archive, tree);
    else if (format === 'other' || !(await untar(archive, format, tree))) return copyIn(archive, into);
    tree.finish();
  } finally {
    tree.discard();
  }
}

function copyIn(file: string, into: string): void {
  const to = join(into, basename(file));
  if (lstatSync(to, { throwIfNoEntry: false }))
    throw new Failure('unpack-unsafe', `${basename(file)}: is already in ${into}`);
  copyFileSync(file, to);
}

/** False when what was compressed is no tar archive. */
async function untar(archive: string, format: Format, tree: UnpackTree): Promise<boolean> {
  const chunks = await tarBytes(archive, format);
  if (chunks === undefined) return false;
  await (await import('./tar-members.ts')).eachMember(archive, chunks, (member) =>
    put(member, tree, basename(archive)),
  );
  return true;
}

function put(member: Member, tree: UnpackTree, archive: string): Taking {
  const { name, mode, mtime, linkname } = member;
  // null is what the library says of a kind that it does not know.
  const type: string | null = member.type;
  if (type === 'directory') tree.directory(name);
  else if (type === 'symlink') tree.symlink(name, linkname);
  else if (type === 'link') tree.hardLink(name, linkname);
  else if (type === 'file' || type === 'contiguous-file') {
    return tree.file(name, { executable: (mode & 0o111) !== 0, mtime });
  } else {
    const kind = type ?? 'of a kind that only some tar programs know';
    throw new Failure('unpack-unsafe', `${archive}: member "${name}" is neither file, directory nor link (${kind})`);
  }
  return 'skip';
}

/** The uncompressed bytes, if they start as a tar archive does. */
async function tarBytes(archive: string, format: Format): Promise<AsyncIterable<Buffer> | undefined> {
  const chunks = decompress(archive, format);
  let start: Buffer = Buffer.alloc(0);
  while (start.length < 512) {
    const { value, done } = await chunks.next();
    if (done) break;
    start = start.length === 0 ? value : Buffer.concat([start, value]);
  }
  if (isTarHeader(start)) return following(start, chunks);
  await chunks.return(undefined);
  return undefined;
}

async function* following(start: Buffer, chunks: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield start;
    yield* chunks;
  } finally {
    await chunks.return(undefined);
  }
}

async function extractMember(archive: string, path: string, to: string): Promise<void> {
  const chunks = await tarBytes(archive, formatOf(archive));
  const seen: string[] = [];
  let found = false;
  if (chunks !== undefined) {
    await (await import('./tar-members.ts')).eachMember(archive, chunks, ({ name, type }) => {
      if (found) return 'stop';
      seen.push(name);
      if (type !== 'file' || clean(name) !== clean(path)) return 'skip';
      found = true;
      return newFile(to);
    });
  }
  if (found) return;
  throw new Failure('unpack-failed', `${basename(archive)}: holds no file ${path}`, {
    detail: chunks === undefined ? 'it is no tar archive' : `it holds\n${seen.slice(0, 20).join('\n')}`,
    hint: 'check "inside" of this alternative in the recipe',
  });
}

const clean = (name: string): string =>
  name
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/');

function newFile(path: string): MemberSink {
  const file = openSync(path, 'wx');
  return {
    write(bytes) {
      for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
    },
    end: () => closeSync(file),
  };
}
