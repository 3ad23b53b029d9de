import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { gitTags } from '../../src/update/git.ts';
import { openWeb } from '../../src/update/web.ts';
import { type Answer, body, held, silence, status, testServer } from '../support/server.ts';
import { toolsFor } from '../support/upstream.ts';

let cacheDir: string;
beforeEach(() => {
  cacheDir = mkdtempSync(join(tmpdir(), 'web-'));
});
afterEach(() => rmSync(cacheDir, { recursive: true }));
const web = (more = {}) => openWeb({ cacheDir, ...more });

/** A page with an ETag, that a server does not send again to those who have it. */
const tagged =
  (text: string, etag: string): Answer =>
  (request, response) => {
    const isKnown = request.headers['if-none-match'] === etag;
    response.writeHead(isKnown ? 304 : 200, { etag }).end(isKnown ? undefined : text);
  };

test('a page is asked for once in a run, and with its mark in the next, which costs the server nothing', async () => {
  await using server = await testServer();
  server.answer('/a', tagged('first', '"1"'), tagged('first', '"1"'), tagged('second', '"2"'));
  const here = web();
  const pages = await Promise.all([here.page(`${server.url}/a`), here.page(`${server.url}/a`)]);
  expect([pages[0]?.text, pages[1]?.text, server.requests.length]).toEqual(['first', 'first', 1]);
  expect((await web().page(`${server.url}/a`)).text).toBe('first');
  expect(server.lastHeaders['if-none-match']).toBe('"1"');
  expect((await web().page(`${server.url}/a`)).text).toBe('second');
});

test('a page without marks, and one that failed, are asked for anew', async () => {
  await using server = await testServer();
  server.answer('/a', body('first'), status(404, { etag: '"1"' }), body('second'));
  expect((await web().page(`${server.url}/a`)).text).toBe('first');
  await expect(web().page(`${server.url}/a`)).rejects.toMatchObject({ code: 'download-failed' });
  expect((await web().page(`${server.url}/a`)).text).toBe('second');
});

test('one host is asked by two at a time, and a host that is slow keeps no other waiting', async () => {
  await using slow = await testServer();
  await using quick = await testServer();
  const gates = ['/a', '/b', '/c'].map((path) => {
    const gate = held(body(path));
    slow.answer(path, gate.answer);
    return gate;
  });
  quick.answer('/', body('quick'));
  const here = web();
  const asked = ['/a', '/b', '/c'].map((path) => here.page(`${slow.url}${path}`));
  await Promise.all([gates[0]?.reached, gates[1]?.reached]);
  expect((await here.page(`${quick.url}/`)).text).toBe('quick');
  expect(slow.requests).toEqual(['GET /a', 'GET /b']);
  for (const gate of gates) gate.release();
  expect((await Promise.all(asked)).map(({ text }) => text)).toEqual(['/a', '/b', '/c']);
});

test('a host that asks for patience gets it; one that asks for too much is asked no more', async () => {
  await using server = await testServer();
  server.answer('/a', status(429, { 'retry-after': '0' }), status(503), body('now'));
  expect((await web().page(`${server.url}/a`)).text).toBe('now');
  server.answer('/b', status(429, { 'retry-after': '3600' }));
  const here = web();
  await expect(here.page(`${server.url}/b`)).rejects.toThrow(
    '/b: answered with HTTP status 429 (too many requests) and asks to come back in 3600 seconds',
  );
  await expect(here.page(`${server.url}/c`)).rejects.toThrow('/c: answered with HTTP status 429');
  expect(server.requests.filter((request) => request !== 'GET /a')).toEqual(['GET /b']);
});

test('a server that never answers, and one that never ends, cost the time limit and no more', async () => {
  await using server = await testServer();
  server.answer('/silent', silence);
  server.answer('/endless', (_request, response) => void response.write('x'));
  const here = web({ time: 300 });
  const ends = await Promise.allSettled(['/silent', '/endless'].map((path) => here.page(`${server.url}${path}`)));
  expect(ends.map((end) => end.status === 'rejected' && end.reason.message.replace(/^.*: /, ''))).toEqual([
    ...['has not answered completely within 0.3 seconds', 'has not answered completely within 0.3 seconds'],
  ]);
});

test('a file is there when its server says so, to whichever question it answers', async () => {
  await using server = await testServer();
  const noHead: Answer = (request, response) => {
    if (request.method === 'HEAD') response.writeHead(405).end();
    else response.writeHead(206, { 'content-range': 'bytes 0-0/1000', 'content-length': '1' }).end('x');
  };
  const huge: Answer = (request, response) => {
    response.writeHead(request.method === 'HEAD' ? 501 : 200, { 'content-length': '1000000000' });
    if (request.method === 'HEAD') response.end();
    else response.write('x');
  };
  server.answer('/a-1.0.tar.gz', body('content'));
  server.answer('/a-1.1.tar.gz', noHead);
  server.answer('/a-1.2.tar.gz', huge);
  server.answer('/a-1.3.tar.gz', body('<html>', { contentType: 'text/html; charset=utf-8' }));
  server.answer('/a-1.4.tar.gz', body(''));
  server.answer('/a-1.5.tar.gz', status(500));
  const missing = (version: string) => web().missing(`${server.url}/a-${version}.tar.gz`);
  expect([await missing('1.0'), await missing('1.1'), await missing('1.2')]).toEqual([undefined, undefined, undefined]);
  expect(await missing('1.3')).toMatch(/: is a web page$/);
  expect(await missing('1.4')).toMatch(/: is empty$/);
  expect(await missing('1.9')).toMatch(/: answered with HTTP status 404 \(not found\)$/);
  await expect(missing('1.5')).rejects.toThrow(/HTTP status 500/);
});

test('git itself, as a server, is asked for its tags in both protocols', async () => {
  const repository = join(cacheDir, 'zlib.git');
  const git = (...words: string[]) => execFileSync('git', ['-C', repository, ...words], { stdio: 'pipe' });
  execFileSync('git', ['init', '-q', '--bare', repository]);
  const author = ['-c', 'user.name=a', '-c', 'user.email=a@example.org'];
  const tree = git('hash-object', '-t', 'tree', '-w', '/dev/null').toString().trim();
  const commit = git(...author, 'commit-tree', tree, '-m', 'x')
    .toString()
    .trim();
  git('tag', 'v1.2', commit);
  git(...author, 'tag', '-a', '-m', 'x', 'v1.3', commit);
  await using server = await testServer();
  const cgi: Answer = async (request, response) => {
    const { pathname, search } = new URL(request.url ?? '', server.url);
    const env = {
      ...{ PATH: process.env['PATH'], GIT_PROJECT_ROOT: cacheDir, GIT_HTTP_EXPORT_ALL: '1', PATH_INFO: pathname },
      ...{ QUERY_STRING: search.slice(1), REQUEST_METHOD: request.method, HTTP_GIT_PROTOCOL: version(request.headers) },
      ...{ CONTENT_TYPE: request.headers['content-type'], GIT_PROTOCOL: version(request.headers) },
    };
    const child = spawn('git', ['http-backend'], { env, stdio: ['pipe', 'pipe', 'ignore'] });
    child.stdin.end(await buffer(request));
    const output = await buffer(child.stdout);
    const end = output.indexOf('\r\n\r\n');
    response.end(output.subarray(end + 4));
  };
  let speaksNew = true;
  const version = (headers: Readonly<Record<string, unknown>>) => (speaksNew ? String(headers['git-protocol']) : '');
  server.answer('/zlib.git/info/refs?service=git-upload-pack', cgi);
  server.answer('/zlib.git/git-upload-pack', cgi);
  const ask = async () => [...(await gitTags(`${server.url}/zlib.git`, { ...toolsFor({}), ...web() })).keys()];
  expect((await ask()).sort()).toEqual(['v1.2', 'v1.3']);
  expect(server.requests).toHaveLength(2);
  speaksNew = false;
  expect((await ask()).sort()).toEqual(['v1.2', 'v1.3']);
  expect(server.requests).toHaveLength(3);
});
