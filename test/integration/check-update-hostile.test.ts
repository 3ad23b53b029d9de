import { expect, test } from 'vitest';
import type { UpdateRow } from '../../src/update/check.ts';
import { type Answer, body, redirectTo, silence, status, type TestServer, testServer } from '../support/server.ts';
import { listingPage } from '../support/upstream.ts';
import { workspace } from '../support/workspace.ts';

/** A recipe of version 1.2 whose files lie on a server. */
const recipeAt = (url: string, name: string, more = '') => `import { recipe } from '#mk';
export default recipe({
  version: '1.2',
  url: (v) => \`${url}/${name}-\${v}.tar.gz\`,
  sha256: '${'a'.repeat(64)}',
  ${more}
});
`;

/** Checks these recipes beside one that is well, and returns the rows of the others. */
async function besideGood(
  recipes: Readonly<Record<string, string>>,
  args: readonly string[] = [],
  files: Readonly<Record<string, string>> = {},
) {
  await using server = await testServer();
  server.answer('/', body(listingPage('good-1.2.tar.gz', 'good-1.3.tar.gz')));
  server.answer('/good-1.3.tar.gz', body('content'));
  await using ws = await workspace({ 'pkg/good/build.ts': recipeAt(server.url, 'good'), ...recipes, ...files });
  const names = Object.keys(recipes).map((path) => path.split('/')[1] ?? '');
  const run = await ws.start(['check-update', '--layer', ws.layer, '--json', ...args, 'good', ...names]).ended;
  const rows = run.stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as UpdateRow);
  expect(rows.find((row) => row.package === 'good')).toEqual({
    ...{ package: 'good', current: '1.2', state: 'new', newest: '1.3' },
  });
  expect(run).toMatchObject({ status: 10, stderr: '' });
  expect(rows.map((row) => row.package)).toEqual([...names, 'good'].sort());
  const others = rows.filter((row) => row.package !== 'good');
  return Object.fromEntries(others.map((row) => [row.package, row]));
}

const failed = (note: unknown) => expect.objectContaining({ state: 'failed', note });

test('a hook that hangs, loops, fails late, ends its process or answers nonsense costs its own row alone', async () => {
  const hooks = {
    hangs: 'checkUpdate: () => new Promise(() => {}),',
    loops: 'checkUpdate() { for (;;); },',
    late: "checkUpdate() { setTimeout(() => { throw new Error('too late'); }, 0); return new Promise(() => {}); },",
    rejects: "checkUpdate() { void Promise.reject(new Error('nobody cares')); return new Promise(() => {}); },",
    ends: 'checkUpdate() { process.exit(0); },',
    prints: "checkUpdate() { console.log('{'); console.error('}'); return '1.2'; },",
    number: 'checkUpdate: () => 2 as never,',
    huge: "checkUpdate: () => '9'.repeat(2e7),",
    eats: 'checkUpdate() { const all = []; for (;;) all.push(new Array(1e5).fill(all.length)); },',
    pages: "async checkUpdate({ fetchText }) { for (;;) await fetchText('http://127.0.0.1:1/').catch(() => {}); },",
  };
  const recipes = Object.entries(hooks).map(([name, hook]) => [
    `pkg/${name}/build.ts`,
    recipeAt('https://example.org', name, hook),
  ]);
  const rows = await besideGood(Object.fromEntries(recipes) as Record<string, string>, ['--timeout', '6']);
  expect(rows).toEqual({
    hangs: failed('checkUpdate has not come to an end within 6 seconds'),
    loops: failed('checkUpdate has not come to an end within 6 seconds'),
    late: failed('checkUpdate fails: too late (build.ts:6)'),
    rejects: failed('checkUpdate fails: nobody cares (build.ts:6)'),
    ends: failed('checkUpdate ends its thread without an answer'),
    prints: expect.objectContaining({ state: 'same' }),
    number: failed('checkUpdate answers a number, and not a version as a text'),
    huge: failed(expect.stringMatching(/^checkUpdate answers "9{60}…", which is no version$/)),
    eats: failed(expect.stringMatching(/^checkUpdate (?:fails: .*memory|has not come to an end)/)),
    pages: failed('checkUpdate asks for more than 200 pages'),
  });
});

test('a recipe that is no TypeScript, has wrong fields or throws costs its own row, which names the place', async () => {
  const rows = await besideGood({
    'pkg/syntax/build.ts': "import { recipe } from '#mk';\nexport default recipe({\n  version: '1',,\n});\n",
    'pkg/field/build.ts': "import { recipe } from '#mk';\nexport default recipe({\n  versoin: '1',\n});\n",
    'pkg/nothing/build.ts': 'export const nothing = 1;\n',
    'pkg/import/build.ts': "import { nothing } from './missing.ts';\nexport default nothing;\n",
    'pkg/throws/build.ts': "export default () => { throw new TypeError('needs a board'); };",
  });
  const at = (name: string, place: string, text: string) =>
    failed(expect.stringMatching(new RegExp(`/layer/pkg/${name}/build\\.ts:${place}: .*${text}`)));
  expect(rows).toEqual({
    syntax: at('syntax', '3:16', 'Expected'),
    field: at('field', '3:3', 'there is no field "versoin"'),
    nothing: failed(expect.stringContaining('the default export must be a recipe')),
    import: at('import', '1:25', 'missing\\.ts'),
    throws: at('throws', '1:30', 'needs a board'),
  });
});

test('what several recipes import and is no TypeScript costs the rows of these recipes', async () => {
  const shares = "import { version } from '../broken.ts';\nexport default { version };\n";
  const rows = await besideGood({ 'pkg/one/build.ts': shares, 'pkg/two/build.ts': shares }, [], {
    'pkg/broken.ts': 'export const version = ;\n',
  });
  const note = expect.stringMatching(/\/layer\/pkg\/broken\.ts:1:24: Unexpected/);
  expect(rows).toEqual({ one: failed(note), two: failed(note) });
});

/** One server for each thing that an upstream may do, with the note in its row. */
const upstreams: Readonly<Record<string, readonly [serve: (server: TestServer, name: string) => void, row: unknown]>> =
  (() => {
    const atTop =
      (answer: Answer): ((server: TestServer) => void) =>
      (server) =>
        server.answer('/', answer);
    const lists =
      (file: Answer) =>
      (server: TestServer, name: string): void => {
        server.answer('/', body(listingPage(`${name}-1.2.tar.gz`, `${name}-1.3.tar.gz`)));
        server.answer(`/${name}-1.3.tar.gz`, file);
      };
    const endless: Answer = (_request, response) => {
      const chunk = Buffer.alloc(64 * 1024, 'x');
      const send = () => {
        while (response.write(chunk));
      };
      response.on('drain', send);
      send();
    };
    const announced = (why: string) =>
      expect.objectContaining({
        ...{ state: 'announced', newest: '1.3', note: expect.stringMatching(`^1\\.3 is announced, but .*${why}`) },
      });
    return {
      silent: [atTop(silence), failed(expect.stringContaining('has not answered completely within 6 seconds'))],
      endless: [atTop(endless), failed(expect.stringMatching(/is larger than|has not answered completely/))],
      loop: [atTop(redirectTo('/')), failed(expect.stringContaining('redirected more than 10 times'))],
      busy: [
        atTop(status(429, { 'retry-after': '3600' })),
        failed(expect.stringContaining('asks to come back in 3600 seconds')),
      ],
      broken: [atTop(status(500)), failed(expect.stringContaining('HTTP status 500'))],
      resets: [atTop((request) => void request.socket.destroy()), failed(expect.stringContaining('127.0.0.1'))],
      empty: [atTop(body('')), failed(expect.stringContaining('no version of it is listed at'))],
      garbage: [
        atTop(body(Buffer.alloc(100_000, 0xff))),
        failed(expect.stringContaining('no version of it is listed')),
      ],
      other: [atTop(body('<html>It works!</html>')), failed(expect.stringContaining('no version of it is listed'))],
      denies: [lists(status(404)), announced('HTTP status 404')],
      page: [lists(body('<html>', { contentType: 'text/html' })), announced('is a web page')],
      nobody: [lists(body('')), announced('is empty')],
      confused: [lists(status(500)), failed(expect.stringContaining('HTTP status 500'))],
    };
  })();

test('a slow, failing or lying upstream costs its own row alone', async () => {
  const names = Object.keys(upstreams);
  await using servers = new AsyncDisposableStack();
  const recipes = await Promise.all(
    names.map(async (name) => {
      const server = servers.use(await testServer());
      upstreams[name]?.[0](server, name);
      return [`pkg/${name}/build.ts`, recipeAt(server.url, name)] as const;
    }),
  );
  const rows = await besideGood(Object.fromEntries(recipes), ['--timeout', '6']);
  expect(rows).toEqual(Object.fromEntries(names.map((name) => [name, upstreams[name]?.[1]])));
});

test('something that is only announced is neither up to date nor an update: the status is 1', async () => {
  await using server = await testServer();
  server.answer('/', body(listingPage('lib-1.2.tar.gz', 'lib-1.3.tar.gz')));
  await using ws = await workspace({ 'pkg/lib/build.ts': recipeAt(server.url, 'lib') });
  const args = ['check-update', '--layer', ws.layer, 'lib'];
  const run = await ws.start(args).ended;
  expect(run.stdout).toMatch(/^announced lib 1\.2 1\.3 1\.3 is announced, but .* status 404 \(not found\)\n$/);
  expect(run.status).toBe(1);
  expect(await ws.start([...args, '--write']).ended).toMatchObject({ status: 1 });
});

test('recipes of one host that wants to be left alone each name their own address', async () => {
  await using server = await testServer();
  const names = ['a', 'b', 'c', 'd'];
  for (const name of names) server.answer(`/${name}`, status(429, { 'retry-after': '3600' }));
  const page = (name: string) =>
    recipeAt(server.url, name, `update: { from: 'page', url: '${server.url}/${name}', pattern: /([\\d.]+)/ },`);
  await using ws = await workspace(Object.fromEntries(names.map((name) => [`pkg/${name}/build.ts`, page(name)])));
  const { stdout } = await ws.start(['check-update', '--layer', ws.layer, '--json', ...names]).ended;
  const rows = stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as UpdateRow);
  expect(rows.map(({ note }) => note?.split(':').slice(0, 3).join(':'))).toEqual(
    names.map((name) => `${server.url}/${name}`),
  );
});
