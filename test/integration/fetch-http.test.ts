import { expect, test } from 'vitest';
import { download, fetchText, type Patience, type Sink } from '../../src/base/http.ts';
import { body, brokenBody, redirectTo, silence, status, testServer } from '../support/server.ts';

const quick: Patience = { connect: 1000, stall: 1000, backOff: 1 };
const content = Buffer.alloc(100_000, 'abcdefghij');

function collector(): Sink & { readonly text: () => string; readonly begun: () => number } {
  let chunks: Uint8Array[] = [];
  let begun = 0;
  return {
    begin() {
      chunks = [];
      begun++;
    },
    write: (chunk) => void chunks.push(chunk),
    text: () => Buffer.concat(chunks).toString(),
    begun: () => begun,
  };
}

test('a server that fails for a moment is asked again', async () => {
  await using server = await testServer();
  server.answer('/f', status(503), status(429, { 'retry-after': '0' }), body('hello'));
  expect(await fetchText(`${server.url}/f`, 100, quick)).toBe('hello');
  expect(server.requests).toHaveLength(3);
});

test('after three failures a server is given up', async () => {
  await using server = await testServer();
  server.answer('/f', status(500));
  await expect(fetchText(`${server.url}/f`, 100, quick)).rejects.toMatchObject({
    code: 'download-failed',
    message: `${server.url}/f: answered with HTTP status 500`,
  });
  expect(server.requests).toHaveLength(3);
});

test('what is not there is asked for once', async () => {
  await using server = await testServer();
  await expect(fetchText(`${server.url}/f`, 100, quick)).rejects.toMatchObject({ code: 'download-failed' });
  expect(server.requests).toEqual(['GET /f']);
});

test('a broken transfer goes on where it broke', async () => {
  await using server = await testServer();
  const sink = collector();
  const arrived = () => sink.text().length === 60_000;
  server.answer('/f', brokenBody(content, 60_000, { etag: '"1"', arrived }), body(content, { etag: '"1"' }));
  await download(`${server.url}/f`, sink, { patience: quick });
  expect(sink.text()).toBe(content.toString());
  expect(server.requests).toEqual(['GET /f', 'GET /f bytes=60000-']);
  expect(sink.begun()).toBe(1);
});

test('a broken transfer starts over when the file has changed meanwhile', async () => {
  await using server = await testServer();
  server.answer('/f', brokenBody(content, 60_000, { etag: '"1"' }), body('another', { etag: '"2"' }));
  const sink = collector();
  await download(`${server.url}/f`, sink, { patience: quick });
  expect(sink.text()).toBe('another');
});

test('a broken transfer without a validator starts over', async () => {
  await using server = await testServer();
  server.answer('/f', brokenBody(content, 60_000), body(content));
  const sink = collector();
  await download(`${server.url}/f`, sink, { patience: quick });
  expect(sink.text()).toBe(content.toString());
  expect(server.requests).toEqual(['GET /f', 'GET /f']);
});

test('redirects are followed, but not for ever', async () => {
  await using server = await testServer();
  server.answer('/a', redirectTo('/b'));
  server.answer('/b', body('here'));
  server.answer('/loop', redirectTo('/loop'));
  expect(await fetchText(`${server.url}/a`, 100, quick)).toBe('here');
  await expect(fetchText(`${server.url}/loop`, 100, quick)).rejects.toThrow('redirected more than 10 times');
});

test('a redirect to something else than http is refused', async () => {
  await using server = await testServer();
  server.answer('/f', redirectTo('file:///etc/passwd'));
  await expect(fetchText(`${server.url}/f`, 100, quick)).rejects.toThrow('which mk does not follow');
});

test('only the host that the URL names gets its password, and no message shows it', async () => {
  await using first = await testServer();
  await using second = await testServer();
  first.answer('/f', redirectTo(`${second.url}/f`));
  const url = first.url.replace('//', '//user:secret@');
  const failure = await fetchText(`${url}/f`, 100, quick).catch((error: Error) => error);
  expect(first.lastHeaders.authorization).toBe(`Basic ${btoa('user:secret')}`);
  expect(second.lastHeaders.authorization).toBeUndefined();
  expect(String(failure)).toContain('//***@127.0.0.1');
  expect(String(failure)).not.toContain('secret');
});

test('a server that says nothing is given up', async () => {
  await using server = await testServer();
  server.answer('/f', silence);
  await expect(fetchText(`${server.url}/f`, 100, { ...quick, stall: 50 })).rejects.toThrow('does not answer');
});

test('a page larger than the limit is refused', async () => {
  await using server = await testServer();
  server.answer('/f', body(content));
  await expect(fetchText(`${server.url}/f`, 1000, quick)).rejects.toThrow('is larger than 1000 bytes');
});

test('a host that could not be reached is not asked again', async () => {
  const gone = await testServer();
  await gone[Symbol.asyncDispose]();
  await expect(fetchText(`${gone.url}/f`, 100, quick)).rejects.toThrow('refuses the connection');
  // With this much patience a second round of tries would outlast the test.
  await expect(fetchText(`${gone.url}/g`, 100, { ...quick, backOff: 3_600_000 })).rejects.toThrow(
    'refuses the connection',
  );
});
