import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { mirror, sha256Of, tarball } from '../support/tarball.ts';
import { ends, installs, reasonOf, type TestWorkspace, toy, workspace } from '../support/workspace.ts';

const build = (ws: TestWorkspace, ...more: readonly string[]) =>
  ws.start(['toy', 'box', '--layer', ws.layer, ...more], { env: mirror(ws) }).ended;

const change = (file: string, from: string, to: string) =>
  `--- a/${file}\n+++ b/${file}\n@@ -1 +1 @@\n-${from}\n+${to}\n`;

const showsWord = installs('share/word', 'await ctx.read(`${ctx.sourceDir}/word`)');

test('a package is built with configure and make, as the autotools style says, and installed with DESTDIR', async () => {
  await using ws = await workspace({ 'product/box/ROOTFS': 'hello\n' });
  const { fields } = tarball(ws, ['hello', '1.2'], {
    configure:
      '#!/bin/sh\necho "$0 $*" > configured\nsed "s,@bindir@,$(echo "$*" | sed "s/.*--bindir=\\([^ ]*\\).*/\\1/")," "$(dirname $0)/Makefile.in" > Makefile\n',
    'Makefile.in':
      'hello: $(dir $(lastword $(MAKEFILE_LIST)))configured\n\techo hello > hello\ninstall:\n\tmkdir -p $(DESTDIR)@bindir@\n\tcp hello configured $(DESTDIR)@bindir@/\n',
  });
  ws.write(
    'pkg/hello/build.ts',
    `import { autotools } from '#mk';\nexport default autotools({ ${fields}, configure: ['--enable-toy'] });\n`,
  );
  const run = await build(ws);
  expect(run.status, run.stderr).toBe(0);
  expect(ws.built('deploy/hello/bin/hello')).toBe('hello\n');
  expect(ws.built('deploy/hello/bin/configured')).toMatch(
    /^\/mk\/src\/configure --build=.* --prefix=\/ .*--enable-toy$/m,
  );
});

test('patches are applied in the order of their names, before anything is built', async () => {
  await using ws = await workspace({
    'product/box/ROOTFS': 'a\n',
    'pkg/a/0002-second.patch': change('word', 'two', 'three'),
    'pkg/a/0001-first.patch': change('word', 'one', 'two'),
  });
  const { fields } = tarball(ws, ['a', '1'], { word: 'one\n' });
  ws.write('pkg/a/build.ts', toy(`${fields}, ${showsWord}`));
  const run = await build(ws);
  expect(run.status, run.stderr).toBe(0);
  expect(ws.built('deploy/a/share/word')).toBe('three\n');
  expect(ws.built('log/a-prepare.log')).toContain('patching file word');
});

test('a patch that is rejected is named, and after the fix the source is unpacked anew', async () => {
  await using ws = await workspace({
    'product/box/ROOTFS': 'a\n',
    'pkg/a/0001-first.patch': change('word', 'one', 'two'),
    'pkg/a/0002-second.patch': change('word', 'nonsense', 'three'),
  });
  const { fields } = tarball(ws, ['a', '1'], { word: 'one\n' });
  ws.write('pkg/a/build.ts', toy(`${fields}, ${showsWord}`));
  const failed = await build(ws);
  expect(failed.status).toBe(1);
  expect(failed.stderr).toContain('error[patch-rejected]: a: 0002-second.patch: hunk 1 does not fit word at line 1');
  expect(readdirSync(join(ws.here, 'src'))).toEqual([]);
  expect((await build(ws)).status).toBe(1);
  ws.write('pkg/a/0002-second.patch', change('word', 'two', 'three'));
  expect((await build(ws)).status).toBe(0);
  expect(ws.built('deploy/a/share/word')).toBe('three\n');
});

test('a prepare hook works in the source tree, once for all packages that use it', async () => {
  await using ws = await workspace({
    'product/box/ROOTFS': 'a\na-tool\n',
    'pkg/a-tool/build.ts': toy(
      `sourceOf: 'a', ${installs('share/tool', 'ctx.version + await ctx.read(`${ctx.sourceDir}/word`)')}`,
    ),
  });
  const { fields } = tarball(ws, ['a', '1'], { word: 'one\n' });
  ws.write(
    'pkg/a/build.ts',
    toy(
      `${fields}, async prepare({ run, edit }) { await run\`pwd\`; await edit('word', (text) => text + 'prepared'); }, ${showsWord}`,
    ),
  );
  const run = await build(ws);
  expect(run.status, run.stderr).toBe(0);
  expect(run.events.filter((each) => each.event === 'activity' && each.activity === 'prepare')).toHaveLength(1);
  expect(ws.built('deploy/a/share/word')).toBe('one\nprepared');
  expect(ws.built('deploy/a-tool/share/tool')).toBe('1one\nprepared');
  expect(ws.built('log/a-prepare.log')).toBe('+ pwd\n/mk/src\n');
  // Nothing but the built trees is kept, unless asked for.
  expect(readdirSync(join(ws.here, 'src'))).toEqual([]);
});

test('what chooses the relations of a package is no part of the source tree that others build from', async () => {
  const packages = (ws: TestWorkspace, relations: string) => {
    const hooks = `async prepare({ run }) { await run\`pwd\`; }, ${showsWord}`;
    ws.write('pkg/a/build.ts', toy(`${tarball(ws, ['a', '1'], { word: 'one' }).fields}, ${relations}, ${hooks}`));
  };
  await using ws = await workspace({
    'product/box/ROOTFS': 'a\nheaders\n',
    'pkg/seed/build.ts': toy(installs('seed', "'seed'")),
    'pkg/headers/build.ts': toy(`sourceOf: 'a', ${installs('word', 'await ctx.read(`${ctx.sourceDir}/word`)')}`),
  });
  packages(ws, "buildDepends: ({ toolchain }) => (toolchain.flag('SEEDED') ? ['seed'] : [])");
  expect(ends(await build(ws), 'built').sort()).toEqual(['a', 'headers', 'release']);
  const toolchain = 'TARGET=native\nTOOLCHAINPKG=toolchain-external\nLINUXPKG=\n';
  ws.write('board/toy/TOOLCHAIN', `${toolchain}SEEDED=YES\n`);
  const seeded = await build(ws);
  expect(ends(seeded, 'built')).toEqual(['seed', 'a']);
  expect(reasonOf(seeded, 'a')).toBe(
    'variable TOOLCHAIN:SEEDED is "YES" and was not set (layer/board/toy/TOOLCHAIN:4); it uses seed, which is to be built',
  );

  packages(ws, "buildDepends: () => 'seed'");
  const wrong = await build(ws);
  expect(wrong.stderr).toContain('a: "buildDepends" must be a list of package names, not a string');
  packages(ws, "buildDepends: () => { throw new Error('no idea'); }");
  const thrown = await build(ws);
  expect(thrown.stderr).toContain('error[recipe-invalid]: a: no idea');
  expect(thrown.stderr).toMatch(/^ *--> .*pkg\/a\/build\.ts:\d+:\d+$/m);
});

test('a package may use the source of one that is not built', async () => {
  await using ws = await workspace({
    'product/box/ROOTFS': 'headers\n',
    'pkg/headers/build.ts': toy(
      `sourceOf: 'a', ${installs('include/word', 'ctx.version + await ctx.read(`${ctx.sourceDir}/word`)')}`,
    ),
  });
  ws.write('pkg/a/build.ts', toy(tarball(ws, ['a', '1'], { word: 'one' }).fields));
  const run = await build(ws);
  expect(run.status, run.stderr).toBe(0);
  expect(ends(run, 'built')).toEqual(['headers', 'release']);
  expect(ws.built('deploy/headers/include/word')).toBe('1one');
  // Another version of that source is another version of this package.
  ws.write('pkg/a/build.ts', toy(tarball(ws, ['a', '2'], { word: 'two' }).fields));
  await build(ws);
  expect(ws.built('deploy/headers/include/word')).toBe('2two');
});

test('extra sources lie inside the source tree', async () => {
  await using ws = await workspace({ 'product/box/ROOTFS': 'a\n' });
  const main = tarball(ws, ['a', '1'], { word: 'one' });
  const extra = tarball(ws, ['gmp', '6'], { word: 'extra' }, 'tar.xz');
  ws.write(
    'pkg/a/build.ts',
    toy(`${main.fields}, extraSources: { gmp: { url: 'https://upstream.invalid/${extra.file}', sha256: '${extra.sha256}' } },
      ${installs('share/word', 'await ctx.read(`${ctx.sourceDir}/word`) + await ctx.read(`${ctx.sourceDir}/gmp/word`)')}`),
  );
  const run = await build(ws);
  expect(run.status, run.stderr).toBe(0);
  expect(ws.built('deploy/a/share/word')).toBe('oneextra');
});

test('an alternative may hold the tarball inside an archive of its own', async () => {
  await using ws = await workspace({ 'product/box/ROOTFS': 'a\n' });
  const real = tarball(ws, ['a', '1'], { word: 'one' });
  const outer = join(ws.dir, 'mirror', 'repacked.tar');
  execFileSync('tar', ['-C', join(ws.dir, 'mirror'), '-cf', outer, real.file]);
  rmSync(real.path);
  ws.write(
    'pkg/a/build.ts',
    toy(
      `${real.fields}, alternatives: [{ file: 'repacked.tar', sha256: '${sha256Of(outer)}', inside: '${real.file}' }], ${showsWord}`,
    ),
  );
  const run = await build(ws, '--offline');
  expect(run.status, run.stderr).toBe(0);
  expect(ws.built('deploy/a/share/word')).toBe('one');
});

test('a recipe that builds inside its source gets a copy of its own', async () => {
  await using ws = await workspace({ 'product/box/ROOTFS': 'a\nb\n' });
  const { fields } = tarball(ws, ['a', '1'], { word: 'one' });
  const inSource = `inSource: true, async build({ run, read, write }) { await write('word', await read('word') + '!'); },
    async deploy({ install }) { await install('word', 'share/NAME'); }`;
  ws.write('pkg/a/build.ts', toy(`${fields}, ${inSource.replace('NAME', 'a')}`));
  ws.write('pkg/b/build.ts', toy(`sourceOf: 'a', depends: ['a'], ${inSource.replace('NAME', 'b')}`));
  const run = await build(ws);
  expect(run.status, run.stderr).toBe(0);
  expect([ws.built('deploy/a/share/a'), ws.built('deploy/b/share/b')]).toEqual(['one!', 'one!']);
});

test('a distfile with a flipped byte is refused before it is unpacked, and both digests are shown', async () => {
  await using ws = await workspace({ 'product/box/ROOTFS': 'a\n' });
  const { fields, path, sha256 } = tarball(ws, ['a', '1'], { word: 'one' });
  ws.write('pkg/a/build.ts', toy(`${fields}, ${showsWord}`));
  writeFileSync(path, 'something else');
  const run = await build(ws, '--offline');
  expect(run.status).toBe(1);
  expect(run.stderr).toContain('error[digest-mismatch]: ');
  expect(run.stderr).toContain(`expected sha256 ${sha256}`);
  expect(run.stderr).toContain('pkg/a/build.ts:5:');
  expect(existsSync(join(ws.here, 'toy-box/log/a-prepare.log'))).toBe(false);
});

test('what lies in download/ is used, and nothing is asked again', async () => {
  await using ws = await workspace({ 'product/box/ROOTFS': 'a\n' });
  const { fields, file, path } = tarball(ws, ['a', '1'], { word: 'one' });
  ws.write('pkg/a/build.ts', toy(`${fields}, ${showsWord}`));
  expect((await build(ws)).status).toBe(0);
  expect(readdirSync(join(ws.here, 'download'))).toEqual([file]);
  renameSync(path, `${path}.away`);
  ws.write('pkg/a/build.ts', `${toy(`${fields}, ${showsWord}`)}// again\n`);
  const run = await build(ws, '--offline');
  expect(run.status, run.stderr).toBe(0);
  expect(ends(run, 'built')).toEqual(['a']);
});

test('a new version is told as the reason and is built', async () => {
  await using ws = await workspace({ 'product/box/ROOTFS': 'a\n' });
  ws.write('pkg/a/build.ts', toy(`${tarball(ws, ['a', '1'], { word: 'one' }).fields}, ${showsWord}`));
  await build(ws);
  ws.write('pkg/a/build.ts', toy(`${tarball(ws, ['a', '2'], { word: 'two' }).fields}, ${showsWord}`));
  expect((await build(ws, '-n')).stdout).toMatch(/^build +a +version 1 became 2 \(build\.ts:\d+\)$/m);
  await build(ws);
  expect(ws.built('deploy/a/share/word')).toBe('two');
});
