import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { digestOf } from '../../src/base/digest.ts';
import type { Failure } from '../../src/base/failure.ts';
import { type Candidate, type Fetched, type FetchOptions, fetchDistfile } from '../../src/fetch/distfile.ts';
import { parseMirrors } from '../../src/fetch/mirror.ts';
import { body, brokenBody, held, status, testServer } from '../support/server.ts';

const right = 'the right content';
const sha256 = digestOf(right);
let dir: string;
let downloadDir: string;
let warnings: string[];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fetch-'));
  downloadDir = join(dir, 'download');
  warnings = [];
});
afterEach(() => rmSync(dir, { recursive: true }));

function fetch(
  candidates: readonly [Candidate, ...Candidate[]],
  options: Partial<FetchOptions> = {},
): Promise<Fetched> {
  return fetchDistfile(
    { package: 'a', candidates },
    {
      downloadDir,
      mirrors: [],
      offline: false,
      aptDir: join(dir, 'apt'),
      tell: () => {},
      patience: { connect: 1000, stall: 1000, backOff: 500, sleep: async () => {} },
      warn: (message, detail) => warnings.push(`${message}\n${detail}`),
      ...options,
    },
  );
}

const failing = (promise: Promise<unknown>): Promise<Failure> =>
  promise.then(
    () => Promise.reject(new Error('did not fail')),
    (failure: Failure) => failure,
  );

const file = (name: string, content: string): string => {
  const path = join(dir, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, content);
  return path;
};

test('a distfile arrives under its name and is not asked for again', async () => {
  await using server = await testServer();
  server.answer('/a.tar', body(right));
  const candidate = { file: 'a.tar', sha256, url: `${server.url}/a.tar` };
  const { path } = await fetch([candidate]);
  expect(path).toBe(join(downloadDir, 'a.tar'));
  expect(readFileSync(path, 'utf8')).toBe(right);
  await fetch([candidate]);
  expect(server.requests).toHaveLength(1);
});

test('a missing file is a download-failed that leaves nothing behind, and works once the server has it', async () => {
  await using server = await testServer();
  const candidate = { file: 'a.tar', sha256, url: `${server.url}/a.tar` };
  const failure = await failing(fetch([candidate]));
  expect(failure.code).toBe('download-failed');
  expect(failure.detail).toContain(`${server.url}/a.tar: answered with HTTP status 404 (not found)`);
  expect(readdirSync(downloadDir)).toEqual([]);
  server.answer('/a.tar', body(right));
  await fetch([candidate]);
  expect(readdirSync(downloadDir)).toEqual(['a.tar']);
});

test('a web page instead of the file is refused and named as such', async () => {
  await using server = await testServer();
  const page = '<html><title>sorry</title></html>';
  server.answer('/a.tar', body(page, { contentType: 'text/html' }));
  const failure = await failing(fetch([{ file: 'a.tar', sha256, url: `${server.url}/a.tar` }]));
  expect(failure.code).toBe('digest-mismatch');
  expect(failure.detail).toContain(`expected sha256 ${sha256}`);
  expect(failure.detail).toContain(`received sha256 ${digestOf(page)} (33 bytes, text/html)`);
  expect(failure.detail).toContain(': gave a web page with the title "sorry", kept as a.tar.bad-');
  expect(failure.hint).toContain('web page');
  expect(readdirSync(downloadDir)).toEqual([`a.tar.bad-${digestOf(page).slice(0, 12)}`]);
});

test('a transfer that always breaks leaves nothing behind', async () => {
  await using server = await testServer();
  server.answer('/a.tar', brokenBody(right, 5));
  const failure = await failing(fetch([{ file: 'a.tar', sha256, url: `${server.url}/a.tar` }]));
  expect(failure.code).toBe('download-failed');
  expect(readdirSync(downloadDir)).toEqual([]);
});

test('a flipped byte in the download directory is never used: the file is moved aside and fetched again', async () => {
  await using server = await testServer();
  server.answer('/a.tar', body(right));
  const wrong = 'the wrong content';
  file('download/a.tar', wrong);
  const { path } = await fetch([{ file: 'a.tar', sha256, url: `${server.url}/a.tar` }]);
  expect(readFileSync(path, 'utf8')).toBe(right);
  const aside = `a.tar.bad-${digestOf(wrong).slice(0, 12)}`;
  expect(readdirSync(downloadDir).sort()).toEqual(['a.tar', aside]);
  expect(warnings.join()).toContain(aside);
});

test('a flipped byte and no source is a digest-mismatch with both digests', async () => {
  file('download/a.tar', 'flipped');
  const failure = await failing(fetch([{ file: 'a.tar', sha256 }]));
  expect(failure.code).toBe('digest-mismatch');
  expect(failure.detail).toContain(sha256);
  expect(failure.detail).toContain(digestOf('flipped'));
});

test('the first candidate that can be had is used', async () => {
  await using server = await testServer();
  server.answer('/b.tar', body(right));
  const candidates = [
    { file: 'a.tar', sha256: digestOf('never there'), url: `${server.url}/a.tar` },
    { file: 'b.tar', sha256, url: `${server.url}/b.tar`, inside: 'x' },
  ] as const;
  const { path, candidate } = await fetch(candidates);
  expect(path).toBe(join(downloadDir, 'b.tar'));
  expect(candidate).toBe(candidates[1]);
});

test('an alternative that is there already spares asking for the first candidate', async () => {
  await using server = await testServer();
  file('download/b.tar', right);
  await fetch([
    { file: 'a.tar', sha256: digestOf('x'), url: `${server.url}/a.tar` },
    { file: 'b.tar', sha256 },
  ]);
  expect(server.requests).toEqual([]);
});

describe('mirrors', () => {
  test('named mirrors come before upstream, by name and by digest', async () => {
    await using server = await testServer();
    file('one/other.tar', 'x');
    file(`two/sha256/${sha256.slice(0, 2)}/${sha256}`, right);
    const mirrors = parseMirrors(`${dir}/one file://${dir}/two`);
    const { path } = await fetch([{ file: 'a.tar', sha256, url: `${server.url}/a.tar` }], { mirrors });
    expect(readFileSync(path, 'utf8')).toBe(right);
    expect(server.requests).toEqual([]);
  });

  test('a site may keep files by name or by digest', async () => {
    await using server = await testServer();
    server.answer(`/m/sha256/${sha256.slice(0, 2)}/${sha256}`, body(right));
    await fetch([{ file: 'a+b.tar', sha256 }], { mirrors: parseMirrors(`${server.url}/m/`) });
    expect(server.requests[0]).toBe('GET /m/a%2Bb.tar');
  });

  test('a mirror with wrong content is passed over and named in a warning', async () => {
    await using server = await testServer();
    const liar = file('mirror/a.tar', 'wrong');
    server.answer('/a.tar', body(right));
    const candidate = { file: 'a.tar', sha256, url: `${server.url}/a.tar` };
    const { path } = await fetch([candidate], { mirrors: parseMirrors(`${dir}/mirror`) });
    expect(readFileSync(path, 'utf8')).toBe(right);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(liar);
  });

  test('offline, directories are asked and nothing else', async () => {
    await using server = await testServer();
    server.answer('/a.tar', body(right));
    const candidate = { file: 'a.tar', sha256, url: `${server.url}/a.tar` };
    const mirrors = parseMirrors(`${server.url} apt: ${dir}/mirror`);
    const failure = await failing(fetch([candidate], { mirrors, offline: true }));
    expect(failure.code).toBe('download-failed');
    expect(failure.detail).toContain(`${dir}/mirror: does not have it`);
    file('mirror/a.tar', right);
    await fetch([candidate], { mirrors, offline: true });
    expect(server.requests).toEqual([]);
    expect(existsSync(join(dir, 'apt'))).toBe(false);
  });
});

test('two equal requests at the same time are one download', async () => {
  await using server = await testServer();
  const slow = held(body(right));
  server.answer('/a.tar', slow.answer);
  const candidate = { file: 'a.tar', sha256, url: `${server.url}/a.tar` };
  const both = Promise.all([fetch([candidate]), fetch([candidate])]);
  await slow.reached;
  slow.release();
  const [one, other] = await both;
  expect(one.path).toBe(other.path);
  expect(server.requests).toHaveLength(1);
});

test('while a transfer runs, nothing has the final name', async () => {
  await using server = await testServer();
  const slow = held(body(right));
  server.answer('/a.tar', slow.answer);
  const fetched = fetch([{ file: 'a.tar', sha256, url: `${server.url}/a.tar` }]);
  await slow.reached;
  expect(readdirSync(downloadDir).filter((name) => !name.includes('.part-'))).toEqual([]);
  slow.release();
  await fetched;
  expect(readdirSync(downloadDir)).toEqual(['a.tar']);
});

test('two recipes may have different files of one name', async () => {
  await using server = await testServer();
  server.answer('/one/v1.tar', body('one'));
  server.answer('/two/v1.tar', body('two'));
  const [one, two] = await Promise.all(
    ['one', 'two'].map((name) =>
      fetch([{ file: 'v1.tar', sha256: digestOf(name), url: `${server.url}/${name}/v1.tar` }]),
    ),
  );
  expect(readFileSync(one?.path ?? '', 'utf8')).toBe('one');
  expect(readFileSync(two?.path ?? '', 'utf8')).toBe('two');
});

test('the Failure lists every source with its reason and says where to put the file', async () => {
  await using server = await testServer();
  server.answer('/a.tar', status(403));
  const candidates = [
    { file: 'a.tar', sha256, url: `${server.url}/a.tar` },
    { file: 'b.tar', sha256: digestOf('b') },
  ] as const;
  const failure = await failing(fetch(candidates, { mirrors: parseMirrors(`${dir}/mirror`) }));
  expect(failure.message).toBe('a.tar: no source has it');
  expect(failure.detail?.replaceAll(server.url, 'URL').replaceAll(dir, 'DIR')).toMatchInlineSnapshot(`
    "a.tar (sha256 c5e0af4684fba26f…)
      DIR/mirror: does not have it
      URL/a.tar: answered with HTTP status 403 (forbidden)
    b.tar (sha256 3e23e8160039594a…)
      DIR/mirror: does not have it"
  `);
  expect(failure.hint).toBe(
    `place the file at ${downloadDir}/a.tar, or name a mirror that has it, or apt:, in MK_MIRRORS`,
  );
});
