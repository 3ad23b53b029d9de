import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { digestOf } from '../../src/base/digest.ts';
import { fetchPage } from '../../src/base/http-page.ts';
import { troubleOf } from '../../src/base/http-trouble.ts';
import { fetchDistfile } from '../../src/fetch/distfile.ts';
import { parseMirrors } from '../../src/fetch/mirror.ts';
import { tcpServer } from '../support/misbehaviour.ts';
import { body, status, testServer } from '../support/server.ts';
import { toy, workspace } from '../support/workspace.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fetch-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const fetch = (url: string, mirror?: string) =>
  fetchDistfile(
    { package: 'a', candidates: [{ file: 'a.tar', sha256: digestOf('right'), url }] },
    {
      ...{ downloadDir: dir, mirrors: parseMirrors(mirror ?? ''), offline: false, aptDir: join(dir, 'apt') },
      ...{ tell: () => {}, warn: () => {} },
    },
  );

const garbage: readonly [string, string][] = [
  ['of no protocol', '\0\x01garbage\r\n\r\n'],
  ['of another protocol', '220 ready ESMTP\r\n'],
  ['with a header that is none', 'HTTP/1.1 200 OK\r\n\0\x01: x\r\n\r\nbody'],
  ['with two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nbody'],
  ['with a piece of no length', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nbody'],
];

test.each(garbage)('an answer %s is a reason to ask the next source, as for a page', async (_what, answer) => {
  await using wild = await tcpServer(answer);
  await using server = await testServer();
  server.answer('/a.tar', body('right'));
  await fetch(`${server.url}/a.tar`, wild.url);
  expect(readFileSync(join(dir, 'a.tar'), 'utf8')).toBe('right');
  await expect(fetchPage(`${wild.url}/`)).rejects.toMatchObject({ code: 'download-failed' });
});

test('a server that speaks no HTTP is told as such: of a fetch, of a check of mirrors, and of a check for updates', async () => {
  await using wild = await tcpServer('\0\x01garbage\r\n\r\n');
  await expect(fetch(`${wild.url}/a.tar`)).rejects.toMatchObject({
    ...{ code: 'download-failed', detail: expect.stringContaining('/a.tar: does not answer in HTTP') },
  });
  const recipe = toy(`version: '1', url: (v) => \`${wild.url}/a-\${v}.tar\`, sha256: '${'a'.repeat(64)}'`);
  await using ws = await workspace({ 'pkg/a/build.ts': recipe });
  const checked = await ws.mk('mirror', '--check', '--layer', ws.layer);
  expect(checked.status).toBe(1);
  expect(checked.stdout).toMatch(/^unknown a .*does not answer in HTTP/);
  const update = await ws.start(['check-update', '--layer', ws.layer, 'a']).ended;
  expect(update.stdout + update.stderr).toContain('does not answer in HTTP');
  expect(update.stderr).not.toContain('bug in mk');
});

test('what nobody foresaw is trouble with that source', () => {
  expect(troubleOf(new TypeError('at http://me:secret@host/'))).toMatchObject({
    ...{ what: 'at http://***@host/ (TypeError)', final: true },
  });
});

test('a redirect that does not say where to is told as such', async () => {
  await using server = await testServer();
  server.answer('/a.tar', status(302));
  await expect(fetch(`${server.url}/a.tar`)).rejects.toMatchObject({
    ...{ detail: expect.stringContaining('HTTP status 302 (a redirect that does not say where to)') },
  });
});
