import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { status, testServer } from '../support/server.ts';
import { mirror, tarball } from '../support/tarball.ts';
import { installs, type Running, type TestWorkspace, toy, workspace } from '../support/workspace.ts';

const start = (ws: TestWorkspace, product: string, ...more: readonly string[]): Running =>
  ws.start(['toy', product, '--layer', ws.layer, ...more], { env: mirror(ws) });

const sources = (ws: TestWorkspace) => readdirSync(join(ws.here, 'src'));

const word = installs('share/word', 'await ctx.read(`${ctx.sourceDir}/word`)');

/** Two products with the package `a`, whose prepare hook waits for a byte. */
async function twoProducts() {
  const ws = await workspace({ 'product/box/ROOTFS': 'a\n', 'product/bag/ROOTFS': 'a\n' });
  const { fields } = tarball(ws, ['a', '1'], { word: 'one' });
  const waits = 'async prepare({ run, recipeDir }) { await run`head -c1 ${recipeDir}/gate`; }';
  ws.write('pkg/a/build.ts', toy(`${fields}, ${waits}, ${word}`));
  ws.fifo('pkg/a/gate');
  return ws;
}

/** Two products, each with a package of its own that is built from the same source and waits for its FIFO. */
async function twoUsers() {
  const ws = await workspace({ 'product/box/ROOTFS': 'one\n', 'product/bag/ROOTFS': 'two\n' });
  ws.write('pkg/a/build.ts', toy(tarball(ws, ['a', '1'], { word: 'one' }).fields));
  for (const name of ['one', 'two']) {
    const waits = 'async build({ run, recipeDir }) { await run`cat ${recipeDir}/gate`; }';
    ws.write(`pkg/${name}/build.ts`, toy(`sourceOf: 'a', ${waits}, ${word}`));
    ws.fifo(`pkg/${name}/gate`);
  }
  return ws;
}

test('a source tree that another mk uses in the same build directory stays until that one is done', async () => {
  await using ws = await twoUsers();
  const [box, bag] = [start(ws, 'box'), start(ws, 'bag')];
  const [first, second] = [await box.gate('pkg/one/gate'), await bag.gate('pkg/two/gate')];
  await first.close();
  expect(await box.ended).toMatchObject({ status: 0 });
  await second.close();
  const run = await bag.ended;
  expect(run.status, run.stderr).toBe(0);
  expect(sources(ws)).toEqual([]);
});

test('two mk in one build directory may prepare the same source at the same time', async () => {
  await using ws = await twoProducts();
  const { open } = await import('node:fs/promises');
  await using gate = await open(join(ws.layer, 'pkg/a/gate'), 'r+');
  const runs = [start(ws, 'box'), start(ws, 'bag')];
  for (const run of runs) await run.until((each) => each.event === 'activity' && each.activity === 'prepare');
  await gate.write('xx');
  for (const { ended } of runs) {
    const run = await ended;
    expect(run.status, run.stderr).toBe(0);
  }
  expect(sources(ws)).toEqual([]);
});

test('what a killed mk left among the sources is removed by the next', async () => {
  await using ws = await twoProducts();
  const running = start(ws, 'box');
  await running.gate('pkg/a/gate');
  running.kill('SIGKILL');
  await running.ended;
  expect(sources(ws)).toHaveLength(1);
  ws.write('pkg/a/build.ts', toy(`${tarball(ws, ['a', '2'], { word: 'two' }).fields}, ${word}`));
  expect((await start(ws, 'box').ended).status).toBe(0);
  expect(sources(ws)).toEqual([]);
});

test('--keep-sources keeps prepared trees for the next run', async () => {
  await using ws = await workspace({ 'product/box/ROOTFS': 'a\n' });
  const { fields } = tarball(ws, ['a', '1'], { word: 'one' });
  ws.write('pkg/a/build.ts', toy(`${fields}, ${word}`));
  await start(ws, 'box', '--keep-sources').ended;
  const [kept = ''] = sources(ws);
  expect(kept).toMatch(/^a-1-[0-9a-f]{8}$/);
  expect(existsSync(join(ws.here, 'src', kept, 'word'))).toBe(true);
  mkdirSync(join(ws.dir, 'store 2'));
  const again = ws.start(['toy', 'box', '--layer', ws.layer], {
    env: { ...mirror(ws), MK_STORE: join(ws.dir, 'store 2') },
  });
  const run = await again.ended;
  expect(run.status, run.stderr).toBe(0);
  expect(run.events.filter((each) => each.event === 'activity' && each.activity === 'unpack')).toEqual([]);
  expect(sources(ws)).toEqual([]);
});

test('source trees that failed attempts have left are removed when one succeeds', async () => {
  await using ws = await workspace({ 'product/box/ROOTFS': 'a\n' });
  const { fields } = tarball(ws, ['a', '1'], { word: 'one' });
  for (const attempt of ['first', 'second']) {
    ws.write('pkg/a/build.ts', toy(`${fields}, async build() { throw new Error('${attempt}'); }`));
    expect((await start(ws, 'box').ended).status).toBe(1);
  }
  expect(sources(ws)).not.toEqual([]);
  ws.write('pkg/a/build.ts', toy(`${fields}, ${word}`));
  expect((await start(ws, 'box').ended).status).toBe(0);
  expect(sources(ws)).toEqual([]);
});

test('a mirror that is none is refused before any work', async () => {
  await using ws = await workspace({ 'pkg/a/build.ts': toy(installs('share/a', "'a'")) });
  const env = { MK_MIRRORS: 'apt: mirror/here' };
  for (const more of [[], ['-n']]) {
    const run = await ws.start(['toy', 'box', '--layer', ws.layer, ...more], { env }).ended;
    expect(run.status).toBe(2);
    expect(run.stderr).toContain('error[usage]: MK_MIRRORS: "mirror/here" is not a mirror\n');
  }
  expect(readdirSync(ws.here)).toEqual([]);
});

test('a download that failed is tried and told once in a run, also when several packages want it', async () => {
  await using server = await testServer();
  server.answer('/a-1.tar', status(404));
  const fields = `version: '1', url: (v) => \`${server.url}/a-\${v}.tar\`, sha256: '${'a'.repeat(64)}'`;
  await using ws = await workspace({
    'pkg/a/build.ts': toy(`${fields}, ${word}`),
    'pkg/b/build.ts': toy(`sourceOf: 'a', ${word}`),
    'pkg/c/build.ts': toy(installs('share/c', "'c'")),
  });
  const run = await ws.start(['toy', 'box', '--layer', ws.layer, '-k', '-j1']).ended;
  expect(run.status).toBe(1);
  expect(server.requests).toHaveLength(1);
  const told = run.events.filter((each) => each.event === 'activity' && each.activity === 'fetch');
  expect(told.length, JSON.stringify(told)).toBeLessThanOrEqual(1);
});

test('sources of several packages are unpacked and prepared side by side', async () => {
  await using ws = await workspace({ 'product/box/ROOTFS': 'reader\nwriter\n' });
  const prepares = {
    reader: 'await run`cat ${recipeDir}/meet`',
    writer: 'await run.with({ stdout: `${recipeDir}/meet` })`echo here`',
  };
  for (const [name, act] of Object.entries(prepares)) {
    const { fields } = tarball(ws, [name, '1'], { word: name });
    ws.write(`pkg/${name}/build.ts`, toy(`${fields}, async prepare({ run, recipeDir }) { ${act}; }, ${word}`));
  }
  ws.fifo('pkg/reader/meet', 'pkg/writer/meet');
  // With one slot the first would wait for the other for ever.
  const run = await start(ws, 'box', '-j2').ended;
  expect(run.status, run.stderr).toBe(0);
  expect(ws.built('log/reader-prepare.log')).toContain('here');
});
