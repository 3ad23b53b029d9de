import { expect, test } from 'vitest';
import type { UpdateRow } from '../../src/update/check.ts';
import { body, redirectTo, silence, status, testServer } from '../support/server.ts';
import { listingPage } from '../support/upstream.ts';
import { type TestWorkspace, workspace } from '../support/workspace.ts';

/** A recipe of version 1.2 whose files lie on a server. */
const recipeAt = (url: string, name: string, more = '') => `import { recipe } from '#mk';
export default recipe({
  version: '1.2',
  url: (v) => \`${url}/${name}/${name}-\${v}.tar.gz\`,
  sha256: '${'a'.repeat(64)}',
  ${more}
});
`;

async function check(ws: TestWorkspace, ...args: readonly string[]) {
  const ended = await ws.start(['check-update', '--layer', ws.layer, ...args]).ended;
  const rows = args.includes('--json') ? ended.stdout.split('\n').filter(Boolean) : [];
  return { ...ended, rows: rows.map((row) => JSON.parse(row) as UpdateRow) };
}

test('the table tells what is new, the same, older, failed and unknown, and the status that something is new', async () => {
  await using server = await testServer();
  const versions: Readonly<Record<string, readonly string[]>> = {
    fresh: ['1.2', '1.10'],
    same: ['1.2'],
    past: ['1.1'],
  };
  for (const [name, all] of Object.entries(versions)) {
    const files = all.map((version) => `${name}-${version}.tar.gz`);
    server.answer(`/${name}/`, body(listingPage(...files), { contentType: 'text/html' }));
    for (const file of files) server.answer(`/${name}/${file}`, body('content'));
  }
  await using ws = await workspace({
    'pkg/fresh/build.ts': recipeAt(server.url, 'fresh'),
    'pkg/gone/build.ts': recipeAt(server.url, 'gone'),
    'pkg/past/build.ts': recipeAt(server.url, 'past'),
    'pkg/same/build.ts': recipeAt(server.url, 'same'),
    'pkg/mine/build.ts': "export default { license: 'MIT' };\n",
    'pkg/still/build.ts': recipeAt(server.url, 'still', "update: { from: 'nowhere', because: 'its author is gone' },"),
  });
  const { stdout, status: exit } = await check(ws, 'fresh', 'gone', 'past', 'same', 'still');
  expect(stdout.replaceAll(server.url, 'URL')).toBe(
    [
      'new     fresh 1.2 1.10',
      'failed  gone  1.2      URL/gone/: answered with HTTP status 404 (not found)',
      'older   past  1.2 1.1',
      'same    same  1.2 1.2',
      'unknown still 1.2      its author is gone',
      '',
    ].join('\n'),
  );
  expect(exit).toBe(10);
  expect((await check(ws, 'past', 'same', 'still')).status).toBe(0);
  expect((await check(ws, 'gone', 'same')).status).toBe(1);
  expect(await check(ws, 'mine')).toMatchObject({
    status: 0,
    stdout: 'unknown mine   its recipe has no version of its own\n',
  });
  expect((await check(ws, 'nosuch')).status).toBe(2);
});

test('an upstream that is slow, huge, endless, a loop, or a trap for a pattern costs its own row alone', async () => {
  await using server = await testServer();
  server.answer('/good/', body(listingPage('good-1.3.tar.gz')));
  server.answer('/good/good-1.3.tar.gz', body('content'));
  server.answer('/busy/', status(429, { 'retry-after': '3600' }));
  server.answer('/endless/', (_request, response) => {
    const chunk = Buffer.alloc(64 * 1024, 'x');
    const send = () => {
      while (response.write(chunk));
    };
    response.on('drain', send);
    send();
  });
  server.answer('/loop/', redirectTo('/loop/'));
  server.answer('/trap/', body('a'.repeat(100)));
  server.answer('/silent/', silence);
  const page = (name: string, pattern: string) =>
    recipeAt(server.url, name, `update: { from: 'page', url: '${server.url}/${name}/', pattern: ${pattern} },`);
  const names = ['endless', 'loop', 'trap', 'silent', 'hook', 'good'];
  await using ws = await workspace({
    ...Object.fromEntries(names.map((name) => [`pkg/${name}/build.ts`, recipeAt(server.url, name)])),
    'pkg/trap/build.ts': page('trap', '/(a+)+b/'),
    'pkg/hook/build.ts': recipeAt(server.url, 'hook', "checkUpdate() { throw new RangeError('no idea'); },"),
    'pkg/computed/build.ts': "export default () => { throw new TypeError('needs a board'); };",
  });
  const { rows, status: exit } = await check(ws, '--json', '--timeout', '3', ...names, 'computed');
  const notes = Object.fromEntries(rows.map((row) => [row.package, row.note?.replaceAll(server.url, 'URL')]));
  expect(rows.find((row) => row.package === 'good')).toMatchObject({ state: 'new', newest: '1.3' });
  expect(notes).toEqual({
    computed: expect.stringMatching(/pkg\/computed\/build\.ts:1:30: computed: needs a board$/),
    endless: expect.stringMatching(/is larger than 8388608 bytes$|has not answered completely/),
    good: undefined,
    hook: 'checkUpdate fails: no idea (build.ts:6)',
    loop: 'URL/loop/: redirected more than 10 times',
    silent: 'URL/silent/: has not answered completely within 3 seconds',
    trap: 'the pattern /(a+)+b/ has not come to an end within 2 seconds',
  });
  expect(exit).toBe(10);
});

test('a hook may look for itself', async () => {
  await using server = await testServer();
  server.answer('/hook/news', body('1.9 1.10 1.8'));
  server.answer('/hook/hook-1.10.tar.gz', body('content'));
  const hook = `async checkUpdate({ name, fetchText, greatest }) {
    return greatest((await fetchText('${server.url}/' + name + '/news')).split(' '));
  },`;
  await using ws = await workspace({ 'pkg/hook/build.ts': recipeAt(server.url, 'hook', hook) });
  expect((await check(ws, '--json', 'hook')).rows).toMatchObject([{ state: 'new', newest: '1.10' }]);
});
