import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { body, testServer } from '../support/server.ts';
import { tarball } from '../support/tarball.ts';
import { ends, installs, reasonOf, type TestWorkspace, toy, workspace } from '../support/workspace.ts';

const packages = {
  'pkg/first/build.ts': toy(installs('share/first', "'first'")),
  // Reads the FIFO until the test closes it.
  'pkg/held/build.ts':
    toy(`depends: ['first'], async build({ run, recipeDir }) { await run\`cat \${recipeDir}/gate\`; },
    ${installs('share/held', "'held'")}`),
  'pkg/later/build.ts': toy(`depends: ['held'], ${installs('share/later', "'later'")}`),
};

/** Packages of which one runs until it is killed, and writes nothing into its FIFO; its end is the end of the FIFO. */
const endless = {
  'pkg/first/build.ts': packages['pkg/first/build.ts'],
  'pkg/endless/build.ts': toy(`depends: ['first'], async build({ run, recipeDir }) {
    await run.with({ stdout: \`\${recipeDir}/alive\` })\`sh -c \${'sleep 1000 & sleep 1000'}\`; }`),
};

const args = (ws: TestWorkspace) => ['toy', 'box', '--layer', ws.layer];

test('the first interrupt finishes what runs, starts nothing new and exits with 130; the next run carries on', async () => {
  await using ws = await workspace(packages);
  ws.fifo('pkg/held/gate');
  const running = ws.start(args(ws));
  const handle = await running.gate('pkg/held/gate');
  running.kill('SIGINT');
  await running.until(({ event }) => event === 'warning');
  await handle.close();
  const run = await running.ended;
  expect(run).toMatchObject({ status: 130, stdout: '' });
  expect(run.stderr).toContain('interrupted');
  expect(ends(run, 'built')).toEqual(['first', 'held']);
  expect(reasonOf(run, 'later')).toBe('interrupted');
  expect(run.events.at(-1)).toMatchObject({ event: 'summary', built: 2, skipped: 2, failed: 0 });

  const next = await ws.build();
  expect(next.status, next.stderr).toBe(0);
  expect(ends(next, 'cached')).toEqual(['first', 'held']);
  expect(ends(next, 'built')).toEqual(['later', 'release']);
});

test('the first interrupt breaks downloads off, and the next run goes on with them', async () => {
  await using ws = await workspace({ 'product/box/ROOTFS': 'a\n' });
  await using server = await testServer();
  const { fields, file, path } = tarball(ws, ['a', '1'], { word: 'one' });
  ws.write('pkg/a/build.ts', toy(`${fields}, ${installs('share/word', 'await ctx.read(`${ctx.sourceDir}/word`)')}`));
  const content = readFileSync(path);
  const head = { etag: '"1"', 'accept-ranges': 'bytes', 'content-length': content.length };
  // The rest never comes.
  server.answer(`/${file}`, (_, response) => void response.writeHead(200, head).write(content.subarray(0, 50)));
  const env = { MK_MIRRORS: server.url };
  const running = ws.start(args(ws), { env });
  await running.until((event) => event.event === 'transfer' && event.received === 50);
  running.kill('SIGINT');
  const run = await running.ended;
  expect(run.status, run.stderr).toBe(130);
  expect(reasonOf(run, 'a')).toBe('interrupted');
  expect(run.events.at(-1)).toMatchObject({ event: 'summary', built: 0, skipped: 2, failed: 0 });

  server.answer(`/${file}`, body(content, { etag: '"1"' }));
  const next = await ws.start(args(ws), { env }).ended;
  expect(next.status, next.stderr).toBe(0);
  expect(server.requests.at(-1)).toBe(`GET /${file} bytes=50-`);
  expect(ws.built('deploy/a/share/word')).toBe('one');
});

test.for(['auto', 'off'])('the second interrupt leaves no process behind (--sandbox=%s)', async (sandbox) => {
  await using ws = await workspace(endless);
  ws.fifo('pkg/endless/alive');
  const running = ws.start([...args(ws), `--sandbox=${sandbox}`]);
  const { closed } = await running.pulse('pkg/endless/alive');
  running.kill('SIGINT');
  await running.until(({ event }) => event === 'warning');
  running.kill('SIGINT');
  expect(await running.ended).toMatchObject({ status: 130 });
  await closed;
});

test.for(['auto', 'off'])(
  'what a hook leaves in the background ends with its hooks (--sandbox=%s)',
  async (sandbox) => {
    await using ws = await workspace({
      'pkg/endless/build.ts': toy(`async build({ run, recipeDir }) {
      await run.with({ stdout: \`\${recipeDir}/alive\` })\`sh -c \${'sleep 1000 & exit 0'}\`; }`),
    });
    ws.fifo('pkg/endless/alive');
    const running = ws.start([...args(ws), `--sandbox=${sandbox}`]);
    const { closed } = await running.pulse('pkg/endless/alive');
    const run = await running.ended;
    expect(run.status, run.stderr).toBe(0);
    await closed;
  },
);

test('SIGTERM is an interrupt too', async () => {
  await using ws = await workspace(endless);
  ws.fifo('pkg/endless/alive');
  const running = ws.start(args(ws));
  const { closed } = await running.pulse('pkg/endless/alive');
  running.kill('SIGTERM');
  await running.until(({ event }) => event === 'warning');
  running.kill('SIGTERM');
  expect(await running.ended).toMatchObject({ status: 130 });
  await closed;
});

test('mk killed in mid-build takes its hooks along, and the next run carries on from what was finished', async () => {
  await using ws = await workspace(endless);
  ws.fifo('pkg/endless/alive');
  const running = ws.start(args(ws));
  const { closed } = await running.pulse('pkg/endless/alive');
  running.kill('SIGKILL');
  expect(await running.ended).toMatchObject({ signal: 'SIGKILL' });
  await closed;

  ws.write('pkg/endless/build.ts', toy(installs('share/endless', "'now with an end'")));
  const next = await ws.build();
  expect(next.status, next.stderr).toBe(0);
  expect(ends(next, 'cached')).toEqual(['first']);
  expect(ends(next, 'built')).toEqual(['endless', 'release']);
  // What the killed one had begun in the store is gone.
  expect(readdirSync(join(ws.store, 'work')).filter((name) => name.startsWith(`${running.pid}`))).toEqual([]);
});

test('what a killed mk was writing into the build directory is gone after the next run', async () => {
  await using ws = await workspace({ 'pkg/first/build.ts': packages['pkg/first/build.ts'] });
  await ws.build();
  const leftovers = ['pkglist', '.mk/packages/first.json', 'deploy/first', 'toolchain'];
  for (const name of leftovers) mkdirSync(join(ws.here, 'toy-box', `${name}.4711-0123456789ab.tmp`));
  await ws.build();
  const names = readdirSync(join(ws.here, 'toy-box'), { recursive: true, encoding: 'utf8' });
  expect(names.filter((name) => name.endsWith('.tmp'))).toEqual([]);
  expect(names).toContain('pkglist');
});
