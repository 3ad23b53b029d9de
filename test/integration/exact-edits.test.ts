import { chmodSync, lstatSync, mkdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { walkTree } from '../../src/base/files.ts';
import { mirror, tarball } from '../support/tarball.ts';
import { ends, installs, type TestWorkspace, toy, toyOf, workspace } from '../support/workspace.ts';

/** Every kind of input file: recipes with files and modules beside them, all kinds of configuration, a source. */
async function everyInput() {
  const ws = await workspace({
    'shared.ts': "export const word = 'shared';\n",
    'pkg/a/build.ts': `import { word } from '../../shared.ts';\n${toy(installs('share/a', 'word'))}`,
    'pkg/a/note': 'note\n',
    'pkg/a/src/own.c': 'own\n',
    'pkg/conf/build.ts': toyOf(`license: config.variables('INIT').text('LICENSE'), async deploy(ctx) {
      const { config } = ctx;
      await ctx.install(config.override('dns.conf'), 'etc/dns.conf');
      await ctx.install(config.override('net.d'), 'etc/net.d');
      await ctx.write(ctx.deployDir + '/etc/more', config.text('text.conf') + config.merge('LDPATH') + config.list('ITEMS')); }`),
    'product/box/INIT': 'LICENSE=MIT\n',
    'product/box/dns.conf': 'dns\n',
    'product/box/net.d/eth0': 'eth0\n',
    'product/box/text.conf': 'text\n',
    'board/toy/LDPATH': '/lib\n',
    'board/toy/ITEMS': 'one\n',
  });
  const { fields } = tarball(ws, ['up', '1'], { word: 'one' });
  ws.write('pkg/up/build.ts', toy(`${fields}, ${installs('share/up', 'await ctx.read(`${ctx.sourceDir}/word`)')}`));
  ws.write('product/box/ROOTFS', 'a\nconf\nup\n');
  return ws;
}

const build = (ws: TestWorkspace, ...args: readonly string[]) =>
  ws.start(['toy', 'box', '--layer', ws.layer, ...args], { env: mirror(ws) }).ended;

const filesOf = (ws: TestWorkspace) =>
  [...walkTree(ws.layer)].flatMap(({ path, kind }) => (kind === 'file' ? [join(ws.layer, path)] : []));

const touches: Readonly<Record<string, (path: string) => void>> = {
  touched: (path) => utimesSync(path, new Date(), new Date()),
  'written again': (path) => writeFileSync(path, readFileSync(path)),
  'made writable for a group': (path) => chmodSync(path, lstatSync(path).mode | 0o060),
  'dated to 2099': (path) => utimesSync(path, 4_070_908_800, 4_070_908_800),
  'dated to 1970': (path) => utimesSync(path, 0, 0),
  'dated to 1969': (path) => utimesSync(path, -86_400, -86_400),
};

test('nothing is rebuilt when every input file is touched, written again, dated anywhere or made writable', async () => {
  await using ws = await everyInput();
  expect(ends(await build(ws), 'built').sort()).toEqual(['a', 'conf', 'release', 'up']);
  for (const [how, touch] of Object.entries(touches)) {
    for (const path of filesOf(ws)) touch(path);
    const again = await build(ws);
    expect(ends(again, 'built'), `${how}\n${again.stderr}`).toEqual([]);
  }
});

test.each([
  ['2099', 4_070_908_800],
  ['1970', 0],
])('a change is not missed in a file that keeps its size and its time in %s', async (_year, time) => {
  const recipe = (word: string) => toy(installs('share/a', `'${word}' + await ctx.read(ctx.recipeDir + '/note')`));
  await using ws = await workspace({
    'pkg/a/build.ts': recipe('one '),
    'pkg/a/note': 'first',
    'pkg/b/build.ts': toy(),
  });
  const date = () => {
    for (const path of filesOf(ws)) utimesSync(path, time, time);
  };
  date();
  await ws.build();
  ws.write('pkg/a/build.ts', recipe('two '));
  date();
  expect(ends(await ws.build(), 'built')).toEqual(['a', 'release']);
  expect(ws.built('deploy/a/share/a')).toBe('two first');
  ws.write('pkg/a/note', 'other');
  date();
  expect(ends(await ws.build(), 'built')).toEqual(['a', 'release']);
  expect(ws.built('deploy/a/share/a')).toBe('two other');
});

test('what editors leave beside a recipe is no part of it, and no hook sees it', async () => {
  await using ws = await workspace({
    'pkg/a/build.ts': toy(
      'async deploy({ run, recipeDir, deployDir }) { await run.with({ stdout: deployDir + "/ls" })`ls -A ${recipeDir} ${recipeDir}/files`; }',
    ),
    'pkg/a/files/one': '1',
  });
  await ws.build();
  const seen = ws.built('deploy/a/ls');
  expect(seen).toContain('build.ts');
  for (const name of ['build.ts~', '.build.ts.swp', '#build.ts#', '4913', 'files/one~', 'files/.one.swo']) {
    ws.write(`pkg/a/${name}`, 'scratch');
  }
  symlinkSync('me@host.1234', join(ws.layer, 'pkg/a/.#build.ts'));
  expect(ends(await ws.build(), 'built')).toEqual([]);
  ws.write('pkg/a/files/one', '2');
  expect(ends(await ws.build(), 'built')).toEqual(['a']);
  expect(ws.built('deploy/a/ls')).toBe(seen);
});

test('hooks see of the files of a recipe whether they may be executed, and neither other permissions nor times', async () => {
  await using ws = await workspace({
    'pkg/a/build.ts': toy(
      'async deploy({ run, recipeDir, deployDir }) { await run.with({ stdout: deployDir + "/ls" })`stat -c %a/%Y ${recipeDir}/note ${recipeDir}/program`; }',
    ),
    'pkg/a/note': '',
    'pkg/a/program': '',
  });
  chmodSync(join(ws.layer, 'pkg/a/note'), 0o660);
  chmodSync(join(ws.layer, 'pkg/a/program'), 0o711);
  await ws.build();
  expect(ws.built('deploy/a/ls')).toBe('644/315532800\n755/315532800\n');
});

test('a recipe that is edited during a build is built as it was when that began, and anew by the next', async () => {
  const recipe = (word: string, more = '') =>
    toy(`${more} ${installs('share/it', `'${word} ' + await ctx.read(ctx.recipeDir + '/data')`)}`);
  const waiting = 'async build({ run, recipeDir }) { await run`cat ${recipeDir}/gate`; },';
  await using ws = await workspace({
    'pkg/now/build.ts': recipe('one', waiting),
    'pkg/now/data': 'first',
    'pkg/later/build.ts': recipe('one', "depends: ['now'],"),
    'pkg/later/data': 'first',
  });
  ws.fifo('pkg/now/gate');
  const run = ws.start(['toy', 'box', '--layer', ws.layer]);
  const gate = await run.gate('pkg/now/gate');
  ws.write('pkg/now/build.ts', recipe('two'));
  ws.write('pkg/later/build.ts', recipe('two', "buildDepends: ['now'],"));
  for (const name of ['now', 'later']) ws.write(`pkg/${name}/data`, 'second');
  await gate.close();
  const first = await run.ended;
  expect(ends(first, 'built'), first.stderr).toEqual(['now', 'later', 'release']);
  expect(ws.built('deploy/now/share/it')).toBe('one first');
  expect(ws.built('deploy/later/share/it')).toBe('one first');
  expect(ends(await ws.build(), 'built')).toEqual(['now', 'later', 'release']);
  expect(ws.built('deploy/now/share/it')).toBe('two second');
  expect(ws.built('deploy/later/share/it')).toBe('two second');
});

test('a recipe that is a link to another one changes with it', async () => {
  await using ws = await workspace({ 'pkg/a/build.ts': toy(installs('share/it', "'one ' + ctx.name")) });
  mkdirSync(join(ws.layer, 'pkg/b'));
  symlinkSync('../a/build.ts', join(ws.layer, 'pkg/b/build.ts'));
  ws.write('product/box/ROOTFS', 'b\n');
  await ws.build();
  ws.write('pkg/a/build.ts', toy(installs('share/it', "'two ' + ctx.name")));
  expect(ends(await ws.build(), 'built')).toEqual(['b', 'release']);
  expect(ws.built('deploy/b/share/it')).toBe('two b');
});

test('a file that shadows another one rebuilds those who read it, and one that is shadowed nobody', async () => {
  await using ws = await workspace({
    'pkg/dns/build.ts': toy(installs('etc/dns', "ctx.config.text('dns.conf')")),
    'pkg/has/build.ts': toy(installs('etc/has', "String(ctx.config.has('dns.conf'))")),
    'pkg/plain/build.ts': toy(installs('etc/plain', "'plain'")),
    'product/box/dns.conf': 'product',
  });
  await ws.build();
  ws.write('board/toy/dns.conf', 'board');
  expect(ends(await ws.build(), 'built')).toEqual([]);
  ws.write('product/box/toy/dns.conf', 'both');
  expect(ends(await ws.build(), 'built')).toEqual(['dns', 'release']);
  expect(ws.built('deploy/dns/etc/dns')).toBe('both');
  ws.write('../upper/product/box/toy/dns.conf', 'upper');
  const upper = await ws.build('--layer', join(ws.dir, 'upper'));
  expect(ends(upper, 'built'), upper.stderr).toEqual(['dns', 'release']);
  expect(ws.built('deploy/dns/etc/dns')).toBe('upper');
  expect(ends(await ws.build(), 'built')).toEqual([]);
});
