import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { limitsFor } from '../../src/build/budget.ts';
import { unpackDistfile } from '../../src/build/unpack.ts';
import { base256, endMark, longName, pax, type RawMember, rawMember } from '../support/tar-cases.ts';

let dir: string;
let into: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'unpack-'));
  into = join(dir, 'source');
});
afterEach(() => rmSync(dir, { recursive: true }));

const run = (program: string, ...args: readonly string[]) => execFileSync(program, args, { cwd: dir, stdio: 'pipe' });

function archive(...blocks: readonly Buffer[]): string {
  writeFileSync(join(dir, 'a.tar'), Buffer.concat([...blocks, endMark]));
  return join(dir, 'a.tar');
}

const file = (name: string, more: Partial<RawMember> = {}) => rawMember({ name, body: 'content', ...more });
const limits = { bytes: 1_000_000, entries: 100, depth: 10 };

describe('an archive that becomes too much is refused, and leaves nothing', () => {
  const bomb = async (path: string, message: string) => {
    await expect(unpackDistfile(path, into, { limits })).rejects.toMatchObject({
      code: 'unpack-unsafe',
      message: expect.stringContaining(message),
    });
    expect(readdirSync(into)).toEqual([]);
  };

  test('by its bytes, compressed as tar and as zip', async () => {
    writeFileSync(join(dir, 'zeros'), Buffer.alloc(2_000_000));
    run('tar', '-czf', 'a.tar.gz', 'zeros');
    run('zip', '-q', 'a.zip', 'zeros');
    expect(statSync(join(dir, 'a.tar.gz')).size).toBeLessThan(10_000);
    for (const name of ['a.tar.gz', 'a.zip']) await bomb(join(dir, name), 'unpacks to more than 1000000 bytes');
  });

  test('by the number of its members', async () => {
    await bomb(archive(...Array.from({ length: 101 }, (_, at) => file(`f${at}`))), 'has more than 100 members');
  });

  test('by its depth', async () => {
    await bomb(archive(longName(`${'d/'.repeat(11)}f`), file('x')), 'is more than 10 directories deep');
  });

  test('by the holes of a terabyte', async () => {
    const holes = {
      'GNU.sparse.major': '1',
      'GNU.sparse.minor': '0',
      'GNU.sparse.name': 'f',
      'GNU.sparse.realsize': '1',
    };
    const huge = pax({ ...holes, 'GNU.sparse.realsize': String(10 ** 12) });
    await bomb(archive(huge, file('f', { body: '0\n'.padEnd(512, '\0') })), 'unpacks to more than 1000000 bytes');
  });

  test('and what real trees need is far below the limits', () => {
    // Archive, its tree and its members, of Linux, GCC and Chromium.
    for (const [size, bytes, entries] of [
      [138e6, 1.4e9, 8e4],
      [87e6, 9e8, 1.5e5],
      [3e9, 4e10, 1.5e6],
    ] as const) {
      expect(limitsFor(size).bytes).toBeGreaterThan(4 * bytes);
      expect(limitsFor(size).entries).toBeGreaterThan(3 * entries);
    }
    expect(limitsFor(1e6).bytes).toBeLessThan(2e9);
  });
});

describe('a compressed archive', () => {
  const compressors = ['gzip', 'bzip2', 'xz', 'zstd'] as const;
  const compressed = (program: string, name: string, content: string) => {
    writeFileSync(join(dir, 'one'), file(name, { body: content }));
    return execFileSync(program, ['-c', 'one'], { cwd: dir });
  };

  test.each(compressors)('by %s may consist of several streams', async (program) => {
    writeFileSync(join(dir, 'end'), endMark);
    const end = execFileSync(program, ['-c', 'end'], { cwd: dir });
    const parts = [compressed(program, 'a', 'one'), compressed(program, 'b', 'two'), end];
    writeFileSync(join(dir, 'a.bin'), Buffer.concat(parts));
    await unpackDistfile(join(dir, 'a.bin'), into);
    expect(readdirSync(into)).toEqual(['a', 'b']);
  });

  test.each(compressors)('by %s with garbage behind it is refused', async (program) => {
    writeFileSync(
      join(dir, 'a.bin'),
      Buffer.concat([compressed(program, 'a', 'one'), Buffer.from('garbage '.repeat(9))]),
    );
    await expect(unpackDistfile(join(dir, 'a.bin'), into)).rejects.toMatchObject({ code: 'unpack-failed' });
    expect(readdirSync(into)).toEqual([]);
  });

  test.each(compressors)('by %s whose last check sum is wrong is refused', async (program) => {
    writeFileSync(join(dir, 'tar'), Buffer.concat([file('a'), endMark]));
    const bytes = execFileSync(program, [...(program === 'zstd' ? ['--check'] : []), '-c', 'tar'], { cwd: dir });
    // Behind all content: of xz, the check of its index; else the sum of the content.
    const at = bytes.length - (program === 'xz' ? 14 : 6);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    writeFileSync(join(dir, 'a.bin'), bytes);
    await expect(unpackDistfile(join(dir, 'a.bin'), into)).rejects.toMatchObject({ code: 'unpack-failed' });
    expect(readdirSync(into)).toEqual([]);
  });

  test('by gzip may be followed by zeros, as on tapes', async () => {
    writeFileSync(join(dir, 'a.gz'), Buffer.concat([gzipSync(Buffer.concat([file('a'), endMark])), Buffer.alloc(512)]));
    await unpackDistfile(join(dir, 'a.gz'), into);
    expect(readdirSync(into)).toEqual(['a']);
  });

  test('by lzip is unpacked, and refused when it ends early', async () => {
    // Made by hand, since lzip is seldom installed: the file "a" that holds "content".
    const bytes = Buffer.from(
      '4c5a4950010c00308033501868898301dce26e21055d89670d7bd0fa5b295dac01aec0383d0304bcb8cabca8347f3115eb37' +
        '0512fd8bcb1ed730d15e0a73fc0c057bc90455ac317bab748e5bfffffcb0a000dad70f2d00080000000000006600000000000000',
      'hex',
    );
    writeFileSync(join(dir, 'a.lz'), bytes);
    await unpackDistfile(join(dir, 'a.lz'), into);
    expect(readFileSync(join(into, 'a'), 'utf8')).toBe('content');
    writeFileSync(join(dir, 'b.lz'), bytes.subarray(0, 90));
    await expect(unpackDistfile(join(dir, 'b.lz'), join(dir, 'b'))).rejects.toMatchObject({ code: 'unpack-failed' });
  });
});

describe('a member', () => {
  test('of any bytes as name gets just that name', async () => {
    await unpackDistfile(archive(file('latin-\xe9'), file('utf-\xc3\xa9'), file('C:\\x')), into);
    const names = readdirSync(into, { encoding: 'latin1' });
    expect(names).toEqual(['C:\\x', 'latin-\xe9', 'utf-\xc3\xa9']);
  });

  test('whose name differs from another in case or in Unicode form only is another file', async () => {
    await unpackDistfile(archive(file('a'), file('A'), file('\xc3\xa9'), file('e\xcc\x81')), into);
    expect(readdirSync(into)).toHaveLength(4);
  });

  test.each([
    ['a name of 5000 bytes', [longName('n'.repeat(5000)), file('x')], 'unpack-unsafe'],
    ['a NUL in its name', [pax({ path: 'a\0b' }), file('x')], 'unpack-failed'],
    ['the name of a sibling that begins alike', [file('../source-evil/x')], 'unpack-unsafe'],
    ['a negative size', [file('x', { patch: (header) => base256(header, 124, 12, -1) })], 'unpack-failed'],
    [
      'a huge size',
      [file('x', { patch: (header) => header.fill(0xff, 125, 136).fill(0x80, 124, 125) })],
      'unpack-failed',
    ],
    ['a size in words', [file('x', { patch: (header) => header.write('a few bytes', 124) })], 'unpack-failed'],
    ['a long name that has no end', [longName('n').fill('n', 512), file('x')], 'unpack-failed'],
    ['two extended headers', [pax({ path: 'a' }), pax({ path: 'b' }), file('x')], 'unpack-failed'],
    [
      'a size that only directories of others have',
      [pax({ size: '512' }), file('d/', { type: '5', body: '' })],
      'unpack-failed',
    ],
  ] as const)('with %s is refused', async (_what, blocks, code) => {
    await expect(unpackDistfile(archive(...blocks), into)).rejects.toMatchObject({ code });
    expect(readdirSync(into)).toEqual([]);
  });

  test('has the size of its extended header, and the long name that is nearest', async () => {
    const blocks = [pax({ size: '7', path: 'd/pax' }), file('x', { patch: (h) => void h.write('00000000000', 124) })];
    await unpackDistfile(archive(...blocks, longName('d/long'), file('x'), file('d/plain')), into);
    expect(readdirSync(into)).toEqual(['long', 'pax', 'plain']);
    expect(readFileSync(join(into, 'pax'), 'utf8')).toBe('content');
  });

  test('from before 1970 keeps its time', async () => {
    await unpackDistfile(archive(pax({ mtime: '-5.5' }), file('d/a')), into);
    expect(statSync(join(into, 'a')).mtimeMs).toBe(-5500);
  });

  test('with setuid, setgid and sticky bits, without any, or of another owner is an ordinary file', async () => {
    await unpackDistfile(archive(file('d/s', { mode: 0o7755 }), file('d/n', { mode: 0 })), into);
    expect(statSync(join(into, 's'))).toMatchObject({ mode: 0o100755, uid: process.getuid?.() });
    expect(statSync(join(into, 'n')).mode).toBe(0o100644);
  });

  test('below a directory without any permission is unpacked, and can be removed', async () => {
    await unpackDistfile(archive(file('t/d/', { type: '5', mode: 0, body: '' }), file('t/d/f'), file('t/g')), into);
    expect(statSync(join(into, 'd')).mode & 0o777).toBe(0o755);
  });

  test('that other members link to may be replaced, and they keep what it was', async () => {
    await unpackDistfile(
      archive(file('a', { body: '1' }), file('l', { type: '1', linkname: 'a', body: '' }), file('a')),
      into,
    );
    expect(readFileSync(join(into, 'l'), 'utf8')).toBe('1');
    expect(readFileSync(join(into, 'a'), 'utf8')).toBe('content');
  });
});

test.each(['gnu', 'pax', '0.1', '0.0'])('a sparse file of kind %s keeps its holes', async (kind) => {
  mkdirSync(join(dir, 's'));
  for (let at = 0; at < 30; at++) {
    execFileSync('truncate', ['-s', '+64K', join(dir, 's', 'holes')]);
    appendFileSync(join(dir, 's', 'holes'), `part ${at}`);
  }
  symlinkSync('holes', join(dir, 's', 'link'));
  const format =
    kind === 'gnu' ? ['--format=gnu'] : ['--format=pax', ...(kind === 'pax' ? [] : [`--sparse-version=${kind}`])];
  run('tar', '--sparse', ...format, '-cf', 'a.tar', 's');
  await unpackDistfile(join(dir, 'a.tar'), into);
  expect(readFileSync(join(into, 'holes')).equals(readFileSync(join(dir, 's', 'holes')))).toBe(true);
  expect(statSync(join(into, 'holes')).blocks).toBeLessThan(500);
});
