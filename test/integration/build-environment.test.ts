import { execFileSync } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ends, installs, reasonOf, repositoryCopy, toy, workspace } from '../support/workspace.ts';

/** Writes what a hook sees, as a context and in the environment of its commands. */
const probe = toy(`async deploy(ctx) {
  const { config, triplet, dirs } = ctx;
  const fields = {
    BOARD: config.board, PRODUCT: config.product, OS_RELEASE: ctx.osRelease, OS_NAME: ctx.osName,
    TARGET: triplet.target, HOSTTUPLE: triplet.build, NUMJOBS: String(ctx.jobs), CMAKETCFILE: ctx.cmakeToolchain,
    TCDIR: ctx.toolchainDir, BUILDROOT: dirs.buildRoot, SCRIPTDIR: dirs.script, PKGBUILDDIR: ctx.buildDir,
    PKGSRCDIR: dirs.sources, PKGDEPLOYDIR: dirs.deploy, PKGLOGDIR: dirs.log, PKGDOWNLOADDIR: dirs.download,
  };
  await ctx.write('fields.json', JSON.stringify(fields));
  await ctx.run.with({ stdout: 'environment' })\`env\`;
  await ctx.install('fields.json', 'share/');
  await ctx.install('environment', 'share/');
}`);

const environmentOf = (text = '') =>
  Object.fromEntries(
    text
      .trimEnd()
      .split('\n')
      .map((line) => [line.split('=', 1)[0], line.replace(/^[^=]*=/, '')]),
  );

test('the sixteen variables are fields of the context and in the environment of every command', async () => {
  await using ws = await workspace({ 'pkg/probe/build.ts': probe });
  const run = await ws.build('-j3');
  expect(run.status, run.stderr).toBe(0);
  const fields = JSON.parse(ws.built('deploy/probe/share/fields.json') ?? '') as Record<string, string>;
  const environment = environmentOf(ws.built('deploy/probe/share/environment'));
  expect(Object.keys(fields)).toHaveLength(16);
  expect(environment).toMatchObject(fields);
  expect(fields).toMatchObject({ BOARD: 'toy', PRODUCT: 'box', NUMJOBS: '3', TARGET: fields['HOSTTUPLE'] });
  const known = ['PATH', 'HOME', 'TMPDIR', 'LC_ALL', 'TZ', 'SOURCE_DATE_EPOCH', 'MAKEFLAGS', 'PWD', 'SHLVL', '_'];
  expect(Object.keys(environment).filter((name) => !(name in fields) && !known.includes(name))).toEqual([]);
});

test('what hooks see does not depend on where they are built, nor on who builds', async () => {
  await using ws = await workspace({ 'pkg/probe/build.ts': probe });
  await using other = await workspace({ 'pkg/probe/build.ts': probe });
  await ws.build('-j2');
  const env = { LANG: 'de_DE.UTF-8', CC: 'nonsense', CFLAGS: '-O9', PKG_CONFIG_PATH: '/nonsense', MAKEFLAGS: '-n' };
  await other.start(['toy', 'box', '-j2', '--layer', other.layer], { env }).ended;
  const path = 'deploy/probe/share/environment';
  expect(other.built(path)).toBe(ws.built(path));
});

test('BOARD and PRODUCT are in the environment only once they were read, so that no key depends on them unasked', async () => {
  await using ws = await workspace({
    'pkg/quiet/build.ts': toy('async build({ run }) { await run`env`; }'),
    'pkg/curious/build.ts': toy(
      'async build({ run, config }) { await run`env`; void config.product; await run`env`; }',
    ),
  });
  await ws.build();
  expect(ws.built('log/quiet-build.log')).not.toMatch(/^(BOARD|PRODUCT|OS_RELEASE)=/m);
  const [, before = '', after = ''] = (ws.built('log/curious-build.log') ?? '').split('+ env\n');
  expect(before).not.toMatch(/^PRODUCT=/m);
  expect(after).toMatch(/^PRODUCT=box$/m);
});

test('a hook leaves nothing in the environment of another', async () => {
  await using ws = await workspace({
    'pkg/loud/build.ts': toy(`async build({ run }) {
      process.env.LEAK = 'yes'; await run.with({ env: { LEAK: 'yes' } })\`env\`; await run\`env\`; },
      async deploy({ run }) { await run\`env\`; }`),
    'pkg/next/build.ts': toy("depends: ['loud'], async build({ run }) { await run`env`; }"),
  });
  await ws.build();
  expect(ws.built('log/loud-build.log')?.match(/^LEAK=yes$/gm)).toHaveLength(1);
  expect(ws.built('log/loud-deploy.log')).not.toContain('LEAK');
  expect(ws.built('log/next-build.log')).not.toContain('LEAK');
});

test('programs of the toolchain come before those of the machine, under the name of the target', async () => {
  await using ws = await workspace({
    'pkg/cross/build.ts': toy(`runsOn: 'build', async deploy({ symlink, triplet }) {
      await symlink('/usr/bin/gcc', \`bin/\${triplet.target}-gcc\`); }`),
    'pkg/hello/build.ts': toy(`buildDepends: ['cross'], async build({ run, triplet, sourceDir }) {
      await run\`which \${triplet.target}-gcc\`;
      await run\`\${triplet.target}-gcc -o hello \${sourceDir}/hello.c\`;
      await run\`./hello\`; }`),
    'pkg/hello/src/hello.c': '#include <stdio.h>\nint main(void) { puts("hello from C"); return 0; }\n',
  });
  const run = await ws.build();
  expect(run.status, run.stderr).toBe(0);
  expect(ws.built('log/hello-build.log')).toMatch(/^\/mk\/toolchain\/bin\/.*-gcc$/m);
  expect(ws.built('log/hello-build.log')).toMatch(/^hello from C$/m);
});

test('OS_RELEASE is what git says of the repository; a commit rebuilds only what reads it', async () => {
  await using ws = await workspace({
    'pkg/named/build.ts': toy(installs('share/named', 'ctx.osRelease')),
    'pkg/plain/build.ts': toy(installs('share/plain', "'plain'")),
    'pkg/copied/build.ts': toy(installs('share/copied', '({ ...ctx }).name')),
  });
  const root = repositoryCopy(ws);
  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@example.org', ...args], { cwd: root });
  const build = () =>
    ws.start(['toy', 'box', '--layer', ws.layer], { root, env: { MK_STORE: join(ws.dir, 'its store') } }).ended;
  git('init', '--quiet');
  git('add', 'package.json');
  git('commit', '--quiet', '-m', 'first');
  git('tag', 'v1.2');
  await build();
  expect(ws.built('deploy/named/share/named')).toBe('v1.2');
  appendFileSync(join(root, 'package.json'), '\n');
  const run = await build();
  expect(ws.built('deploy/named/share/named')).toBe('v1.2-dirty');
  expect(ends(run, 'built')).toEqual(['named', 'release']);
  expect(reasonOf(run, 'named')).toMatch(/^OS_RELEASE ".*" became ".*"$/);
});

test('outside of git OS_RELEASE has a value all the same', async () => {
  await using ws = await workspace({ 'pkg/named/build.ts': toy(installs('share/named', 'ctx.osRelease')) });
  await ws.start(['toy', 'box', '--layer', ws.layer], { env: { GIT_DIR: '/nonexistent' } }).ended;
  expect(ws.built('deploy/named/share/named')).toBe('unknown');
});
