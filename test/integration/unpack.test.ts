import { execFileSync } from 'node:child_process';
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { unpackDistfile } from '../../src/build/unpack.ts';

let dir: string;
let into: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'unpack-'));
  into = join(dir, 'source');
});
afterEach(() => rmSync(dir, { recursive: true }));

const run = (program: string, ...args: readonly string[]) => execFileSync(program, args, { cwd: dir, stdio: 'pipe' });
const time = new Date('2020-02-03T04:05:06Z');

/** A small source tree as upstream has it. */
function upstream(name = 'a-1.0'): string {
  const top = join(dir, name);
  mkdirSync(join(top, 'sub', 'empty'), { recursive: true });
  writeFileSync(join(top, 'README'), 'hello', { mode: 0o664 });
  writeFileSync(join(top, 'configure'), '#!/bin/sh\n', { mode: 0o775 });
  writeFileSync(join(top, 'sub', 'large'), Buffer.alloc(300_000, 'x'));
  symlinkSync('../README', join(top, 'sub', 'link'));
  linkSync(join(top, 'README'), join(top, 'sub', 'same'));
  utimesSync(join(top, 'README'), time, time);
  return name;
}

describe('a tar archive', () => {
  test.each([
    ['a.tar', '--no-auto-compress'],
    ['a.tar.gz', '--gzip'],
    ['a.tar.bz2', '--bzip2'],
    ['a.tar.xz', '--xz'],
    ['a.tar.zst', '--zstd'],
    ['a.with-another-name', '--xz'],
    ['v7.tar', '--format=v7'],
  ])('%s is unpacked without its top directory', async (name, option) => {
    run('tar', '-c', option, '-f', name, upstream());
    await unpackDistfile(join(dir, name), into);
    expect(readdirSync(into, { recursive: true }).sort()).toEqual([
      'README',
      'configure',
      'sub',
      'sub/empty',
      'sub/large',
      'sub/link',
      'sub/same',
    ]);
    expect(readFileSync(join(into, 'sub/large'))).toEqual(Buffer.alloc(300_000, 'x'));
    expect(readlinkSync(join(into, 'sub/link'))).toBe('../README');
    expect(readFileSync(join(into, 'sub/same'), 'utf8')).toBe('hello');
  });

  test('modes are 0755 and 0644, and files keep their times', async () => {
    run('tar', '-cf', 'a.tar', upstream());
    await unpackDistfile(join(dir, 'a.tar'), into);
    expect(statSync(join(into, 'README')).mode & 0o7777).toBe(0o644);
    expect(statSync(join(into, 'configure')).mode & 0o7777).toBe(0o755);
    expect(statSync(join(into, 'README')).mtime).toEqual(time);
  });

  test('without a single top directory is unpacked as it is', async () => {
    run('tar', '-cf', 'a.tar', upstream('a'), upstream('b'));
    await unpackDistfile(join(dir, 'a.tar'), into);
    expect(readdirSync(into).sort()).toEqual(['a', 'b']);
  });

  test('of the current directory loses its leading dots', async () => {
    run('tar', '-cf', 'a.tar', '-C', upstream(), '.');
    await unpackDistfile(join(dir, 'a.tar'), into);
    expect(readdirSync(into).sort()).toEqual(['README', 'configure', 'sub']);
  });

  test('inside an archive is unpacked in its place', async () => {
    run('tar', '-cJf', 'inner.tar.xz', upstream());
    mkdirSync(join(dir, 'outer'));
    run('mv', 'inner.tar.xz', 'outer');
    run('tar', '-czf', 'outer.tar.gz', 'outer');
    await unpackDistfile(join(dir, 'outer.tar.gz'), into, { inside: 'outer/inner.tar.xz' });
    expect(readdirSync(into).sort()).toEqual(['README', 'configure', 'sub']);
    const wrong = unpackDistfile(join(dir, 'outer.tar.gz'), into, { inside: 'outer/other.tar.xz' });
    await expect(wrong).rejects.toMatchObject({
      code: 'unpack-failed',
      detail: expect.stringContaining('inner.tar.xz'),
    });
  });
});

describe('a damaged archive', () => {
  test.each([
    ['a.tar', '--no-auto-compress'],
    ['a.tar.gz', '--gzip'],
    ['a.tar.bz2', '--bzip2'],
    ['a.tar.xz', '--xz'],
    ['a.tar.zst', '--zstd'],
  ])('%s that ends early is refused and leaves nothing', async (name, option) => {
    writeFileSync(join(dir, 'noise'), Buffer.from(Array.from({ length: 200_000 }, (_, at) => (at * at * 7919) >> 5)));
    run('tar', '-c', option, '-f', name, 'noise', upstream());
    truncateSync(join(dir, name), Math.floor(statSync(join(dir, name)).size / 2 / 512) * 512 + 100);
    await expect(unpackDistfile(join(dir, name), into)).rejects.toMatchObject({
      code: 'unpack-failed',
      message: expect.stringContaining(`${name}: the archive is damaged`),
    });
    expect(readdirSync(into)).toEqual([]);
  });
});

describe('a zip archive', () => {
  test('is unpacked without its top directory, with links and modes', async () => {
    run('zip', '-qry', 'a.zip', upstream());
    await unpackDistfile(join(dir, 'a.zip'), into);
    expect(readdirSync(into).sort()).toEqual(['README', 'configure', 'sub']);
    expect(readlinkSync(join(into, 'sub/link'))).toBe('../README');
    expect(statSync(join(into, 'configure')).mode & 0o7777).toBe(0o755);
  });

  test('with a link to the outside is refused', async () => {
    mkdirSync(join(dir, 'a'));
    symlinkSync('/etc', join(dir, 'a', 'l'));
    run('zip', '-qry', 'a.zip', 'a');
    await expect(unpackDistfile(join(dir, 'a.zip'), into)).rejects.toMatchObject({ code: 'unpack-unsafe' });
  });

  test('with a name that climbs is refused', async () => {
    writeFileSync(join(dir, 'evilevil'), 'x');
    run('zip', '-q', 'a.zip', 'evilevil');
    const bytes = readFileSync(join(dir, 'a.zip')).toString('latin1').replaceAll('evilevil', '../../ev');
    writeFileSync(join(dir, 'a.zip'), bytes, 'latin1');
    await expect(unpackDistfile(join(dir, 'a.zip'), into)).rejects.toMatchObject({ code: 'unpack-unsafe' });
    expect(existsSync(join(dir, '..', 'ev'))).toBe(false);
  });

  test('with a wrong check sum is refused', async () => {
    writeFileSync(join(dir, 'f'), 'stored content');
    run('zip', '-q0', 'a.zip', 'f');
    const bytes = readFileSync(join(dir, 'a.zip')).toString('latin1').replace('stored content', 'flipped bytes!');
    writeFileSync(join(dir, 'a.zip'), bytes, 'latin1');
    await expect(unpackDistfile(join(dir, 'a.zip'), into)).rejects.toMatchObject({ code: 'unpack-failed' });
    expect(readdirSync(into)).toEqual([]);
  });
});

describe('a file that is no archive', () => {
  test('is copied in under its name where the recipe says so, also when it is compressed or an archive', async () => {
    writeFileSync(join(dir, 'firmware'), 'bytes', { mode: 0o755 });
    run('tar', '-czf', 'a.tar.gz', 'firmware');
    await unpackDistfile(join(dir, 'firmware'), into, { plain: 'firmware.bin' });
    await unpackDistfile(join(dir, 'a.tar.gz'), into, { plain: 'a.tar.gz' });
    await unpackDistfile(join(dir, 'a.tar.gz'), join(into, 'inner'), { inside: 'firmware', plain: 'table' });
    expect(readdirSync(into).sort()).toEqual(['a.tar.gz', 'firmware.bin', 'inner']);
    expect(readFileSync(join(into, 'firmware.bin'), 'utf8')).toBe('bytes');
    expect(statSync(join(into, 'firmware.bin')).mode & 0o777).toBe(0o644);
    expect(readdirSync(join(into, 'inner'))).toEqual(['table']);
    await expect(unpackDistfile(join(dir, 'firmware'), into, { plain: 'inner' })).rejects.toMatchObject({
      code: 'unpack-unsafe',
    });
  });

  test('is refused where it does not, and named as what it is', async () => {
    const refused = async (name: string) => {
      const failure: unknown = await unpackDistfile(join(dir, name), into).catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: 'unpack-failed' });
      expect(readdirSync(into)).toEqual([]);
      const { message, hint } = failure as { readonly message: string; readonly hint: string };
      return `${message} (${hint.split(':')[0]})`;
    };
    writeFileSync(join(dir, 'firmware.bin'), 'bytes');
    writeFileSync(join(dir, 'empty.tar'), '');
    writeFileSync(join(dir, 'page.tar.gz'), '\n<!DOCTYPE HTML><title>Sorry</title>');
    writeFileSync(join(dir, 'table'), 'bytes');
    run('gzip', 'table');
    const plain = 'if it is the right file, write `unpack';
    expect(await refused('firmware.bin')).toBe(`firmware.bin: is no archive, but a file of another kind (${plain})`);
    expect(await refused('empty.tar')).toMatch(/^empty.tar: the archive has no members /);
    expect(await refused('table.gz')).toBe(
      `table.gz: is no archive, but a single file, compressed with gzip (${plain})`,
    );
    expect(await refused('page.tar.gz')).toBe(
      'page.tar.gz: is no archive, but a web page (its sha256 in the recipe is that of the page)',
    );
  });
});

test('a further source goes into a subdirectory and may not replace anything', async () => {
  run('tar', '-cf', 'a.tar', upstream());
  await unpackDistfile(join(dir, 'a.tar'), into);
  await unpackDistfile(join(dir, 'a.tar'), join(into, 'gmp'));
  expect(readdirSync(join(into, 'gmp')).sort()).toEqual(['README', 'configure', 'sub']);
  await expect(unpackDistfile(join(dir, 'a.tar'), into)).rejects.toMatchObject({ code: 'unpack-unsafe' });
});
