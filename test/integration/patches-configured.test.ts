import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { mirror, tarball } from '../support/tarball.ts';
import {
  ends,
  failuresIn,
  hasNamespaces,
  installs,
  reasonOf,
  type TestWorkspace,
  toy,
  workspace,
} from '../support/workspace.ts';

const word = installs('share/word', 'await ctx.read(`${ctx.sourceDir}/word`)');

/** A patch that makes a line of the file `word` another one. */
const patch = (before: string, after: string): string =>
  `--- a/word\n+++ b/word\n@@ -1,1 +1,1 @@\n-${before}\n+${after}\n`;

/** lib has a source, user builds from the same, other from one of its own. */
async function packages(lib = '', files: Readonly<Record<string, string>> = {}) {
  const ws = await workspace({ 'product/box/ROOTFS': 'lib\nuser\nother\n', 'product/bag/ROOTFS': 'lib\n', ...files });
  const [one, two] = ['lib', 'other'].map((name) => tarball(ws, [name, '1'], { word: 'one\n' }));
  ws.write('pkg/lib/build.ts', toy(`${one?.fields}, ${lib} ${word}`));
  ws.write('pkg/user/build.ts', toy(`sourceOf: 'lib', ${word.replace('share/word', 'share/user')}`));
  ws.write('pkg/other/build.ts', toy(`${two?.fields}, ${word.replace('share/word', 'share/other')}`));
  return ws;
}

const run = (ws: TestWorkspace, ...args: readonly string[]) => {
  const [first = ''] = args;
  const target = first === '' || first.startsWith('-') ? ['toy', 'box', ...args] : args;
  return ws.start([...target, '--layer', ws.layer], { env: mirror(ws) }).ended;
};

test('patches of the board and the product are applied after those of the recipe, general to specific', async () => {
  await using ws = await packages();
  ws.write('pkg/lib/0001-recipe.patch', patch('one', 'two'));
  ws.write('board/toy/patches/lib/9-board.patch', patch('two', 'three'));
  ws.write('board/toy/patches/lib/10-board.patch', patch('three', 'four'));
  ws.write('board/toy/patches/lib/README', 'no patch');
  ws.write('board/toy/patches/lib/.#10-board.patch', 'what an editor keeps');
  ws.write('product/box/patches/lib/0001-product.patch', patch('four', 'five'));
  ws.write('product/box/toy/patches/lib/0001-both.patch', patch('five', 'six'));
  const built = await run(ws);
  expect(built.status, built.stderr).toBe(0);
  expect(ws.built('deploy/lib/share/word')).toBe('six\n');
  expect(ws.built('deploy/user/share/user')).toBe('six\n');
  expect(ws.built('deploy/other/share/other')).toBe('one\n');
});

test('a patch that comes, changes or goes rebuilds what uses that source, and nothing else', async () => {
  await using ws = await packages();
  await run(ws);
  const file = 'board/toy/patches/lib/0001-a.patch';
  const expectRebuilt = async (what: string, text: string) => {
    const plan = await run(ws, '-n');
    expect(plan.stdout).toMatch(new RegExp(`^build +lib +${what}$`, 'm'));
    expect(plan.stdout).toMatch(new RegExp(`^build +user +${what}$`, 'm'));
    const why = await run(ws, 'why', 'toy', 'box', 'lib');
    expect(why.stdout).toContain(`layer/${file}`);
    const built = await run(ws);
    expect(
      ends(built, 'built')
        .filter((name) => name !== 'release')
        .sort(),
    ).toEqual(['lib', 'user']);
    expect(ws.built('deploy/lib/share/word')).toBe(text);
    expect(ends(await run(ws), 'built')).toEqual([]);
  };
  ws.write(file, patch('one', 'two'));
  await expectRebuilt(`layer/${file} appeared`, 'two\n');
  const key = JSON.parse((await run(ws, 'key', 'toy', 'box', 'lib')).stdout) as { document: { reads: unknown } };
  expect(key.document.reads).toEqual([
    { kind: 'patches', name: 'patches/lib', value: expect.stringMatching(/^[0-9a-f]{64}$/) },
  ]);
  ws.write(file, patch('one', 'three'));
  await expectRebuilt(`layer/${file}:\\d+: .*`, 'three\n');
  ws.remove(file);
  const back = await run(ws);
  expect(ends(back, 'built')).toEqual([]);
  expect(reasonOf(back, 'lib')).toBe('built before with the same inputs');
  expect(ws.built('deploy/lib/share/word')).toBe('one\n');
  ws.write(file, patch('one', 'four'));
  await run(ws);
  ws.remove('board/toy/patches');
  expect((await run(ws, 'why', 'toy', 'box', 'lib')).stdout).toContain(`layer/${file} is gone`);
});

test('another product has a tree of its own if its patches are others, and the same if they are not', async () => {
  await using ws = await packages();
  ws.write('board/toy/patches/lib/0001-a.patch', patch('one', 'two'));
  ws.write('product/box/patches/lib/0001-b.patch', patch('two', 'three'));
  await run(ws, '--keep-sources');
  const bag = await run(ws, 'toy', 'bag', '--keep-sources');
  expect(bag.status, bag.stderr).toBe(0);
  const words = readdirSync(join(ws.here, 'src'))
    .filter((name) => name.startsWith('lib-1-'))
    .map((name) => readFileSync(join(ws.here, 'src', name, 'word'), 'utf8'));
  expect(words.sort()).toEqual(['three\n', 'two\n']);
  // The same patch from elsewhere.
  ws.remove('product/box/patches');
  ws.write('product/box/patches/lib/0001-a.patch', patch('one', 'two'));
  ws.remove('board/toy/patches');
  expect(ends(await run(ws), 'built').filter((name) => name === 'lib')).toEqual([]);
});

test('a patch that does not fit is named with its place', async () => {
  await using ws = await packages();
  ws.write('board/toy/patches/lib/0001-a.patch', patch('other', 'two'));
  const failed = await run(ws);
  expect(failed.status).toBe(1);
  expect(failuresIn(failed)[0]?.message).toContain(
    'board/toy/patches/lib/0001-a.patch: hunk 1 does not fit word at line 1',
  );
  ws.write('board/toy/patches/lib/0001-a.patch', patch('one', 'two'));
  ws.write('product/box/patches/lib/0001-a.patch', patch('one', 'two'));
  const twice = await run(ws);
  expect(failuresIn(twice)[0]?.message).toContain('product/box/patches/lib/0001-a.patch: is already applied to word');
  ws.remove('product/box/patches');
  expect((await run(ws)).status).toBe(0);
});

test('a prepare hook that calls applyPatches applies them too, and only once', async () => {
  await using ws = await packages(
    `async prepare(ctx) { await ctx.applyPatch('0002-b.patch'); await ctx.applyPatches(); },`,
  );
  ws.write('pkg/lib/0001-a.patch', patch('two', 'three'));
  ws.write('pkg/lib/0002-b.patch', patch('one', 'two'));
  ws.write('board/toy/patches/lib/0001-c.patch', patch('three', 'four'));
  const built = await run(ws);
  expect(built.status, built.stderr).toBe(0);
  expect(ws.built('deploy/lib/share/word')).toBe('four\n');
});

test('a prepare hook that does not is refused, but only where there are any', async () => {
  await using ws = await packages('async prepare() {},');
  expect((await run(ws)).status).toBe(0);
  ws.write('board/toy/patches/lib/0001-c.patch', patch('one', 'two'));
  const [failure] = failuresIn(await run(ws));
  expect(failure?.message).toContain('board/toy/patches/lib/0001-c.patch: the prepare hook of lib does not apply it');
});

test.each([
  ['libb', 'there is no package "libb"', 'did you mean "lib"?'],
  ['user', 'user has no source of its own', 'its source is that of lib: patch that'],
])('patches for %s are refused before anything is built', async (name, what, hint) => {
  await using ws = await packages();
  ws.write(`board/toy/patches/${name}/0001-a.patch`, patch('one', 'two'));
  const refused = await run(ws);
  expect(refused.status).toBe(2);
  expect(refused.stderr).toContain(`board/toy/patches/${name}: ${what}`);
  expect(refused.stderr).toContain(hint);
});

test('a working directory is not patched, and its package does not depend on patches', async () => {
  await using ws = await packages();
  const source = join(ws.dir, 'mine');
  ws.write('../mine/word', 'mine\n');
  ws.write('board/toy/patches/lib/0001-a.patch', patch('one', 'two'));
  const built = await run(ws, '--source', `lib=${source}`);
  expect(built.status, built.stderr).toBe(0);
  expect(ws.built('deploy/lib/share/word')).toBe('mine\n');
  ws.write('board/toy/patches/lib/0001-a.patch', patch('one', 'three'));
  expect(ends(await run(ws, '--source', `lib=${source}`), 'built')).toEqual([]);
});

test.runIf(hasNamespaces)('the hook cannot change the patches', async () => {
  const prepare = `async prepare(ctx) {
    await ctx.write('/mk/patches/0.patch', 'x').then(() => ctx.warn('written'), (error) => ctx.warn(error.code));
    await ctx.applyPatches();
  },`;
  await using ws = await packages(prepare);
  ws.write('board/toy/patches/lib/0001-a.patch', patch('one', 'two'));
  const built = await run(ws);
  expect(built.stderr).toContain('lib: EROFS');
  expect(ws.built('deploy/lib/share/word')).toBe('two\n');
});

test('mk killed between two patches leaves nothing that the next run takes for prepared', async () => {
  await using ws = await packages(`async prepare(ctx) {
    await ctx.applyPatch('0001-a.patch');
    await ctx.read(\`\${ctx.recipeDir}/gate\`);
    await ctx.applyPatches();
  },`);
  ws.write('pkg/lib/0001-a.patch', patch('one', 'two'));
  ws.write('pkg/lib/0002-b.patch', patch('two', 'three'));
  ws.fifo('pkg/lib/gate');
  const killed = ws.start(['toy', 'box', '--layer', ws.layer], { env: mirror(ws) });
  const gate = await killed.gate('pkg/lib/gate');
  killed.kill('SIGKILL');
  await killed.ended;
  await gate.close();
  const [left] = readdirSync(join(ws.here, 'src')).filter((name) => name.startsWith('lib-1-'));
  expect(left).toMatch(/\.tmp$/);
  rmSync(join(ws.layer, 'pkg/lib/gate'));
  writeFileSync(join(ws.layer, 'pkg/lib/gate'), '');
  const built = await run(ws);
  expect(built.status, built.stderr).toBe(0);
  expect(ws.built('deploy/lib/share/word')).toBe('three\n');
  expect(existsSync(join(ws.here, 'src', left ?? ''))).toBe(false);
});
