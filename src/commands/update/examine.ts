import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { digestOfFile } from '../../base/digest.ts';
import { Failure } from '../../base/failure.ts';
import { removeTree, walkTree } from '../../base/files.ts';
import { unpackDistfile } from '../../build/unpack.ts';
import type { File } from './current.ts';

/** What of a source tree tells whether another one is of the same project. */
export interface SourceFacts {
  /** Paths of files and links. */
  readonly files: ReadonlySet<string>;
  /** Digests of licence files by path. */
  readonly licences: ReadonlyMap<string, string>;
}

/** Unpacks a distfile and looks at it. Fails as unpacking does, and for an archive without files. */
export async function examine({ path: archive, ...how }: File): Promise<SourceFacts> {
  const scratch = mkdtempSync(join(tmpdir(), 'mk-source-'));
  try {
    const source = join(scratch, 'source');
    await unpackDistfile(archive, source, how);
    const entries = [...walkTree(source)].filter(({ kind }) => kind !== 'directory');
    if (entries.length === 0) throw new Failure('unpack-failed', `${basename(archive)}: there are no files in it`);
    const licences = entries.filter(({ kind, path }) => kind === 'file' && isLicence(path));
    return {
      files: new Set(entries.map(({ path }) => path)),
      licences: new Map(licences.map(({ path }) => [path, digestOfFile(join(source, path))])),
    };
  } finally {
    removeTree(scratch);
  }
}

/** The share of files that releases have in common; the next one of the same project mostly has nearly all. */
const leastCommon = 0.2;

/** Why a tree is hardly the next release of the project that the other is of; undefined when it may be. */
export function strangeness(before: SourceFacts, after: SourceFacts): string | undefined {
  const common = [...before.files].filter((path) => after.files.has(path)).length;
  if (common > 0 && common >= before.files.size * leastCommon) return undefined;
  return `has ${common} of the ${before.files.size} files of the old version among its ${after.files.size}`;
}

/** How the licence files differ, one line each; empty when they are the same. */
export function licenceChanges({ licences: old }: SourceFacts, { licences: fresh }: SourceFacts): string[] {
  return [...new Set([...old.keys(), ...fresh.keys()])].sort().flatMap((path) => {
    const [from, to] = [old.get(path), fresh.get(path)];
    if (from === to) return [];
    return [`licence file ${from === undefined ? 'added' : to === undefined ? 'removed' : 'changed'}: ${path}`];
  });
}

const isLicence = (path: string): boolean =>
  path.split('/').length <= 2 && /(?:^|\/)(?:licen[cs]e|copying|copyright|notice)[^/]*$/i.test(path);
