import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { snapshot } from '../support/snapshot.ts';
import { mirror, tarball } from '../support/tarball.ts';
import { ends, failuresIn, installs, toy, toyOf, workspace } from '../support/workspace.ts';

test('copies of a file are told apart also where they join to the same text', async () => {
  await using ws = await workspace({
    'pkg/copies/build.ts': toy(installs('etc/copies', "JSON.stringify(ctx.config.copies('a.conf'))")),
    'pkg/merged/build.ts': toy(installs('etc/merged', "ctx.config.merge('a.conf')")),
    'product/box/a.conf': 'one\n',
    'board/toy/a.conf': 'two\n',
  });
  await ws.build();
  ws.write('product/box/a.conf', 'one\ntwo\n');
  ws.remove('board/toy/a.conf');
  expect(ends(await ws.build(), 'built')).toEqual(['copies', 'release']);
  expect(ws.built('deploy/copies/etc/copies')).toBe('["one\\ntwo\\n"]');
});

test('a file that may be executed now rebuilds those who got it as a file, not those who read its text', async () => {
  await using ws = await workspace({
    'pkg/file/build.ts': toy(
      "async deploy({ config, install }) { await install(config.override('run.conf'), 'etc/'); }",
    ),
    'pkg/text/build.ts': toy(installs('etc/text', "ctx.config.text('run.conf')")),
    'product/box/run.conf': 'run\n',
  });
  await ws.build();
  chmodSync(join(ws.layer, 'product/box/run.conf'), 0o755);
  expect(ends(await ws.build(), 'built')).toEqual(['file', 'release']);
});

test('what lies behind a link in a directory of the configuration is part of it', async () => {
  await using ws = await workspace({
    'pkg/a/build.ts': toy(
      "async deploy({ config, install }) { await install(config.override('net.d'), 'etc/net.d'); }",
    ),
    'product/box/net.d/eth0': 'eth0\n',
    'shared/common/dns': 'one\n',
  });
  symlinkSync('../../../shared/common', join(ws.layer, 'product/box/net.d/common'));
  // These speak of the target.
  symlinkSync('/etc/passwd', join(ws.layer, 'product/box/net.d/root'));
  symlinkSync('nowhere', join(ws.layer, 'product/box/net.d/dangling'));
  const first = await ws.build();
  expect(ws.built('deploy/a/etc/net.d/common/dns'), first.stderr).toBe('one\n');
  ws.write('shared/common/dns', 'two\n');
  expect(ends(await ws.build(), 'built')).toEqual(['a', 'release']);
  const inTree = snapshot(join(ws.here, 'toy-box/deploy/a/etc/net.d')).map((line) =>
    line.replace(/ [0-9a-f]{64}$/, ''),
  );
  expect(inTree).toEqual([
    'common directory 40755 ',
    'common/dns file 100444',
    'dangling symlink 120777 nowhere',
    'eth0 file 100444',
    'root symlink 120777 /etc/passwd',
  ]);
  expect(ws.built('deploy/a/etc/net.d/common/dns')).toBe('two\n');
});

test('a file with a mistake is of no concern to a package that does not ask for it any more', async () => {
  await using ws = await workspace({
    'pkg/a/build.ts': toy(`async deploy({ config, write, deployDir }) {
      const more = config.variables('INIT').flag('MORE') ? config.variables('CFG').text('NAME') : 'none';
      await write(deployDir + '/etc/a', more); }`),
    'product/box/INIT': 'MORE=yes\n',
    'product/box/CFG': 'NAME=some\n',
  });
  await ws.build();
  ws.write('product/box/INIT', 'MORE=no\n');
  ws.write('product/box/CFG', 'NAME=$(id)\n');
  const run = await ws.build();
  expect(run.status, run.stderr).toBe(0);
  expect(ws.built('deploy/a/etc/a')).toBe('none');
  expect(ends(await ws.build(), 'built')).toEqual([]);
  ws.write('product/box/INIT', 'MORE=yes\n');
  expect((await ws.build()).stderr).toContain('product/box/CFG:1:6');
});

test('a configuration that changes between two looks of one package fails it, and the next run builds it', async () => {
  await using ws = await workspace({
    'pkg/a/build.ts': toy(`async build({ config, run, recipeDir, write }) {
        await write('first', config.text('a.conf')); await run\`cat \${recipeDir}/gate\`; },
      async deploy({ config, read, write, deployDir }) {
        await write(deployDir + '/etc/a', (await read('first')) + config.text('a.conf')); }`),
    'product/box/a.conf': 'one ',
  });
  ws.fifo('pkg/a/gate');
  const running = ws.start(['toy', 'box', '--layer', ws.layer]);
  const gate = await running.gate('pkg/a/gate');
  ws.write('product/box/a.conf', 'two ');
  await gate.close();
  const run = await running.ended;
  expect(failuresIn(run)).toMatchObject([{ code: 'source-changed', package: 'a' }]);
  const next = ws.start(['toy', 'box', '--layer', ws.layer]);
  await (await next.gate('pkg/a/gate')).close();
  expect(ends(await next.ended, 'built')).toEqual(['a', 'release']);
  expect(ws.built('deploy/a/etc/a')).toBe('two two ');
});

test('a prepare hook cannot ask the configuration, since its tree is for every product; what its fields asked, it has', async () => {
  await using ws = await workspace({ 'board/toy/TOOLCHAIN': 'TARGET=native\nWORD=one\n', 'product/box/ROOTFS': 'a\n' });
  const { fields } = tarball(ws, ['a', '1'], { word: 'word' });
  const recipe = (word: string) =>
    toyOf(`${fields}, license: config.toolchain.text('WORD'), async prepare({ write }) { await write('word', ${word}); },
    ${installs('share/word', 'await ctx.read(`${ctx.sourceDir}/word`)')}`);
  const build = () => ws.start(['toy', 'box', '--layer', ws.layer], { env: mirror(ws) }).ended;
  ws.write('pkg/a/build.ts', recipe("config.variables('INIT').text('WORD', '')"));
  expect(failuresIn(await build())).toMatchObject([
    { code: 'recipe-invalid', message: 'a: its prepare hook asks the configuration for INIT:WORD' },
  ]);
  ws.write('pkg/a/build.ts', recipe("config.toolchain.text('WORD')"));
  expect(ends(await build(), 'built')).toEqual(['a', 'release']);
  expect(ws.built('deploy/a/share/word')).toBe('one');
  mkdirSync(join(ws.layer, 'product/box'), { recursive: true });
  writeFileSync(join(ws.layer, 'product/box/TOOLCHAIN'), 'WORD=two\n');
  expect(ends(await build(), 'built')).toEqual(['a', 'release']);
  expect(ws.built('deploy/a/share/word')).toBe('two');
});
