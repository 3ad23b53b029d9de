import { chmodSync, cpSync, existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { removeTree } from '../../src/base/files.ts';
import { ends, installs, reasonOf, toy, workspace } from '../support/workspace.ts';

/** lib <- mid <- app, and one beside them. */
const chain = {
  'pkg/lib/build.ts': toy(installs('share/lib', "'lib 1'")),
  'pkg/mid/build.ts': toy(`depends: ['lib'], ${installs('share/mid', 'await ctx.read(`${ctx.sysroot}/share/lib`)')}`),
  'pkg/app/build.ts': toy(`depends: ['mid'], ${installs('share/app', 'await ctx.read(`${ctx.sysroot}/share/mid`)')}`),
  'pkg/other/build.ts': toy(installs('share/other', "'other'")),
};
const all = ['app', 'lib', 'mid', 'other', 'release'];

test('a second run runs no hook', async () => {
  await using ws = await workspace(chain);
  expect(ends(await ws.build(), 'built').sort()).toEqual(all);
  const again = await ws.build();
  expect(ends(again, 'cached').sort()).toEqual(all);
  expect(again.events.filter(({ event }) => event === 'activity')).toEqual([]);
  expect(reasonOf(again, 'lib')).toBe('nothing changed');
});

test('a changed recipe rebuilds its package and what its changed output reaches', async () => {
  await using ws = await workspace(chain);
  await ws.build();
  ws.write('pkg/lib/build.ts', toy(installs('share/lib', "'lib 2'")));
  const run = await ws.build();
  expect(ends(run, 'built')).toEqual(['lib', 'mid', 'app', 'release']);
  expect(ends(run, 'cached')).toEqual(['other']);
  expect(reasonOf(run, 'lib')).toBe("build.ts:2: 'lib 1' became 'lib 2'");
  expect(ws.built('deploy/app/share/app')).toBe('lib 2');
});

test('a comment in a recipe, whose output stays the same, stops the wave at once', async () => {
  await using ws = await workspace(chain);
  await ws.build();
  ws.write('pkg/lib/build.ts', `${chain['pkg/lib/build.ts']}// a thought\n`);
  const plan = await ws.build('-n');
  expect(plan.stdout).toMatch(/^build +mid +it uses lib, which is to be built$/m);
  const run = await ws.build();
  expect(ends(run, 'built')).toEqual(['lib']);
  expect(ends(run, 'cached').sort()).toEqual(['app', 'mid', 'other', 'release']);
});

test('every file of a package and every module it imports is part of it', async () => {
  await using ws = await workspace({
    ...chain,
    'pkg/lib/build.ts': `import { word } from './word.ts';\n${toy(installs('share/lib', 'word'))}`,
    'pkg/lib/word.ts': "export { word } from '../../shared.ts';\n",
    'pkg/lib/notes.txt': 'one\n',
    'shared.ts': "export const word = 'one';\n",
  });
  await ws.build();
  ws.write('shared.ts', "export const word = 'two';\n");
  expect(ends(await ws.build(), 'built')).toEqual(['lib', 'mid', 'app', 'release']);
  ws.write('pkg/lib/notes.txt', 'two\n');
  expect(ends(await ws.build(), 'built')).toEqual(['lib']);
});

test('a recipe that changed back is found again', async () => {
  await using ws = await workspace(chain);
  await ws.build();
  ws.write('pkg/lib/build.ts', toy(installs('share/lib', "'lib 2'")));
  await ws.build();
  ws.write('pkg/lib/build.ts', chain['pkg/lib/build.ts']);
  const back = await ws.build();
  expect(ends(back, 'built')).toEqual([]);
  expect(reasonOf(back, 'app')).toBe('built before with the same inputs');
  expect(ws.built('deploy/app/share/app')).toBe('lib 1');
});

test('another product of the board builds nothing twice', async () => {
  await using ws = await workspace({ ...chain, 'product/bag/ROOTFS': 'app\n' });
  await ws.build();
  const args = ['toy', 'bag', '--layer', ws.layer];
  const run = await ws.start(args).ended;
  expect(ends(run, 'cached')).toEqual(['lib', 'mid', 'app']);
  // Its release contains other packages.
  expect(ends(run, 'built')).toEqual(['release']);
});

test('another build directory and a layer that lies elsewhere build nothing again', async () => {
  await using ws = await workspace(chain);
  await ws.build();
  const [cwd, layer] = [join(ws.dir, 'elsewhere'), join(ws.dir, 'moved')];
  mkdirSync(cwd);
  cpSync(ws.layer, layer, { recursive: true });
  const run = await ws.start(['toy', 'box', '--layer', layer], { cwd }).ended;
  expect(ends(run, 'built')).toEqual([]);
  expect(ends(run, 'cached').sort()).toEqual(all);
  expect(reasonOf(run, 'app')).toBe('built before with the same inputs');
});

test('the same workspace built in another place with another store has the same bytes', async () => {
  await using ws = await workspace(chain);
  await using other = await workspace(chain);
  const outputs = ({ events }: Awaited<ReturnType<typeof ws.build>>) =>
    events.flatMap((each) => (each.event === 'package' ? [`${each.package} ${each.key} ${each.output}`] : [])).sort();
  expect(outputs(await other.build('-j1'))).toEqual(outputs(await ws.build('-j4')));
});

test('a package that leaves ROOTFS leaves the build root, and the release is made anew', async () => {
  await using ws = await workspace(chain);
  await ws.build();
  ws.write('product/box/ROOTFS', 'app\n');
  const run = await ws.build();
  expect(ends(run, 'built')).toEqual(['release']);
  expect(reasonOf(run, 'release')).toContain('content other removed');
  expect(ws.built('deploy/other/share/other')).toBeUndefined();
  expect(ws.built('pkglist')).toBe('lib\nmid\napp\nrelease\n');
});

test('a package that a product takes away with -name is not built', async () => {
  await using ws = await workspace({ ...chain, 'board/toy/ROOTFS': 'app\nother\n', 'product/box/ROOTFS': '-other\n' });
  expect(ends(await ws.build(), 'built')).toEqual(['lib', 'mid', 'app', 'release']);
});

test('a change of the target is told as the reason', async () => {
  await using ws = await workspace(chain);
  await ws.build();
  ws.write('board/toy/TOOLCHAIN', 'TARGET=arm-linux-musleabihf\nLINUXPKG=\n');
  const run = await ws.build('-n');
  expect(run.stdout).toMatch(/^build +lib +target .* became arm-linux-musleabihf$/m);
});

test('a layer replaces a package of the layer before it', async () => {
  await using ws = await workspace(chain);
  await ws.build();
  const upper = join(ws.dir, 'upper');
  cpSync(join(ws.layer, 'pkg/other'), join(upper, 'pkg/other'), { recursive: true });
  expect(ends(await ws.build('--layer', upper), 'built')).toEqual([]);
  ws.write('../upper/pkg/other/build.ts', toy(installs('share/other', "'from above'")));
  expect(ends(await ws.build('--layer', upper), 'built')).toEqual(['other', 'release']);
  expect(ws.built('deploy/other/share/other')).toBe('from above');
});

test('what a link of the recipe points to, and whether a file may be executed, are part of the recipe', async () => {
  await using ws = await workspace({
    'pkg/a/build.ts':
      toy(`async deploy({ install, recipeDir }) { await install(\`\${recipeDir}/current\`, 'share/current');
      await install(\`\${recipeDir}/one\`, 'bin/one'); }`),
    'pkg/a/one': 'one',
    'pkg/a/two': 'two',
  });
  const current = join(ws.layer, 'pkg/a/current');
  symlinkSync('one', current);
  await ws.build();
  rmSync(current);
  symlinkSync('two', current);
  expect(ends(await ws.build(), 'built')).toEqual(['a', 'release']);
  expect(ws.built('deploy/a/share/current')).toBe('two');
  chmodSync(join(ws.layer, 'pkg/a/one'), 0o755);
  expect(ends(await ws.build(), 'built')).toEqual(['a', 'release']);
});

test('another store, or one that lost its results, is told as the reason', async () => {
  await using ws = await workspace(chain);
  await ws.build();
  for (const part of ['ac', 'cas', 'tree']) removeTree(join(ws.store, part));
  const plan = await ws.build('-n');
  expect(plan.stdout).toMatch(/^build +lib +its result is gone from the store$/m);
  expect((await ws.build()).status).toBe(0);
});

test('a package that lost its last file loses its directory', async () => {
  await using ws = await workspace(chain);
  await ws.build();
  ws.write('pkg/other/build.ts', toy());
  await ws.build();
  expect(existsSync(join(ws.here, 'toy-box/deploy/other'))).toBe(false);
});

test('a dependency whose tree, of the same bytes, is seen in another place builds its users anew', async () => {
  const helper = (runsOn: string, prefix: string) =>
    toy(`runsOn: '${runsOn}', ${installs(`${prefix}share/helper`, "'helper'")}`);
  const look = "(await readdir(ctx.sysroot)).join() || 'nothing'";
  await using ws = await workspace({
    'pkg/helper/build.ts': helper('build', 'mk/toolchain/'),
    'pkg/user/build.ts': `import { readdir } from 'node:fs/promises';\n${toy(
      `buildDepends: ['helper'], ${installs('share/seen', look)}`,
    )}`,
    'product/box/ROOTFS': 'user\n',
  });
  await ws.build();
  expect(ws.built('deploy/user/share/seen')).toBe('nothing');
  ws.write('pkg/helper/build.ts', helper('target', ''));
  const run = await ws.build();
  expect(reasonOf(run, 'user')).toMatch(/^dependency helper is in the sysroot now/);
  expect(ws.built('deploy/user/share/seen')).toBe('share');
});
