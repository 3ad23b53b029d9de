import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digestOfFile } from '../../base/digest.ts';
import { removeTree, walkTree } from '../../base/files.ts';
import { unpackDistfile } from '../../build/unpack.ts';

/** How the licence files of two source archives differ, one line each; empty when they are the same. */
export async function licenceChanges(before: string, after: string): Promise<string[]> {
  const [old, fresh] = [await licencesIn(before), await licencesIn(after)];
  return [...new Set([...old.keys(), ...fresh.keys()])].sort().flatMap((path) => {
    const [from, to] = [old.get(path), fresh.get(path)];
    if (from === to) return [];
    return [`licence file ${from === undefined ? 'added' : to === undefined ? 'removed' : 'changed'}: ${path}`];
  });
}

async function licencesIn(archive: string): Promise<ReadonlyMap<string, string>> {
  const scratch = mkdtempSync(join(tmpdir(), 'mk-licences-'));
  try {
    const source = join(scratch, 'source');
    await unpackDistfile(archive, source);
    const files = [...walkTree(source)].filter(({ kind, path }) => kind === 'file' && isLicence(path));
    return new Map(files.map(({ path }) => [path, digestOfFile(join(source, path))]));
  } finally {
    removeTree(scratch);
  }
}

const isLicence = (path: string): boolean =>
  path.split('/').length <= 2 && /(?:^|\/)(?:licen[cs]e|copying|copyright|notice)[^/]*$/i.test(path);
