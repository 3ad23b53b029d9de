import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { finished, start, stop } from '../base/command.ts';
import type { Failure } from '../base/failure.ts';
import { removeTree, temporaryName } from '../base/files.ts';
import { failureOf, redacted } from '../base/http-trouble.ts';
import type { GitPlace } from './git-command.ts';
import { fetchCommit, type GitCommit, type GitPatience, submoduleAddress } from './git-fetch.ts';
import { readTree, type TreeFile } from './git-tree.ts';
import { discardPartial } from './partial.ts';
import type { Received } from './receive.ts';
import { type SourceArchive, writeSourceArchive } from './source-archive.ts';

/** The files of a commit as a recipe describes them. */
export interface GitSource extends GitCommit {
  /** With the files of its submodules, and of theirs. */
  readonly submodules: boolean;
}

export interface GitTelling {
  readonly tell: (detail: string) => void;
  readonly warn: (message: string, detail?: string) => void;
  /** Bytes of the archive. */
  readonly limit: number;
}

/** No tree of people has submodules within submodules like that. */
const deepest = 16;

/**
 * Packs the files of a commit into the archive `to`: the bytes that are in the repository, changed by no filter and no
 * setting, and so the same with every git and from every clone. Nothing of what lies beside `to` stays.
 * Fails with download-failed, and with digest-mismatch when the tag is another commit now.
 */
export async function fetchGit(
  source: GitSource,
  to: string,
  patience: GitPatience,
  telling: GitTelling,
): Promise<Received> {
  discardPartial(to);
  const scratch = temporaryName(to);
  const archive = await writeSourceArchive(to);
  const pointers: string[] = [];
  const packing = { archive, pointers, patience, ...telling, written: 0 };
  try {
    await pack(source, { below: '', depth: 0, scratch: join(scratch, '0') }, packing);
    const { sha256, size } = await archive.end();
    if (pointers.length > 0) {
      const detail = `${pointers.slice(0, 5).join('\n')}${pointers.length > 5 ? `\nand ${pointers.length - 5} more` : ''}`;
      telling.warn(
        `${redacted(source.url)}: files that git keeps elsewhere (LFS) are only named there, and not fetched`,
        detail,
      );
    }
    return { sha256, size, contentType: undefined };
  } finally {
    await archive.close();
    removeTree(scratch);
  }
}

interface Packing extends GitTelling {
  readonly archive: SourceArchive;
  /** Files that stand for others which lie elsewhere. */
  readonly pointers: string[];
  readonly patience: GitPatience;
  written: number;
}

interface Spot {
  /** What is in front of all names; ends in a slash unless it is empty. */
  readonly below: string;
  readonly depth: number;
  readonly scratch: string;
}

async function pack(source: GitSource, { below, depth, scratch }: Spot, packing: Packing): Promise<void> {
  const { url, commit } = source;
  if (depth > deepest) throw failureOf(url, { what: `is a submodule ${depth} repositories deep`, final: true });
  mkdirSync(scratch, { recursive: true });
  if (below !== '') packing.tell(`submodule ${shown(below)} from ${redacted(url)}`);
  const place = await fetchCommit(source, scratch, packing.patience);
  const { files, submodules } = await readTree(source, place);
  await packFiles(url, files, below, place, packing);
  // They need no room any more.
  removeTree(place.dir);
  for (const [at, submodule] of submodules.entries()) {
    const path = `${below}${submodule.path}`;
    await packing.archive.directory(path);
    if (!source.submodules) continue;
    if (submodule.url === undefined) {
      packing.warn(
        `${redacted(url)}: commit ${commit} does not say where its submodule ${shown(path)} is; it stays empty`,
      );
      continue;
    }
    const address = submoduleAddress(url, submodule.url, shown(path));
    const spot = { below: `${path}/`, depth: depth + 1, scratch: join(scratch, String(at)) };
    await pack({ url: address, commit: submodule.commit, submodules: true }, spot, packing);
  }
}

const shown = (path: string): string => Buffer.from(path, 'latin1').toString('utf8');

/** Adds files in this order, with one git that gives the bytes of all. */
async function packFiles(
  url: string,
  files: readonly TreeFile[],
  below: string,
  { dir, environment }: GitPlace,
  packing: Packing,
): Promise<void> {
  if (files.length === 0) return;
  const child = start(['git', '-C', dir, 'cat-file', '--batch'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: environment,
  });
  const exit = finished(child);
  exit.catch(() => {});
  child.stdin?.on('error', () => {});
  child.stdin?.end(files.map(({ object }) => `${object}\n`).join(''));
  const { stdout } = child;
  if (stdout === null) throw new TypeError('git has no output');
  try {
    await addAll(url, files, below, stdout as AsyncIterable<Buffer>, packing);
    await exit;
  } finally {
    stop(child, 'SIGKILL');
    stdout.destroy();
  }
}

async function addAll(
  url: string,
  files: readonly TreeFile[],
  below: string,
  output: AsyncIterable<Buffer>,
  packing: Packing,
): Promise<void> {
  const { archive, pointers } = packing;
  const bytes = reader(output, () => failureOf(url, { what: 'git ends before it has given all files' }));
  for (const { path, object, kind } of files) {
    const [, size] = /^[\da-f]+ blob (\d+)$/.exec(await bytes.line()) ?? [];
    if (size === undefined) throw failureOf(url, { what: `has no object ${object}`, final: true });
    const length = Number(size);
    packing.written += length;
    if (packing.written > packing.limit || length >= 8 ** 11)
      throw failureOf(url, { what: `is larger than ${packing.limit} bytes`, final: true });
    const name = `${below}${path}`;
    if (kind === 'symlink') {
      if (length > 4096)
        throw failureOf(url, { what: `has a link that no system can have: ${shown(name)}`, final: true });
      let target = '';
      for await (const part of bytes.next(length)) target += part.toString('latin1');
      await archive.symlink(name, target);
    } else {
      await archive.file(name, length, kind === 'executable');
      let isFirst = true;
      for await (const part of bytes.next(length)) {
        if (isFirst && length < 1024 && part.toString('latin1').startsWith(lfs)) pointers.push(shown(name));
        isFirst = false;
        await archive.content(part);
      }
    }
    // Each object ends with a newline of its own.
    await bytes.line();
  }
}

const lfs = 'version https://git-lfs.github.com/spec/v1';

/** Reads lines and counted bytes out of one stream in turns; throws what `tooShort` makes when it ends before. */
function reader(output: AsyncIterable<Buffer>, tooShort: () => Failure) {
  const chunks = output[Symbol.asyncIterator]();
  let rest: Buffer = Buffer.alloc(0);
  const more = async (): Promise<void> => {
    const { value, done } = await chunks.next();
    if (done === true) throw tooShort();
    rest = rest.length === 0 ? value : Buffer.concat([rest, value]);
  };
  return {
    async line(): Promise<string> {
      while (!rest.includes(0x0a)) await more();
      const end = rest.indexOf(0x0a);
      const line = rest.toString('latin1', 0, end);
      rest = rest.subarray(end + 1);
      return line;
    },
    async *next(count: number): AsyncGenerator<Buffer> {
      for (let left = count; left > 0; ) {
        if (rest.length === 0) await more();
        const part = rest.subarray(0, left);
        rest = rest.subarray(part.length);
        left -= part.length;
        yield part;
      }
    },
  };
}
