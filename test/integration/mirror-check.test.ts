import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { digestOf } from '../../src/base/digest.ts';
import { commit, git, gitServer } from '../support/git-server.ts';
import { body, status, testServer } from '../support/server.ts';
import { toy, toyOf, workspace } from '../support/workspace.ts';

/** A recipe whose file has this content and lies at this address. */
const from = (url: string, content: string) => toy(`version: '1', url: () => '${url}', sha256: '${digestOf(content)}'`);

/** The table of a run: state and note by package. */
const rowsOf = (stdout: string) =>
  Object.fromEntries(
    stdout
      .trim()
      .split('\n')
      .map((line) => /^(\S+) +(\S+) +(\S*) +(.*)$/.exec(line) ?? [])
      .map(([, state = '', name = '', , note = '']) => [name, `${state}: ${note}`]),
  );

test('every address is asked whether it has its file, and with --full it is fetched and compared', async () => {
  await using server = await testServer();
  const at = (name: string) => `${server.url}/${name}`;
  await using ws = await workspace({
    'pkg/good/build.ts': from(at('good.tar'), 'good'),
    'pkg/in-hand/build.ts': from(at('in-hand.tar'), 'right'),
    'pkg/grown/build.ts': from(at('grown.tar'), 'right'),
    'pkg/changed/build.ts': from(at('changed.tar'), 'right'),
    'pkg/lost/build.ts': from(at('lost.tar'), 'x'),
    'pkg/closed/build.ts': from(at('closed.tar'), 'x'),
    'pkg/page/build.ts': from(at('page.tar'), 'x'),
    'pkg/old/build.ts': from(at('old.tar'), 'old'),
    'pkg/refused/build.ts': from('http://127.0.0.1:9/refused.tar', 'x'),
    'pkg/none/build.ts': toy(),
    'pkg/broken/build.ts': toyOf("version: '1', url: () => { throw new Error('no board'); }, sha256: ''"),
  });
  mkdirSync(join(ws.here, 'download'));
  for (const name of ['in-hand', 'grown']) writeFileSync(join(ws.here, 'download', `${name}.tar`), 'right');
  server.answer('/good.tar', body('good'));
  server.answer('/in-hand.tar', body('right'));
  server.answer('/grown.tar', body('right and more'));
  server.answer('/changed.tar', body('wrong'));
  server.answer('/closed.tar', status(403));
  server.answer('/page.tar', body('<html><title>Sorry</title>', { contentType: 'text/html' }));
  // No HEAD.
  server.answer('/old.tar', (request, response) =>
    request.method === 'HEAD' ? void response.writeHead(405).end() : body('old')(request, response),
  );
  const quick = await ws.mk('mirror', '--check', '--layer', ws.layer);
  const rows = rowsOf(quick.stdout);
  expect(rows).toMatchObject({
    good: 'ok: 4 bytes',
    'in-hand': 'ok: 5 bytes, as many as the file in download/',
    grown: 'wrong: 14 bytes, and the right file has 5',
    changed: 'ok: 5 bytes',
    lost: 'gone: answered with HTTP status 404',
    closed: 'unknown: answered with HTTP status 403 (forbidden)',
    page: 'wrong: it is a web page',
    old: 'ok: 3 bytes',
    refused: 'unknown: the host refuses the connection',
  });
  expect(rows).not.toHaveProperty('none');
  expect(quick.stdout).toMatch(/^unknown broken /m);
  expect(quick.status).toBe(1);
  expect(quick.stderr).toContain('addresses need a look');

  const full = await ws.mk('mirror', '--check', '--full', '--layer', ws.layer);
  const compared = rowsOf(full.stdout);
  expect(compared).toMatchObject({
    good: 'ok: 4 bytes, with the right digest',
    changed: expect.stringContaining(`wrong: changed.tar: is not the file`),
    grown: expect.stringContaining(`received sha256 ${digestOf('right and more')}`),
    lost: 'gone: answered with HTTP status 404 (not found)',
  });
  expect(full.status).toBe(1);
  expect(readdirSync(ws.here)).toEqual(['download']);
  expect(readdirSync(join(ws.here, 'download')).sort()).toEqual(['grown.tar', 'in-hand.tar']);
});

test('when all is well the exit status is 0, and of commits it is known as well', async () => {
  await using ws = await workspace();
  const root = join(ws.dir, 'served');
  mkdirSync(root);
  await using server = await gitServer(root);
  const first = commit(join(root, 'app'), { a: 'a' });
  git(join(root, 'app'), 'tag', 'v1');
  const recipe = (id: string, tag = '') =>
    toy(`version: '1', git: { url: '${server.url}/app', commit: '${id}'${tag} }, sha256: '${'0'.repeat(64)}'`);
  ws.write('pkg/app/build.ts', recipe(first, ', tag: (v) => `v${v}`'));
  const good = await ws.mk('mirror', '--check', '--layer', ws.layer);
  const ours = good.stdout.split('\n').find((line) => line.includes(' app '));
  expect(ours).toMatch(/^ok +app +http.*\/app +it has the commit, and v1 is it$/);
  ws.write('pkg/app/build.ts', recipe('c'.repeat(40)));
  const bad = await ws.mk('mirror', '--check', '--layer', ws.layer);
  expect(bad.stdout).toMatch(new RegExp(`^gone +app .*has no commit ${'c'.repeat(40)}`, 'm'));
  expect(bad.status).toBe(1);
});

test('a directory and --check do not go together', async () => {
  await using ws = await workspace();
  for (const args of [['mirror'], ['mirror', '/tmp/x', '--check'], ['mirror', '--full']]) {
    expect(await ws.mk(...args)).toMatchObject({ status: 2, stderr: expect.stringContaining('needs a directory') });
  }
});
