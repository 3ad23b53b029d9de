import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, request as forward, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { fetchText } from '../../src/base/http.ts';
import { tlsServer } from '../support/misbehaviour.ts';
import { type Answer, body, testServer } from '../support/server.ts';

const patience = { connect: 2000, stall: 2000, backOff: 1 };
const get = (url: string) => fetchText(url, 100, patience);

beforeEach(() => {
  for (const name of ['http_proxy', 'https_proxy', 'all_proxy', 'no_proxy']) {
    vi.stubEnv(name, undefined);
    vi.stubEnv(name.toUpperCase(), undefined);
  }
});
afterEach(() => void vi.unstubAllEnvs());

/** A proxy that passes everything on, and notes what it was asked for and with which password. */
async function testProxy() {
  const asked: string[] = [];
  const note = ({ method, url, headers }: IncomingMessage) =>
    asked.push(`${method} ${url} ${headers['proxy-authorization'] ?? ''}`.trim());
  const server = createServer((request, response) => {
    note(request);
    request.pipe(
      forward(request.url ?? '', { headers: { host: request.headers.host } }, (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      }),
    );
  });
  server.on('connect', (request, client) => {
    note(request);
    const [host, port] = (request.url ?? '').split(':');
    const upstream = connect(Number(port), host, () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      upstream.pipe(client).pipe(upstream);
    });
    client.on('error', () => upstream.destroy());
    upstream.on('error', () => client.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

test.each([
  ['HTTP_PROXY', 'http://'],
  ['http_proxy', ''],
  ['ALL_PROXY', 'http://'],
])('%s names a proxy as %sHOST:PORT', async (name, scheme) => {
  await using proxy = await testProxy();
  await using server = await testServer();
  server.answer('/f', body('hello'));
  vi.stubEnv(name, `${scheme}${proxy.host}`);
  expect(await get(`${server.url}/f`)).toBe('hello');
  expect(proxy.asked).toEqual([`GET ${server.url}/f`]);
});

test('hosts in NO_PROXY are asked directly', async () => {
  await using proxy = await testProxy();
  await using server = await testServer();
  server.answer('/f', body('hello'));
  vi.stubEnv('HTTP_PROXY', `http://${proxy.host}`);
  vi.stubEnv('NO_PROXY', 'example.org,127.0.0.1');
  expect(await get(`${server.url}/f`)).toBe('hello');
  expect(proxy.asked).toEqual([]);
});

test('the password for a proxy goes to the proxy alone, and into no message', async () => {
  await using proxy = await testProxy();
  await using server = await testServer();
  server.answer('/f', body('hello'));
  vi.stubEnv('HTTP_PROXY', `http://user:secret@${proxy.host}`);
  expect(await get(`${server.url}/f`)).toBe('hello');
  expect(proxy.asked[0]).toContain(`Basic ${btoa('user:secret')}`);
  expect(server.lastHeaders['proxy-authorization']).toBeUndefined();

  vi.stubEnv('HTTP_PROXY', 'http://user:secret@127.0.0.1:1');
  const failure = await get(`${server.url}/g`).catch((error: Error) => error);
  expect(String(failure)).toContain('by way of the proxy http://***@127.0.0.1:1');
  expect(String(failure)).not.toContain('secret');
});

test('HTTPS_PROXY names a proxy that sees the host and nothing else', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'tls-'));
  const known = getCACertificates('default');
  try {
    await using proxy = await testProxy();
    await using server = await tlsServer(dir, 'localhost', body('encrypted'));
    setDefaultCACertificates([...known, server.certificate]);
    vi.stubEnv('HTTPS_PROXY', `http://${proxy.host}`);
    expect(await get(`${server.url}/secret-path`)).toBe('encrypted');
    expect(proxy.asked).toEqual([`CONNECT ${new URL(server.url).host}`]);
  } finally {
    setDefaultCACertificates(known);
    rmSync(dir, { recursive: true });
  }
});

test('a host gets at most four connections', async () => {
  await using server = await testServer();
  const sockets = new Set<Socket>();
  const noting: Answer = (request, response) => {
    sockets.add(request.socket);
    return body('hello')(request, response);
  };
  for (let at = 0; at < 12; at++) server.answer(`/${at}`, noting);
  await Promise.all(Array.from({ length: 12 }, (_, at) => get(`${server.url}/${at}`)));
  expect(sockets.size).toBeLessThanOrEqual(4);
});
