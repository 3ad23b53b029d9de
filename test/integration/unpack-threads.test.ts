import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { xzOptions } from '../../src/build/decompress.ts';
import { unpackDistfile } from '../../src/build/unpack.ts';

let dir: string;
let into: string;
/** Does not get much smaller. */
const noise = Buffer.from(Array.from({ length: 400_000 }, (_, at) => (at * at * 7919) >> 5));

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'unpack-'));
  into = join(dir, 'source');
  mkdirSync(join(dir, 'a'));
  for (const name of ['one', 'two', 'three'])
    writeFileSync(join(dir, 'a', name), Buffer.concat([Buffer.from(name), noise]));
  execFileSync('tar', ['-cf', 'a.tar', 'a'], { cwd: dir });
});
afterEach(() => rmSync(dir, { recursive: true }));

/** The archive as xz compresses it when it is told so. */
function compressed(...options: readonly string[]): string {
  const path = join(dir, 'a.tar.xz');
  writeFileSync(path, execFileSync('xz', [...options, '-c', 'a.tar'], { cwd: dir, maxBuffer: 2 ** 24 }));
  return path;
}

const inBlocks = ['-T2', '--block-size=64KiB'] as const;

describe('an xz archive in blocks', () => {
  test('is unpacked by several threads as by one', async () => {
    const path = compressed(...inBlocks);
    for (const threads of [1, 2]) {
      await unpackDistfile(path, join(into, String(threads)), { threads });
      expect(readdirSync(join(into, String(threads))).sort()).toEqual(['one', 'three', 'two']);
      expect(readFileSync(join(into, String(threads), 'two'))).toEqual(Buffer.concat([Buffer.from('two'), noise]));
    }
  });

  test('that ends early, is changed or has garbage behind it is refused by several threads, and leaves nothing', async () => {
    const refused = async (path: string) => {
      await expect(unpackDistfile(path, into, { threads: 2 })).rejects.toMatchObject({ code: 'unpack-failed' });
      expect(readdirSync(into)).toEqual([]);
    };
    const path = compressed(...inBlocks);
    const whole = readFileSync(path);
    truncateSync(path, whole.length >> 1);
    await refused(path);
    const changed = Buffer.from(whole);
    changed.writeUInt8((changed[whole.length >> 1] ?? 0) ^ 1, whole.length >> 1);
    writeFileSync(path, changed);
    await refused(path);
    writeFileSync(path, Buffer.concat([whole, Buffer.from('garbage '.repeat(9))]));
    await refused(path);
  });
});

test('xz gets several threads only when they are asked for and the archive is in blocks, and then a limit of memory', () => {
  expect(xzOptions(compressed('-T1'), 2)).toEqual(['-T1']);
  const path = compressed(...inBlocks);
  expect(xzOptions(path, 1)).toEqual(['-T1']);
  const [, major, minor] = /(\d+)\.(\d+)/.exec(execFileSync('xz', ['--version'], { encoding: 'utf8' })) ?? [];
  const canBeLimited = Number(major) * 100 + Number(minor) >= 504;
  expect(xzOptions(path, 2)).toEqual(canBeLimited ? ['-T2', '--memlimit-mt-decompress=200MiB'] : ['-T1']);
});
