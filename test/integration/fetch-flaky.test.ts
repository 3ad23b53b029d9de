import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Digest, digestOfFile } from '../../src/base/digest.ts';
import { removeTree } from '../../src/base/files.ts';
import { fetchDistfile } from '../../src/fetch/distfile.ts';
import { flakyServer } from '../support/flaky-server.ts';
import { randomNumbers, testSeed } from '../support/random.ts';

/** Files of many sizes, by name with their digests. */
function files(dir: string, count: number, random: () => number): ReadonlyMap<string, Digest> {
  mkdirSync(dir);
  return new Map(
    Array.from({ length: count }, (_, at): [string, Digest] => {
      const bytes = Buffer.alloc(1 + Math.floor(random() * 300_000), `${at} `);
      writeFileSync(join(dir, `${at}.tar`), bytes);
      return [`${at}.tar`, createHash('sha256').update(bytes).digest('hex') as Digest];
    }),
  );
}

test('with a server as only source of which three requests of ten go wrong, all files arrive', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'flaky-'));
  const random = randomNumbers(testSeed);
  const wanted = files(join(dir, 'served'), 120, random);
  await using server = await flakyServer(join(dir, 'served'), 0.3, random);
  const options = {
    downloadDir: join(dir, 'download'),
    mirrors: [{ kind: 'site', url: server.url }] as const,
    offline: false,
    aptDir: join(dir, 'apt'),
    tell: () => {},
    warn: () => {},
    patience: { connect: 1000, stall: 300, backOff: 1 },
  };
  const all = [...wanted].map(([file, sha256]) =>
    fetchDistfile({ package: 'a', candidates: [{ file, sha256, url: `${server.url}/${file}` }] }, options),
  );
  await Promise.all(all);
  for (const [file, sha256] of wanted) expect(digestOfFile(join(options.downloadDir, file))).toBe(sha256);
  const others = readdirSync(options.downloadDir).filter((name) => !wanted.has(name));
  expect(others.filter((name) => !/\.bad-[0-9a-f]{12}$/.test(name))).toEqual([]);
  expect(Object.keys(server.count).sort()).toEqual(['bytes', 'error', 'reset', 'right', 'short', 'stall', 'truncated']);
  removeTree(dir);
});
