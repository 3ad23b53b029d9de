import { expect, test } from 'vitest';
import { ends, installs, toy, toyOf, workspace } from '../support/workspace.ts';

test('a recipe inherits from another by import and spread, and is rebuilt with it', async () => {
  const base = (word: string) => toy(`license: 'MIT', ${installs('share/word', `'${word} by ' + ctx.name`)}`);
  await using ws = await workspace({
    'product/box/ROOTFS': 'derived\n',
    'pkg/base/build.ts': base('one'),
    'pkg/derived/build.ts': "import base from '../base/build.ts';\nexport default { ...base, strip: false };\n",
  });
  await ws.build();
  expect(ws.built('deploy/derived/share/word')).toBe('one by derived');
  expect(ws.built('pkglist')).toBe('derived\nrelease\n');
  ws.write('pkg/base/build.ts', base('two'));
  expect(ends(await ws.build(), 'built')).toEqual(['derived', 'release']);
  expect(ws.built('deploy/derived/share/word')).toBe('two by derived');
});

test('of several packages that provide a name, PREFER of the board or product picks one', async () => {
  const rival = (word: string) => toy(`provides: ['ssl'], ${installs('share/ssl', `'${word}'`)}`);
  await using ws = await workspace({
    'product/box/ROOTFS': 'app\n',
    'pkg/app/build.ts': toy(`depends: ['ssl'], ${installs('share/app', 'await ctx.read(`${ctx.sysroot}/share/ssl`)')}`),
    'pkg/bigssl/build.ts': rival('big'),
    'pkg/smallssl/build.ts': rival('small'),
    // A recipe that is right for other boards only is no obstacle.
    'pkg/elsewhere/build.ts': toyOf("provides: ['ssl'], depends: [config.toolchain.text('NOT_SET_HERE')]"),
  });
  const ambiguous = await ws.build();
  expect(ambiguous.status).toBe(2);
  expect(ambiguous.stderr).toContain('error[provider-ambiguous]: app depends on "ssl"');
  expect(ambiguous.stderr).toContain('bigssl, smallssl');
  expect(ambiguous.stderr).toContain('PREFER');
  ws.write('board/toy/PREFER', 'smallssl\n');
  const small = await ws.build();
  expect(small.status, small.stderr).toBe(0);
  expect(ws.built('deploy/app/share/app')).toBe('small');
  ws.write('product/box/PREFER', '-smallssl\nbigssl\n');
  expect(ends(await ws.build(), 'built')).toEqual(['bigssl', 'app', 'release']);
  expect(ws.built('deploy/app/share/app')).toBe('big');
});

test('an image contains what its packages need to run, and not what only their builds need', async () => {
  await using ws = await workspace({
    'product/box/ROOTFS': 'app\n',
    'pkg/app/build.ts': toy("depends: ['lib'], buildDepends: ['generator'], runDepends: ['data']"),
    'pkg/lib/build.ts': toy("depends: ['libc'], buildDepends: ['generator']"),
    'pkg/libc/build.ts': toy(''),
    'pkg/data/build.ts': toy("runDepends: ['more-data']"),
    'pkg/more-data/build.ts': toy(''),
    'pkg/generator/build.ts': toy("runsOn: 'build'"),
    'pkg/release/build.ts': toyOf(
      `contains: config.list('ROOTFS'), ${installs('contents', "ctx.contents.map(({ name }) => name).join(' ')")}`,
    ),
  });
  const run = await ws.build();
  expect(run.status, run.stderr).toBe(0);
  expect(ws.built('deploy/release/contents')).toBe('app data lib libc more-data');
});

test('what is needed only to run is not staged, and need not be finished before', async () => {
  await using ws = await workspace({
    'product/box/ROOTFS': 'app\n',
    'pkg/app/build.ts': toy(`depends: ['libc'], runDepends: ['data'], async build({ run, sysroot }) {
      await run\`find \${sysroot} -type f\`; }`),
    'pkg/libc/build.ts': toy(installs('lib/libc', "''")),
    // This would be a cycle if it had to be there first.
    'pkg/data/build.ts': toy(`depends: ['app'], ${installs('share/data', "''")}`),
  });
  const run = await ws.build();
  expect(run.status, run.stderr).toBe(0);
  expect(ends(run, 'built')).toEqual(['libc', 'app', 'data', 'release']);
  expect(ws.built('log/app-build.log')).toBe('+ find /mk/sysroot -type f\n/mk/sysroot/lib/libc\n');
});

test('permissions reach the image with the package that declares them', async () => {
  await using ws = await workspace({
    'pkg/su/build.ts': toy(
      `permissions: { 'bin/su': { mode: 0o4755, owner: 'root:wheel' } }, ${installs('bin/su', "'', 0o755")}`,
    ),
    'pkg/release/build.ts': toyOf(
      `contains: config.list('ROOTFS'), ${installs('permissions', 'JSON.stringify(ctx.contents[0].permissions)')}`,
    ),
  });
  const run = await ws.build();
  expect(run.status, run.stderr).toBe(0);
  expect(JSON.parse(ws.built('deploy/release/permissions') ?? '')).toEqual({
    'bin/su': { mode: 0o4755, owner: 'root:wheel' },
  });
});

test('a release of the board stands in for the common one', async () => {
  await using ws = await workspace({
    'product/box/ROOTFS': '',
    'pkg/release-toy/build.ts': toy(installs('toy.img', "'image'")),
  });
  const run = await ws.build();
  expect(run.stdout).toBe(`${ws.here}/toy-box/deploy/release-toy\n`);
  expect(ws.built('pkglist')).toBe('release-toy\n');
});

test('a ladder of forty levels with two ways between them is resolved at once', async () => {
  const sides = ['a', 'b'] as const;
  const files = Array.from({ length: 40 }, (_, level) =>
    sides.map((side): [string, string] => [
      `pkg/${side}${level}/build.ts`,
      toy(level === 39 ? '' : `depends: ['a${level + 1}', 'b${level + 1}']`),
    ]),
  ).flat();
  await using ws = await workspace({ ...Object.fromEntries(files), 'product/box/ROOTFS': 'a0\n' });
  const run = await ws.build('-n');
  expect(run.stdout).toMatch(/\n80 to build, 0 cached\n$/);
});
