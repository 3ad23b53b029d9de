import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { unpackDistfile } from '../../src/build/unpack.ts';

let dir: string;
let into: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'unpack-zip-'));
  into = join(dir, 'source');
});
afterEach(() => rmSync(dir, { recursive: true }));

/** The bytes of a zip archive with these stored files. */
function zip(files: Readonly<Record<string, string>>): Buffer {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
  execFileSync('zip', ['-q0X', 'made.zip', ...Object.keys(files)], { cwd: dir });
  const bytes = readFileSync(join(dir, 'made.zip'));
  rmSync(join(dir, 'made.zip'));
  return bytes;
}

const unpack = async (bytes: Uint8Array) => {
  writeFileSync(join(dir, 'a.zip'), bytes);
  await unpackDistfile(join(dir, 'a.zip'), into);
};

/** What is in front of the directory, the directory, and the end with its number of members. */
function partsOf(bytes: Buffer) {
  const end = bytes.subarray(bytes.lastIndexOf('PK\x05\x06', undefined, 'latin1'));
  const at = end.readUInt32LE(16);
  return { files: bytes.subarray(0, at), directory: bytes.subarray(at, bytes.length - end.length), end };
}

function endOf(end: Buffer, changes: { readonly count?: number; readonly offset?: number; readonly comment?: Buffer }) {
  const { count = end.readUInt16LE(10), offset = end.readUInt32LE(16), comment = Buffer.alloc(0) } = changes;
  const changed = Buffer.from(end.subarray(0, 22));
  changed.writeUInt16LE(count, 8);
  changed.writeUInt16LE(count, 10);
  changed.writeUInt32LE(offset, 16);
  changed.writeUInt16LE(comment.length, 20);
  return Buffer.concat([changed, comment]);
}

describe('a zip archive', () => {
  test('that is encrypted is refused', async () => {
    writeFileSync(join(dir, 'one'), '1');
    execFileSync('zip', ['-q', '-P', 'secret', 'encrypted.zip', 'one'], { cwd: dir });
    await expect(unpackDistfile(join(dir, 'encrypted.zip'), into)).rejects.toMatchObject({ code: 'unpack-failed' });
  });

  test('with members of one name has the last of them', async () => {
    const bytes = zip({ one: '1', two: '22' }).toString('latin1').replaceAll('two', 'one');
    await unpack(Buffer.from(bytes, 'latin1'));
    expect(readFileSync(join(into, 'one'), 'utf8')).toBe('22');
  });

  test('with a comment, or another directory in front that nothing points to, has the members of its own', async () => {
    const [one, two] = [partsOf(zip({ one: '1' })), partsOf(zip({ two: '2' }))];
    await unpack(Buffer.concat([one.files, one.directory, endOf(one.end, { comment: Buffer.from('a comment') })]));
    expect(readdirSync(into)).toEqual(['one']);
    rmSync(into, { recursive: true });
    const moved = Buffer.from(two.directory);
    moved.writeUInt32LE(one.files.length + one.directory.length, 42);
    const offset = one.files.length + one.directory.length + two.files.length;
    await unpack(Buffer.concat([one.files, one.directory, two.files, moved, endOf(two.end, { offset })]));
    expect(readdirSync(into)).toEqual(['two']);
  });

  test.each<[string, (one: ReturnType<typeof partsOf>, bytes: Buffer) => readonly Buffer[], string]>([
    ['behind another one', (_one, bytes) => [bytes, bytes], 'its directory is not where it says'],
    ['with something behind its end', (_one, bytes) => [bytes, Buffer.from('x')], 'something stands behind its end'],
    [
      'with another end in its comment',
      ({ files, directory, end }) => [files, directory, endOf(end, { comment: endOf(end, {}) })],
      'its directory is not where it says',
    ],
    [
      'with more members than it says',
      ({ files, directory, end }) => [files, directory, endOf(end, { count: 1 })],
      'it has other members than it says',
    ],
    ['without an end', ({ files, directory }) => [files, directory], 'it has no end'],
  ])('%s is refused', async (_what, make, detail) => {
    const bytes = zip({ one: '1', two: '2' });
    await expect(unpack(Buffer.concat(make(partsOf(bytes), bytes)))).rejects.toMatchObject({
      code: 'unpack-failed',
      detail,
    });
    expect(readdirSync(into)).toEqual([]);
  });

  test('of the kind for many and large members is unpacked', async () => {
    writeFileSync(join(dir, 'one'), '1');
    execFileSync('zip', ['-q', '-fz', 'large.zip', 'one'], { cwd: dir });
    await unpackDistfile(join(dir, 'large.zip'), into);
    expect(readFileSync(join(into, 'one'), 'utf8')).toBe('1');
  });
});
