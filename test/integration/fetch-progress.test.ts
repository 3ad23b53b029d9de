import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { digestOf } from '../../src/base/digest.ts';
import { type Candidate, fetchDistfile } from '../../src/fetch/distfile.ts';
import { type Mirror, parseMirrors } from '../../src/fetch/mirror.ts';
import type { Transfer } from '../../src/fetch/receive.ts';
import { body, brokenBody, status, testServer } from '../support/server.ts';

const content = 'x'.repeat(100_000);
let dir: string;
let told: Transfer[];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'progress-'));
  told = [];
});
afterEach(() => rmSync(dir, { recursive: true }));

const fetch = (candidate: Candidate, mirrors: readonly Mirror[] = []) =>
  fetchDistfile(
    { package: 'a', candidates: [candidate] },
    {
      downloadDir: join(dir, 'download'),
      mirrors,
      offline: false,
      aptDir: join(dir, 'apt'),
      tell: () => {},
      transfer: (transfer) => told.push(transfer),
      warn: () => {},
      patience: { connect: 1000, stall: 1000, backOff: 500, sleep: async () => {} },
    },
  );

test('a download is told with its size as the server says it, and with all of its bytes at its end', async () => {
  await using server = await testServer();
  server.answer('/a.tar', body(content));
  await fetch({ file: 'a.tar', sha256: digestOf(content), url: `${server.url}/a.tar` });
  expect(told[0]).toEqual({ file: 'a.tar', received: 0, isEnded: false });
  expect(told.slice(1, -1).every(({ total, isEnded }) => total === 100_000 && !isEnded)).toBe(true);
  expect(told.length).toBeGreaterThan(2);
  expect(told.at(-1)).toEqual({ file: 'a.tar', received: 100_000, isEnded: true });
});

test('one that broke goes on from what is there', async () => {
  await using server = await testServer();
  const arrived = () => told.some(({ received }) => received > 0);
  server.answer(
    '/a.tar',
    brokenBody(Buffer.from(content), 60_000, { etag: '"1"', arrived }),
    body(content, { etag: '"1"' }),
  );
  await fetch({ file: 'a.tar', sha256: digestOf(content), url: `${server.url}/a.tar` });
  const sizes = told.map(({ received }) => received);
  expect(sizes).toEqual(sizes.toSorted((a, b) => a - b));
});

test('every source that is tried has its end told, also one that has nothing and a directory', async () => {
  await using server = await testServer();
  server.answer('/m/a.tar', status(404));
  server.answer(`/m/sha256/${digestOf(content).slice(0, 2)}/${digestOf(content)}`, status(404));
  const mirror = mkdtempSync(join(dir, 'mirror-'));
  writeFileSync(join(mirror, 'a.tar'), content);
  await fetch({ file: 'a.tar', sha256: digestOf(content) }, parseMirrors(`${server.url}/m ${mirror}`));
  const ends = told.filter(({ isEnded }) => isEnded).map(({ received }) => received);
  expect(ends).toEqual([0, 0, 100_000]);
  expect(told.at(-1)?.isEnded).toBe(true);
});
