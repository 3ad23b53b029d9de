import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import type { ArchiveEntry } from '../base/tar.ts';

const byRoot = { uid: 0, gid: 0 } as const;

/** A file of root with this text. */
export const textFile = (path: string, text: string, mode = 0o644): ArchiveEntry => ({
  path,
  kind: 'file',
  mode,
  ...byRoot,
  content: { text },
});

/** A file of root with the content of another one. */
export const sourceFile = (path: string, file: string, mode = 0o644): ArchiveEntry => ({
  path,
  kind: 'file',
  mode,
  ...byRoot,
  content: { file },
});

/** A directory of root. */
export const directory = (path: string, mode = 0o755): ArchiveEntry => ({ path, kind: 'directory', mode, ...byRoot });

/** A character device of root. */
export const characterDevice = (path: string, major: number, minor: number, mode = 0o600): ArchiveEntry => ({
  path,
  kind: 'character-device',
  mode,
  ...byRoot,
  device: { major, minor },
});

/** A path as recipes may spell it, relative to the root. */
export const relativePath = (path: string): string => path.replace(/^\/+|\/+$/g, '');

/** Content of a file; empty for anything else. */
export function bytesOf({ content }: ArchiveEntry): Buffer {
  if (content === undefined) return Buffer.alloc(0);
  return 'text' in content ? Buffer.from(content.text) : readFileSync(content.file);
}

/** The entries by path, with every directory above them and the root itself, parents before their content. */
export function complete(entries: Iterable<ArchiveEntry>): ArchiveEntry[] {
  const all = new Map([['', directory('')]]);
  for (const entry of entries) all.set(entry.path, entry);
  for (const path of [...all.keys()]) {
    for (let above = parent(path); above !== ''; above = parent(above)) {
      if (!all.has(above)) all.set(above, directory(above));
    }
  }
  return [...all.values()].sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
}

/** The entry a path leads to, through symlinks, as a system with this root would find it. */
export function resolvePath(
  entries: ReadonlyMap<string, ArchiveEntry>,
  path: string,
  links = 40,
): ArchiveEntry | undefined {
  let at = '';
  const names = relativePath(posix.normalize(`/${path}`)).split('/');
  for (const [index, name] of names.entries()) {
    at = at === '' ? name : `${at}/${name}`;
    const entry = entries.get(at);
    if (entry?.kind !== 'symlink') continue;
    if (links === 0) return undefined;
    const target = posix.resolve(`/${parent(at)}`, entry.target ?? '');
    return resolvePath(entries, [target, ...names.slice(index + 1)].join('/'), links - 1);
  }
  return entries.get(at);
}

const parent = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));
