import { createHash } from 'node:crypto';
import { createReadStream, lstatSync, readFileSync, readlinkSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type Header, type Pack, pack as tarPack } from 'tar-stream';
import type { Digest } from './digest.ts';
import { walkTree } from './files.ts';

/** 1980-01-01T00:00:00Z, in seconds: the time of every file without one of its own, early enough for zip and late enough for make. */
export const epochSeconds = 315_532_800;

/** One member of an archive or image, with everything that ends up in it. */
export interface ArchiveEntry {
  /** Relative, without a leading or trailing slash; the root directory is the empty path. */
  readonly path: string;
  readonly kind: 'directory' | 'file' | 'symlink' | 'character-device' | 'block-device';
  /** Permission bits, with setuid, setgid and sticky. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Content of a file: where it lies, or the text itself; empty without it. */
  readonly content?: { readonly file: string } | { readonly text: string };
  /** Target of a symlink. */
  readonly target?: string;
  readonly device?: { readonly major: number; readonly minor: number };
}

const largeFile = 8 * 1024 * 1024;

/**
 * Writes entries as a tar archive: the same entries give the same bytes anywhere. `time`, in seconds since 1970, is that of all.
 * Returns digest and size in bytes of the archive, which is on disk when the promise resolves.
 */
export async function writeTar(
  entries: Iterable<ArchiveEntry>,
  path: string,
  { time = epochSeconds } = {},
): Promise<{ digest: Digest; size: number }> {
  const sum = createHash('sha256');
  let size = 0;
  const output = await open(path, 'w');
  try {
    const archive = tarPack();
    const filled = fill(archive, entries, time).catch((error: Error) => archive.destroy(error));
    for await (const chunk of archive as AsyncIterable<Buffer>) {
      sum.update(chunk);
      size += chunk.length;
      await output.writeFile(chunk);
    }
    await filled;
    await output.datasync();
  } finally {
    await output.close();
  }
  return { digest: sum.digest('hex') as Digest, size };
}

async function fill(archive: Pack, entries: Iterable<ArchiveEntry>, time: number): Promise<void> {
  for (const entry of entries) {
    const header = { ...headerOf(entry), mtime: new Date(time * 1000) };
    const { content } = entry;
    if (content !== undefined && 'file' in content && (header.size ?? 0) > largeFile) {
      await pipeline(createReadStream(content.file), archive.entry(header));
    } else {
      const bytes = entry.kind === 'file' ? bytesOf(content) : undefined;
      await new Promise<void>((resolve, reject) => {
        const done = (error?: Error | null) => (error ? reject(error) : resolve());
        if (bytes === undefined) archive.entry(header, done);
        else archive.entry(header, bytes, done);
      });
    }
  }
  archive.finalize();
}

function bytesOf(content: ArchiveEntry['content']): string | Buffer {
  if (content === undefined) return '';
  return 'text' in content ? content.text : readFileSync(content.file);
}

function headerOf({
  path,
  kind,
  mode,
  uid,
  gid,
  content,
  target,
  device,
}: ArchiveEntry): Partial<Header> & { name: string } {
  const common = {
    name: path === '' ? '.' : path,
    mode,
    uid,
    gid,
    uname: '',
    gname: '',
  };
  if (kind === 'symlink') return { ...common, type: 'symlink', linkname: target ?? '' };
  if (kind === 'directory') return { ...common, type: 'directory' };
  if (kind === 'file') return { ...common, type: 'file', size: contentSize(content) };
  return {
    ...common,
    type: kind,
    devmajor: device?.major ?? 0,
    devminor: device?.minor ?? 0,
  };
}

function contentSize(content: ArchiveEntry['content']): number {
  if (content === undefined) return 0;
  return 'text' in content ? Buffer.byteLength(content.text) : lstatSync(content.file).size;
}

/** The entries of a directory tree, sorted, owned by root, with modes reduced to 0755 and 0644. */
export function* treeEntries(root: string): Generator<ArchiveEntry> {
  for (const { path, kind } of walkTree(root)) {
    const full = join(root, path);
    const owner = { uid: 0, gid: 0 };
    if (kind === 'directory') yield { path, kind, mode: 0o755, ...owner };
    else if (kind === 'symlink') yield { path, kind, mode: 0o777, ...owner, target: readlinkSync(full) };
    else if (kind === 'file')
      yield {
        path,
        kind,
        mode: lstatSync(full).mode & 0o111 ? 0o755 : 0o644,
        ...owner,
        content: { file: full },
      };
    else throw new TypeError(`${full} is neither file, directory nor symbolic link`);
  }
}
