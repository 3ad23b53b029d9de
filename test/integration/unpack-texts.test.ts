import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Failure } from '../../src/base/failure.ts';
import { unpackDistfile } from '../../src/build/unpack.ts';
import { endMark, pax, rawMember } from '../support/tar-cases.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'unpack-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** What is said of an archive of these bytes. */
async function said(bytes: Buffer): Promise<Failure> {
  writeFileSync(join(dir, 'a.tar'), bytes);
  return unpackDistfile(join(dir, 'a.tar'), join(dir, 'into')).then(
    () => Promise.reject(new Error('it was unpacked')),
    (failure: Failure) => failure,
  );
}

const file = (name: string) => rawMember({ name, body: 'x' });
const archive = (...members: readonly Buffer[]) => Buffer.concat([...members, endMark]);

test('an archive whose first header is damaged, and one without members, are told as such', async () => {
  const damaged = archive(file('top/a'));
  damaged[5] = 0x7a;
  for (const bytes of [damaged, gzipSync(damaged)])
    expect((await said(bytes)).message).toBe('a.tar: the archive is damaged: its first header has a wrong sum');
  for (const bytes of [archive(), gzipSync(archive())])
    expect((await said(bytes)).message).toBe('a.tar: the archive has no members');
});

test.each<[string, Buffer, string]>([
  ['a zero byte in a name', pax({ path: 'a\0b' }), 'an extended header has a name with a zero byte in it'],
  [
    'an absurd time',
    pax({ mtime: '9'.repeat(30) }),
    `an extended header has a time that is no number, or too large: ${'9'.repeat(30)}`,
  ],
  [
    'a comment without end',
    pax({ comment: 'x'.repeat(2_000_000) }),
    'a name or an extended header has 2000017 bytes: it is too long',
  ],
])('%s is told with its place', async (_what, header, message) => {
  const failure = await said(archive(file('top/first'), header, file('top/second')));
  expect(failure).toMatchObject({ code: 'unpack-failed', message: `a.tar: the archive is damaged: ${message}` });
  expect(failure.detail).toMatch(/^in what begins at byte (1024|2048|\d{7}) of .*; the latest member is "top\/first"$/);
});

test('a name with ".." that stays inside is refused for what it is', async () => {
  expect((await said(archive(file('./p/../p/b')))).message).toBe('a.tar: member "./p/../p/b" has ".." in its name');
  expect((await said(archive(file('p/../../b')))).message).toBe('a.tar: member "p/../../b" leads out of the archive');
});
