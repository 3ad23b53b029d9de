import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Header, pack } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { unpackDistfile } from '../../src/build/unpack.ts';

let dir: string;
let into: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'unpack-'));
  into = join(dir, 'source');
});
afterEach(() => rmSync(dir, { recursive: true }));

/** An archive of hand-made members, as an attacker would write it. */
async function hostile(...members: readonly (Partial<Header> & { name: string; body?: string })[]): Promise<string> {
  const archive = pack();
  for (const { body = '', ...header } of members) archive.entry(header, body);
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive as AsyncIterable<Buffer>) chunks.push(chunk);
  writeFileSync(join(dir, 'evil.tar'), Buffer.concat(chunks));
  return join(dir, 'evil.tar');
}

describe('an archive that means harm', () => {
  const file = { type: 'file', body: 'evil' } as const;
  const cases: Record<string, readonly (Partial<Header> & { name: string; body?: string })[]> = {
    'a name that climbs': [{ ...file, name: '../evil' }],
    'a name that climbs from below': [{ ...file, name: 'a/../../evil' }],
    'an absolute name': [{ ...file, name: '/tmp/evil' }],
    'a link to the outside': [{ name: 'l', type: 'symlink', linkname: '..' }],
    'an absolute link': [{ name: 'l', type: 'symlink', linkname: '/etc' }],
    'a file below a link to the outside': [
      { name: 'l', type: 'symlink', linkname: '..' },
      { ...file, name: 'l/evil' },
    ],
    'a file below a link to the inside': [
      { name: 'd', type: 'directory' },
      { name: 'l', type: 'symlink', linkname: 'd' },
      { ...file, name: 'l/evil' },
    ],
    'a link in the place of a directory': [
      { ...file, name: 'd/f' },
      { name: 'd', type: 'symlink', linkname: '.' },
    ],
    'a link that leaves through another': [
      { name: 'd/root', type: 'symlink', linkname: '..' },
      { name: 'd/l', type: 'symlink', linkname: 'root/../x' },
    ],
    'a link that leaves once the top directory is left out': [
      { ...file, name: 'top/f' },
      { name: 'top/l', type: 'symlink', linkname: '../x' },
    ],
    'a hard link to the outside': [{ name: 'l', type: 'link', linkname: '../outside' }],
    'a hard link to an absolute path': [{ name: 'l', type: 'link', linkname: '/etc/passwd' }],
    'a hard link to nothing of the archive': [{ name: 'l', type: 'link', linkname: 'not-there' }],
    'a device': [{ name: 'null', type: 'character-device', devmajor: 1, devminor: 3 }],
    'a pipe': [{ name: 'pipe', type: 'fifo' }],
    'a file where a directory was': [
      { name: 'd', type: 'directory' },
      { ...file, name: 'd' },
    ],
    'a file below a file': [
      { ...file, name: 'f' },
      { ...file, name: 'f/evil' },
    ],
  };

  test.each(Object.entries(cases))('with %s is refused and leaves nothing', async (_what, members) => {
    writeFileSync(join(dir, 'outside'), 'untouched');
    const archive = await hostile(...members);
    await expect(unpackDistfile(archive, into)).rejects.toMatchObject({ code: 'unpack-unsafe' });
    expect(readdirSync(into)).toEqual([]);
    expect(readdirSync(dir).sort()).toEqual(['evil.tar', 'outside', 'source']);
    expect(readFileSync(join(dir, 'outside'), 'utf8')).toBe('untouched');
  });

  test('with a file in the place of a link does not write through the link', async () => {
    writeFileSync(join(dir, 'outside'), 'untouched');
    const members = [
      { name: 'l', type: 'symlink', linkname: '../outside' },
      { ...file, name: 'l' },
    ] as const;
    await unpackDistfile(await hostile(...members), into);
    expect(lstatSync(join(into, 'l')).isFile()).toBe(true);
    expect(readFileSync(join(dir, 'outside'), 'utf8')).toBe('untouched');
  });
});

describe('an archive that is merely odd', () => {
  test('may have very long names', async () => {
    const name = `a/${'long-'.repeat(40)}`;
    await unpackDistfile(await hostile({ name, body: 'x' }), into);
    expect(readdirSync(into)).toEqual([name.slice(2)]);
  });

  test('may have a member twice, and the last one counts', async () => {
    await unpackDistfile(await hostile({ name: 'a/f', body: '1' }, { name: 'a/f', body: '22' }), into);
    expect(readFileSync(join(into, 'f'), 'utf8')).toBe('22');
  });
});

test.each<[string, Partial<Header> & { body?: string }]>([
  ['file', { body: 'text' }],
  ['directory', { type: 'directory' }],
  ['link', { type: 'symlink', linkname: 'b' }],
])('a member with a name that mk might use while it unpacks may be a %s', async (_kind, more) => {
  for (const name of [`.unpacking-${process.pid}`, '.unpacking', '.inner-', '.part', 'patches']) {
    const target = join(into, name.replace('.', ''));
    await unpackDistfile(await hostile({ name, ...more }, { name: 'b', body: 'b' }), target);
    expect(readdirSync(target).sort()).toEqual([name, 'b'].sort());
  }
});
