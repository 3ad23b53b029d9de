import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { describeExit, finished, start, succeeded } from '../base/command.ts';
import { type Digest, isDigest } from '../base/digest.ts';
import { Failure } from '../base/failure.ts';
import { isErrno, writeAtomic } from '../base/files.ts';

/** A downloaded list of source packages and the archive that it describes. */
export interface SourceList {
  readonly file: string;
  /** Base of the addresses in it, with a final slash. */
  readonly uri: string;
}

/** One file of a source archive. */
export interface ArchiveFile {
  readonly uri: string;
  readonly size: number;
}

/**
 * Writes the index of all source files in the lists, by digest: one pass over some 50 MB of text, so that looking
 * up a digest later reads a few MB once. `read` is the command that prints a list, whatever its compression.
 */
export async function writeIndex(
  path: string,
  lists: readonly SourceList[],
  read: (file: string) => readonly [string, ...string[]],
): Promise<void> {
  const lines = [stampOf(lists)];
  for (const { file, uri } of lists) {
    const child = start(read(file), { stdio: ['ignore', 'pipe', 'ignore'] });
    const exit = finished(child);
    child.stdout?.setEncoding('utf8');
    const closed = child.stdout === null ? undefined : once(child.stdout, 'close');
    let rest = '';
    for await (const text of (child.stdout ?? []) as AsyncIterable<string>) {
      const paragraphs = (rest + text).split('\n\n');
      rest = paragraphs.pop() ?? '';
      for (const paragraph of paragraphs) lines.push(...indexLines(paragraph, uri));
    }
    lines.push(...indexLines(rest, uri));
    await closed;
    if (!succeeded(await exit)) throw new Failure('download-failed', `${file}: reading it ${describeExit(await exit)}`);
  }
  writeAtomic(path, `${lines.join('\n')}\n`);
}

/** The files with this digest, in the order of the lists; undefined when there is no index of just these lists. */
export function lookUp(path: string, lists: readonly SourceList[], sha256: Digest): ArchiveFile[] | undefined {
  const index = readBytes(path);
  if (index === undefined || index.toString('utf8', 0, index.indexOf('\n')) !== stampOf(lists)) return undefined;
  const found = new Map<string, ArchiveFile>();
  const mark = `\n${sha256} `;
  for (let at = index.indexOf(mark); at >= 0; at = index.indexOf(mark, at + 1)) {
    const [, size, uri] = index.toString('utf8', at + 1, index.indexOf('\n', at + 1)).split(' ');
    if (uri !== undefined) found.set(uri, { uri, size: Number(size) });
  }
  return [...found.values()];
}

/** An upstream file of a source package. */
export interface SourceFile extends ArchiveFile {
  readonly file: string;
  /** As the file's name has it: without epoch and revision. */
  readonly version: string;
  readonly sha256: Digest;
}

/** The upstream files of a source package, by name, in the order of the lists; undefined as for `lookUp`. */
export function sourceFiles(path: string, lists: readonly SourceList[], source: string): SourceFile[] | undefined {
  const index = readBytes(path);
  if (index === undefined || index.toString('utf8', 0, index.indexOf('\n')) !== stampOf(lists)) return undefined;
  const found = new Map<string, SourceFile>();
  const mark = `/${source}_`;
  for (let at = index.indexOf(mark); at >= 0; at = index.indexOf(mark, at + 1)) {
    const start = index.lastIndexOf('\n', at) + 1;
    const [sha256 = '', size, uri = ''] = index.toString('utf8', start, index.indexOf('\n', at)).split(' ');
    const file = uri.slice(uri.lastIndexOf('/') + 1);
    // Without `.orig` it is the file of a package that has no other upstream than the distribution.
    const version = /^[^_]+_(.+?)(?:\.orig)?\.tar\.\w+$/.exec(file)?.[1];
    const isPacking = /\.debian\.tar\.\w+$|\.orig-[\w-]+\.tar\.\w+$/.test(file);
    if (version === undefined || isPacking || !file.startsWith(mark.slice(1)) || !isDigest(sha256)) continue;
    found.set(uri, { uri, size: Number(size), file, version, sha256 });
  }
  return [...found.values()];
}

/** Index lines for one source package: "<sha256> <size> <address>". Signatures and descriptions are left out. */
export function indexLines(paragraph: string, uri: string): string[] {
  const directory = /^Directory:[ \t]*(\S+)$/m.exec(paragraph)?.[1];
  const sums = /^Checksums-Sha256:[^\n]*((?:\n [^\n]*)*)/m.exec(paragraph)?.[1];
  if (directory === undefined || sums === undefined) return [];
  const lines: string[] = [];
  for (const line of sums.split('\n')) {
    const [sha256 = '', size, name] = line.trim().split(/\s+/);
    if (!isDigest(sha256) || name === undefined || /\.(?:dsc|asc)$/.test(name)) continue;
    lines.push(`${sha256} ${size} ${uri}${directory === '.' ? '' : `${directory}/`}${name}`);
  }
  return lines;
}

const stampOf = (lists: readonly SourceList[]): string =>
  JSON.stringify(lists.map(({ file, uri }) => [file, uri, statSync(file).mtimeMs, statSync(file).size]));

function readBytes(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}
