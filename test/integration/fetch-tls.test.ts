import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fetchText } from '../../src/base/http.ts';
import { tlsServer } from '../support/misbehaviour.ts';
import { body, redirectTo, testServer } from '../support/server.ts';

const known = getCACertificates('default');
const patience = { connect: 2000, stall: 2000, backOff: 1 };
let dir: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'tls-'));
});
afterAll(() => {
  setDefaultCACertificates(known);
  rmSync(dir, { recursive: true });
});

const get = (url: string) => fetchText(`${url}/f`, 100, patience);

test('a certificate that nobody vouches for is refused, and the message says what to do', async () => {
  await using server = await tlsServer(dir, 'localhost', body('secret'));
  await expect(get(server.url)).rejects.toMatchObject({
    code: 'download-failed',
    message: expect.stringContaining('NODE_EXTRA_CA_CERTS'),
  });
});

test('a certificate for another host is refused', async () => {
  await using server = await tlsServer(dir, 'elsewhere', body('secret'));
  setDefaultCACertificates([...known, server.certificate]);
  await expect(get(server.url)).rejects.toThrow("the server's certificate is for another host");
});

test('a redirect from https to http is refused, and one from http to https followed', async () => {
  await using plain = await testServer();
  plain.answer('/g', body('plain'));
  await using weaker = await tlsServer(dir, 'localhost', redirectTo(`${plain.url}/g`));
  setDefaultCACertificates([...known, weaker.certificate]);
  await expect(get(weaker.url)).rejects.toThrow(`redirected to ${plain.url}/g, which mk does not follow`);
  expect(plain.requests).toEqual([]);

  await using stronger = await tlsServer(dir, 'localhost', body('encrypted'));
  setDefaultCACertificates([...known, stronger.certificate]);
  plain.answer('/f', redirectTo(`${stronger.url}/f`));
  expect(await get(plain.url)).toBe('encrypted');
});

test('a server that does not speak TLS is named as such', async () => {
  await using plain = await testServer();
  await expect(get(plain.url.replace('http:', 'https:'))).rejects.toThrow('the server does not speak TLS');
});
