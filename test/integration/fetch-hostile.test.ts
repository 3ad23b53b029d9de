import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { digestOf } from '../../src/base/digest.ts';
import type { Failure } from '../../src/base/failure.ts';
import { type FetchOptions, fetchDistfile } from '../../src/fetch/distfile.ts';
import { parseMirrors } from '../../src/fetch/mirror.ts';
import { brokenChunks, carelessPart, endless, trickle } from '../support/misbehaviour.ts';
import { type Answer, body, brokenBody, status, testServer } from '../support/server.ts';

const right = 'the right content '.repeat(5000);
const sha256 = digestOf(right);
let dir: string;
let waits: number[];
let warnings: string[];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fetch-'));
  waits = [];
  warnings = [];
});
afterEach(() => rmSync(dir, { recursive: true }));

const fetch = (url: string, options: Partial<FetchOptions> = {}, digest = sha256) =>
  fetchDistfile(
    { package: 'a', candidates: [{ file: 'a.tar', sha256: digest, url }] },
    {
      downloadDir: dir,
      mirrors: [],
      offline: false,
      aptDir: join(dir, 'apt'),
      tell: () => {},
      warn: (message) => warnings.push(message),
      patience: {
        connect: 1000,
        stall: 2000,
        backOff: 500,
        random: () => 0.5,
        sleep: async (milliseconds) => waits.push(milliseconds),
      },
      ...options,
    },
  );

const failing = (promise: Promise<unknown>): Promise<Failure> =>
  promise.then(
    () => Promise.reject(new Error('did not fail')),
    (failure: Failure) => failure,
  );

const content = () => readFileSync(join(dir, 'a.tar'), 'utf8');

describe('wrong content', () => {
  test('is kept under the name of its digest, and what the next mirror has is used, now and later', async () => {
    await using server = await testServer();
    server.answer('/liar/a.tar', body('wrong'));
    server.answer('/honest/a.tar', body(right));
    const mirrors = parseMirrors(`${server.url}/liar ${server.url}/honest`);
    await fetch(`${server.url}/a.tar`, { mirrors });
    const aside = `a.tar.bad-${digestOf('wrong').slice(0, 12)}`;
    expect(readdirSync(dir).sort()).toEqual(['a.tar', aside]);
    expect(content()).toBe(right);
    expect(warnings).toEqual([
      `${server.url}/liar/a.tar: gave another file than the recipe describes, kept as ${aside}`,
    ]);
    await fetch(`${server.url}/a.tar`, { mirrors });
    expect(server.requests.at(-1)).toBe('GET /honest/a.tar');
  });

  test('that was kept is not used when the only source is asked again', async () => {
    await using server = await testServer();
    server.answer('/a.tar', body('wrong'), body('wrong'), body(right));
    expect((await failing(fetch(`${server.url}/a.tar`))).code).toBe('digest-mismatch');
    await fetch(`${server.url}/a.tar`);
    expect(content()).toBe(right);
  });

  test('that comes twice is what the source has; what comes once may have become wrong on its way', async () => {
    await using server = await testServer();
    server.answer('/a.tar', body('wrong'), body('other'), body(right));
    await fetch(`${server.url}/a.tar`);
    expect(content()).toBe(right);
    server.answer('/b.tar', body('wrong'));
    await failing(fetch(`${server.url}/b.tar`, {}, digestOf('b')));
    expect(server.requests.filter((request) => request === 'GET /b.tar')).toHaveLength(2);
  });

  test('of no length is named as such', async () => {
    await using server = await testServer();
    server.answer('/a.tar', body(''));
    expect((await failing(fetch(`${server.url}/a.tar`))).detail).toContain(': gave an empty file');
  });

  test('that is a web page is told by its title, without what a terminal would obey', async () => {
    await using server = await testServer();
    server.answer('/a.tar', body('<!DOCTYPE html><title>\u001b[2J Sorry &amp;\n welcome</title>'));
    const { detail } = await failing(fetch(`${server.url}/a.tar`));
    expect(detail).toContain('gave a web page with the title "[2J Sorry & welcome"');
  });

  test('that is larger than any distfile is not read to its end', async () => {
    await using server = await testServer();
    server.answer('/a.tar', endless);
    server.answer('/b.tar', body(right));
    for (const name of ['a', 'b']) {
      const { detail } = await failing(fetch(`${server.url}/${name}.tar`, { sizeLimit: 50_000 }));
      expect(detail).toContain(`${name}.tar: is larger than 50000 bytes`);
    }
    expect(readdirSync(dir)).toEqual([]);
  });
});

describe('a broken transfer', () => {
  const etag = '"1"';
  const partSize = () => statSync(join(dir, `a.tar.part-${sha256.slice(0, 12)}`), { throwIfNoEntry: false })?.size;
  const giveUpAt = async (server: { url: string; answer(path: string, ...answers: [Answer]): void }, bytes: number) => {
    server.answer('/a.tar', (request, response) =>
      request.headers.range === undefined
        ? brokenBody(right, bytes, { etag, arrived: () => partSize() === bytes })(request, response)
        : void response.destroy(),
    );
    expect((await failing(fetch(`${server.url}/a.tar`))).code).toBe('download-failed');
  };

  test('goes on where it broke, in a later run as well', async () => {
    await using server = await testServer();
    await giveUpAt(server, 60_000);
    const part = `a.tar.part-${sha256.slice(0, 12)}`;
    expect(readdirSync(dir).sort()).toEqual([part, `${part}.json`]);
    const before = server.requests.length;
    server.answer('/a.tar', body(right, { etag }));
    await fetch(`${server.url}/a.tar`);
    expect(server.requests.slice(before)).toEqual(['GET /a.tar bytes=60000-']);
    expect(content()).toBe(right);
    expect(readdirSync(dir)).toEqual(['a.tar']);
  });

  test.each<[string, Answer]>([
    ['the file has changed', body(right, { etag: '"2"' })],
    ['the server ignores that the file has changed', carelessPart(`another${right}`.slice(0, -7), { etag: '"2"' })],
    ['the server gives no part', body(right)],
    [
      'the part is refused',
      (request, response) => (request.headers.range ? status(416) : body(right))(request, response),
    ],
  ])('starts over when %s', async (_when, answer) => {
    await using server = await testServer();
    await giveUpAt(server, 60_000);
    server.answer('/a.tar', answer, body(right));
    await fetch(`${server.url}/a.tar`);
    expect(content()).toBe(right);
    expect(warnings).toEqual([]);
  });

  test('whose parts do not belong together is fetched as a whole before anyone is blamed', async () => {
    await using server = await testServer();
    await giveUpAt(server, 60_000);
    writeFileSync(join(dir, `a.tar.part-${sha256.slice(0, 12)}`), '\0'.repeat(60_000));
    server.answer('/a.tar', body(right, { etag }));
    await fetch(`${server.url}/a.tar`);
    expect(content()).toBe(right);
    expect(warnings).toEqual([]);
  });

  test('of unknown length is not taken for a whole one', async () => {
    await using server = await testServer();
    server.answer('/a.tar', brokenChunks(right.slice(0, 1000)), body(right));
    await fetch(`${server.url}/a.tar`);
    expect(content()).toBe(right);
  });

  test('that only trickles is dropped, and others go on meanwhile', async () => {
    await using server = await testServer();
    server.answer('/a.tar', trickle);
    server.answer('/b.tar', body('b'));
    const patience = { connect: 1000, stall: 100, backOff: 1, sleep: async () => {} };
    const stalled = failing(fetch(`${server.url}/a.tar`, { patience }));
    await fetchDistfile(
      { package: 'b', candidates: [{ file: 'b.tar', sha256: digestOf('b'), url: `${server.url}/b.tar` }] },
      { downloadDir: dir, mirrors: [], offline: false, aptDir: dir, tell: () => {}, warn: () => {} },
    );
    expect((await stalled).detail).toContain('sent less than 500 bytes a second');
  });
});

describe('a source that fails for a while', () => {
  test('is asked again after waits that grow; others are asked in between', async () => {
    await using server = await testServer();
    server.answer('/m/a.tar', status(503), status(503), status(503), body(right));
    await fetch(`${server.url}/a.tar`, { mirrors: parseMirrors(`${server.url}/m`) });
    const asked = server.requests.map((request) => request.replace(/sha256.*/, 'by-digest'));
    const mirror = 'GET /m/a.tar';
    expect(asked).toEqual([mirror, mirror, mirror, 'GET /m/by-digest', 'GET /a.tar', mirror]);
    expect(waits).toEqual([500, 1500]);
  });

  test('is asked when it says, be it in seconds or by date', async () => {
    await using server = await testServer();
    const soon = new Date(Date.now() + 30_000).toUTCString();
    server.answer('/a.tar', status(429, { 'retry-after': '7' }), status(503, { 'retry-after': soon }), body(right));
    await fetch(`${server.url}/a.tar`);
    expect(waits[0]).toBe(7000);
    expect(waits[1]).toBeGreaterThan(20_000);
  });

  test('is given up when it wants to be left alone for longer than anyone waits', async () => {
    await using server = await testServer();
    server.answer('/a.tar', status(429, { 'retry-after': '3600' }));
    const { detail } = await failing(fetch(`${server.url}/a.tar`));
    expect(detail).toContain('HTTP status 429 (too many requests) and asks to come back in 3600 seconds');
    expect(server.requests).toHaveLength(1);
  });
});

test.each([
  [401, 'answered with HTTP status 401 (it wants a password)', 1],
  [403, 'answered with HTTP status 403 (forbidden)', 1],
  [404, 'answered with HTTP status 404 (not found)', 1],
  [429, 'answered with HTTP status 429 (too many requests)', 8],
  [500, 'answered with HTTP status 500', 8],
])('status %i has a message of its own and so many tries', async (code, message, tries) => {
  await using server = await testServer();
  server.answer('/a.tar', status(code));
  expect((await failing(fetch(`${server.url}/a.tar`))).detail).toContain(`/a.tar: ${message}`);
  expect(server.requests).toHaveLength(tries);
});

test('a host without an address, and an address that mk cannot use, are told as such', async () => {
  expect((await failing(fetch('http://nowhere.invalid/a.tar'))).detail).toMatch(/the host name cannot be resolved/);
  expect((await failing(fetch('ftp://nowhere.invalid/a.tar'))).detail).toContain('mk cannot fetch by ftp');
});

test('a file: address is a file of this machine', async () => {
  writeFileSync(join(dir, 'there'), right);
  await fetch(`file://${dir}/there`, { offline: true });
  expect(content()).toBe(right);
  expect((await failing(fetch(`file:///dev/zero`, {}, digestOf('x')))).detail).toContain('is no regular file');
});
