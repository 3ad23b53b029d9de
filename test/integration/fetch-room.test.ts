import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { digestOf } from '../../src/base/digest.ts';
import { fetchDistfile } from '../../src/fetch/distfile.ts';
import { receive } from '../../src/fetch/receive.ts';
import { largestDistfile, type Space, watchRoom } from '../../src/fetch/room.ts';
import { endless } from '../support/misbehaviour.ts';
import { type Answer, body, testServer } from '../support/server.ts';

const [mebi, gibi] = [1024 ** 2, 1024 ** 3];
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fetch-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const space = (free: number, total = 100 * gibi) => watchRoom(join(dir, 'a.tar'), () => ({ free, total }));

/** Promises a body of so many bytes, and sends none. */
const promised =
  (bytes: number): Answer =>
  (_request, response) => {
    response.writeHead(200, { 'content-length': bytes, etag: '"1"' });
    response.flushHeaders();
  };

test('a gibibyte stays free, or a twentieth of a small file system; small files may try', () => {
  expect(space(2 * gibi)(0, gibi)).toBeUndefined();
  expect(space(2 * gibi)(0, gibi + 1)).toMatch(/^has 1074 MB, and 2147 MB are free in .*, of which 1074 MB stay free$/);
  expect(space(200 * mebi, gibi)(0, 100 * mebi)).toBeUndefined();
  expect(space(200 * mebi, gibi)(0, 150 * mebi)).toBeDefined();
  expect(space(mebi)(0, mebi)).toBeUndefined();
  expect(space(mebi)(64 * mebi, 0)).toMatch(/^sent 67 MB up to now/);
});

test('a file for which there is no room is refused before its first byte', async () => {
  await using server = await testServer();
  server.answer('/a.tar', promised(gibi));
  const got = receive(`${server.url}/a.tar`, join(dir, 'a.tar'), { tell: () => {} }, { room: space(1.5 * gibi) });
  await expect(got).rejects.toMatchObject({
    ...{ code: 'download-failed', message: expect.stringMatching(/a\.tar: has 1074 MB, and 1611 MB are free/) },
  });
});

test('a file that does not say how large it is stops when the disk fills up, and leaves nothing there', async () => {
  await using server = await testServer();
  server.answer('/a.tar', (request, response) => {
    response.setHeader('etag', '"1"');
    return endless(request, response);
  });
  let looks = 0;
  const spaceAt = (): Space => ({ free: looks++ === 0 ? 2 * gibi : gibi - 1, total: 100 * gibi });
  const room = watchRoom(join(dir, 'a.tar'), spaceAt);
  const got = receive(`${server.url}/a.tar`, join(dir, 'a.tar'), { tell: () => {} }, { room });
  await expect(got).rejects.toThrow(/a\.tar: sent 134 MB up to now, and 1074 MB are free in /);
  expect(looks).toBe(2);
  expect(statSync(join(dir, 'a.tar')).size).toBe(0);
});

test('a source that promises more than any distfile has is passed over, and nothing of an endless one is kept', async () => {
  await using server = await testServer();
  const source = `${server.url}/a.tar`;
  const options = {
    ...{ downloadDir: dir, mirrors: [], offline: false, aptDir: dir, tell: () => {}, warn: () => {} },
  };
  const fetch = (url: string, more: object = {}) =>
    fetchDistfile(
      {
        package: 'a',
        candidates: [
          { file: 'a.tar', sha256: digestOf('right'), url },
          { file: 'b.tar', sha256: digestOf('right'), url: `${server.url}/b.tar` },
        ],
      },
      { ...options, ...more },
    );
  server.answer('/a.tar', promised(largestDistfile + 1));
  await expect(fetch(source)).rejects.toMatchObject({
    ...{ detail: expect.stringContaining('/a.tar: is larger than 4294967296 bytes') },
  });
  server.answer('/a.tar', (request, response) => {
    response.setHeader('etag', '"1"');
    return endless(request, response);
  });
  server.answer('/b.tar', body('right'));
  await fetch(source, { sizeLimit: 500_000 });
  expect(readdirSync(dir)).toEqual(['b.tar']);
});
