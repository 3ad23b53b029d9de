import { expect, test } from 'vitest';
import { fetchPage } from '../../src/base/http-page.ts';
import { body, redirectTo, silence, status, testServer } from '../support/server.ts';

test('an answer of any status is a page', async () => {
  await using server = await testServer();
  server.answer('/a', status(404, { 'x-a': 'b' }), body('text', { contentType: 'text/plain' }));
  expect(await fetchPage(`${server.url}/a`)).toMatchObject({ status: 404, text: '', headers: { 'x-a': 'b' } });
  expect(await fetchPage(`${server.url}/a`)).toMatchObject({ status: 200, text: 'text' });
});

test('a page may be asked for its headers alone, with headers of our own', async () => {
  await using server = await testServer();
  server.answer('/a', body('text'));
  const page = await fetchPage(`${server.url}/a`, { method: 'HEAD', headers: { 'if-none-match': '"1"' } });
  expect(page).toMatchObject({ text: '', headers: { 'content-length': '4' } });
  expect(server.requests).toEqual(['HEAD /a']);
  expect(server.lastHeaders['if-none-match']).toBe('"1"');
});

test('a redirect can be the answer', async () => {
  await using server = await testServer();
  server.answer('/a', redirectTo('/file-1.2.tar.gz'));
  const page = await fetchPage(`${server.url}/a`, { stay: true });
  expect(page).toMatchObject({ status: 302, headers: { location: '/file-1.2.tar.gz' } });
});

test('a redirect that never ends is given up', async () => {
  await using server = await testServer();
  server.answer('/a', redirectTo('/a'));
  await expect(fetchPage(`${server.url}/a`)).rejects.toMatchObject({
    ...{ code: 'download-failed', message: `${server.url}/a: redirected more than 10 times` },
  });
});

test('only the host that was asked sees the password, not the one it points to', async () => {
  await using server = await testServer();
  await using other = await testServer();
  server.answer('/a', redirectTo(`${other.url}/b`));
  other.answer('/b', body('b'));
  await fetchPage(`${server.url}/a`, { headers: { authorization: 'Bearer secret' } });
  expect(server.lastHeaders.authorization).toBe('Bearer secret');
  expect(other.lastHeaders.authorization).toBeUndefined();
});

test('a page that is too large is left', async () => {
  await using server = await testServer();
  server.answer('/a', body('x'.repeat(5000)));
  await expect(fetchPage(`${server.url}/a`, { limit: 4000 })).rejects.toMatchObject({
    message: `${server.url}/a: is larger than 4000 bytes`,
  });
});

test.each([
  ['never begins', silence],
  ['never ends', (_: unknown, response: { write(text: string): unknown }) => void response.write('<a href="a">')],
] as const)('an answer that %s is given up', async (_, answer) => {
  await using server = await testServer();
  server.answer('/a', answer);
  await expect(fetchPage(`${server.url}/a`, { time: 200 })).rejects.toMatchObject({
    message: `${server.url}/a: has not answered completely within 0.2 seconds`,
  });
});

test('a host that refuses the connection is told as such', async () => {
  const server = await testServer();
  await server[Symbol.asyncDispose]();
  await expect(fetchPage(`${server.url}/a`)).rejects.toMatchObject({ code: 'download-failed' });
});
