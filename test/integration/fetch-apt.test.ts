import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findProgram } from '../../src/base/command.ts';
import { type Digest, digestOf } from '../../src/base/digest.ts';
import { fetchFromApt } from '../../src/fetch/apt.ts';

let dir: string;
const before = process.env['APT_CONFIG'];

/** A machine whose apt knows one archive, in a directory: it names only binary packages, as machines do. */
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'apt-'));
  for (const name of ['archive/pool', 'etc']) mkdirSync(join(dir, name), { recursive: true });
  writeFileSync(join(dir, 'etc/sources.list'), `deb [trusted=yes] file:${dir}/archive ./\n`);
  writeFileSync(
    join(dir, 'apt.conf'),
    `Dir::Etc::sourcelist "${dir}/etc/sources.list";\nDir::Etc::sourceparts "${dir}/etc/none";\n`,
  );
  process.env['APT_CONFIG'] = join(dir, 'apt.conf');
});
afterEach(() => {
  if (before === undefined) delete process.env['APT_CONFIG'];
  else process.env['APT_CONFIG'] = before;
  rmSync(dir, { recursive: true });
});

/** Lists the files in the archive's index; a file without content is listed and not there. */
function publish(files: Readonly<Record<string, { readonly sha256: Digest; readonly content?: string }>>): void {
  const lines: string[] = [];
  for (const [name, { sha256, content }] of Object.entries(files)) {
    lines.push(` ${sha256} ${content?.length ?? 5} ${name}`);
    if (content !== undefined) writeFileSync(join(dir, 'archive/pool', name), content);
  }
  const sources = `Package: a\nVersion: 1\nDirectory: pool\nChecksums-Sha256:\n${lines.join('\n')}\n\n`;
  writeFileSync(join(dir, 'archive/Sources'), sources);
  const sum = ` ${digestOf(sources)} ${sources.length} Sources`;
  writeFileSync(join(dir, 'archive/Release'), `Date: Thu, 01 Jan 2026 00:00:00 UTC\nSHA256:\n${sum}\n`);
}

const get = (sha256: Digest) => fetchFromApt(sha256, join(dir, 'got'), join(dir, 'state'), () => {});

test.skipIf(findProgram('apt-get') === undefined)('a file is found by its digest, wherever it is listed', async () => {
  const sha256 = digestOf('content');
  publish({ 'a_1.orig.tar.gz': { sha256 }, 'b_1.orig.tar.gz': { sha256, content: 'content' } });
  expect(await get(sha256)).toMatchObject({ sha256, size: 7 });
  expect(readFileSync(join(dir, 'got'), 'utf8')).toBe('content');
});

test.skipIf(findProgram('apt-get') === undefined)('a digest that the archive does not have is told', async () => {
  publish({ 'a_1.orig.tar.gz': { sha256: digestOf('content'), content: 'content' } });
  await expect(get(digestOf('other'))).rejects.toThrow('the archive has no file with this digest');
});

test.skipIf(findProgram('apt-get') === undefined)('a file of the archive with wrong content is refused', async () => {
  publish({ 'a_1.orig.tar.gz': { sha256: digestOf('content'), content: 'altered' } });
  await expect(get(digestOf('content'))).rejects.toMatchObject({ code: 'download-failed' });
});
