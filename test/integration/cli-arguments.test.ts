import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { repository, toy, workspace } from '../support/workspace.ts';

const own = 'Usage: mk <board> <product> [options]';

test.for([
  { args: [], synopsis: own },
  { args: ['toy'], synopsis: own },
  { args: ['toy', 'box', 'extra'], synopsis: own },
  { args: ['toy', 'box', '--nonsense'], synopsis: own },
  { args: ['toy', 'box', '--sandbox', 'perhaps'], synopsis: own },
  { args: ['toy', 'box', '-j'], synopsis: own },
  { args: ['toy', 'box', '-j', '2', '--jobs', '3'], synopsis: own },
  { args: ['toy', 'box', '--events', 'a', '--events', 'b'], synopsis: own },
  { args: ['list', 'nonsense'], synopsis: 'Usage: mk list boards|products|packages' },
  { args: ['why', 'toy'], synopsis: 'Usage: mk why <board> <product> <package>' },
  { args: ['check-update', '--nonsense'], synopsis: 'Usage: mk check-update [package…]' },
])('the arguments $args are refused with the usage of that command only', async ({ args, synopsis }) => {
  await using ws = await workspace();
  const run = await ws.mk(...args);
  expect(run).toMatchObject({ status: 2, stdout: '' });
  expect(run.stderr).toMatch(/^error\[usage\]: /);
  expect(run.stderr.match(/\bmk .* {2}.*$/gm)).toHaveLength(1);
  expect(run.stderr).toContain(`\n  | ${synopsis} `);
  expect(run.stderr.match(/^ {2}hint: .*$/gm)).toHaveLength(1);
  expect(readdirSync(ws.here)).toEqual([]);
});

test.for(['0', '-1', '1.5', 'many'])('-j %j is refused', async (jobs) => {
  await using ws = await workspace();
  const run = await ws.build(`-j${jobs}`);
  expect(run.status).toBe(2);
  expect(run.stderr).toMatch(/^error\[usage\]: /);
  expect(readdirSync(ws.here)).toEqual([]);
});

test('-j of more processes than it takes is told the limit', async () => {
  await using ws = await workspace();
  expect((await ws.build('-j99999')).stderr).toBe(
    'error[usage]: -j takes at most 9999 processes, not 99999\n  hint: for example -j 4\n',
  );
});

test('what shows the names of all packages shows those of the layers, too', async () => {
  await using ws = await workspace({ 'pkg/app/build.ts': toy() });
  const run = await ws.mk('why', 'toy', 'box', 'something-else', '--layer', ws.layer);
  expect(run).toMatchObject({ status: 2, stdout: '' });
  expect(run.stderr).toBe(
    `error[package-unknown]: there is no package "something-else"\n  hint: mk list packages --layer '${ws.layer}' shows them all\n`,
  );
});

test('--help describes every option on stdout', async () => {
  await using ws = await workspace();
  const run = await ws.mk('--help');
  expect(run).toMatchObject({ status: 0, stderr: '' });
  expect(run.stdout).toContain('--layer');
});

test.for([
  ['>/dev/full', 'standard output cannot be written: no space left'],
  ['1</dev/null', 'standard output cannot be written: it is not open for writing'],
])('output that cannot be written (%s) is told in a sentence, and is no success', async ([how, words]) => {
  await using ws = await workspace();
  const through = ['sh', '-c', `exec "$0" "$@" ${how}`];
  const run = await ws.start(['toy', 'box', '--layer', ws.layer], { through }).ended;
  expect(run.status).not.toBe(0);
  expect(run.stderr).toContain(words);
  expect(run.stderr).toContain('\n  hint: ');
  expect(run.stderr).not.toMatch(/^ +at /m);
});

test('events that cannot be written are told with where they should go', async () => {
  await using ws = await workspace();
  const run = await ws.build('--events', '/dev/full');
  expect(run.status).toBe(2);
  expect(run.stderr).toContain('error[usage]: /dev/full cannot take the events\n');
});

test('a standard error that cannot be written ends a build without success', async () => {
  await using ws = await workspace();
  const through = ['sh', '-c', 'exec "$0" "$@" 2>/dev/full'];
  expect((await ws.start(['toy', 'box', '--layer', ws.layer], { through }).ended).status).toBe(1);
});

test('--version says which mk this is, and of which revision', async () => {
  await using ws = await workspace();
  const { version } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as { version: string };
  const run = await ws.mk('--version');
  expect(run).toMatchObject({ status: 0, stderr: '' });
  expect(run.stdout).toMatch(new RegExp(`^mk ${version} \\(\\S+\\)\n$`));
});

test('an unknown board and product are reported together, with what was probably meant, and nothing is created', async () => {
  await using ws = await workspace();
  const run = await ws.mk('toyy', 'bax', '--layer', ws.layer);
  expect(run.status).toBe(2);
  expect(run.stderr).toContain('error[board-unknown]: there is no board "toyy"');
  expect(run.stderr).toContain('did you mean "toy"?');
  expect(run.stderr).toContain('error[product-unknown]: there is no product "bax"');
  expect(run.stderr).toContain('did you mean "box"?');
  expect(readdirSync(ws.here)).toEqual([]);
});

test('BOARDS names whole boards: another whose name starts the same is refused', async () => {
  await using ws = await workspace({
    'board/toy3/TOOLCHAIN': 'TARGET=native\nTOOLCHAINPKG=toolchain-external\nLINUXPKG=\n',
    'product/box/BOARDS': 'toy3 # the only one\n',
  });
  const refused = await ws.build();
  expect(refused.status).toBe(2);
  expect(refused.stderr).toContain('error[board-unsupported]: product box cannot be built for board toy');
  expect(readdirSync(ws.here)).toEqual([]);
  expect((await ws.mk('toy3', 'box', '--layer', ws.layer)).status).toBe(0);
});

test('a board without TARGET is refused', async () => {
  await using ws = await workspace({ 'board/toy/TOOLCHAIN': 'LINUXPKG=\n' });
  const run = await ws.build();
  expect(run.status).toBe(2);
  expect(run.stderr).toContain('board toy has no TARGET');
});

test('a layer that is none is refused', async () => {
  await using ws = await workspace();
  const run = await ws.mk('toy', 'box', '--layer', join(ws.dir, 'a b'));
  expect(run.status).toBe(2);
  expect(run.stderr).toContain('is no layer');
});

test('mk list prints sorted names on stdout, those of layers among them', async () => {
  await using ws = await workspace({ 'pkg/zz/build.ts': '' });
  for (const [what, name] of [
    ['boards', 'toy'],
    ['products', 'box'],
    ['packages', 'zz'],
  ] as const) {
    const run = await ws.mk('list', what, '--layer', ws.layer);
    const lines = run.stdout.trimEnd().split('\n');
    expect(run).toMatchObject({ status: 0, stderr: '' });
    expect(lines).toContain(name);
    expect(lines).toEqual(lines.toSorted());
  }
  expect(readdirSync(ws.here)).toEqual([]);
});

test('mk clean removes the build root and nothing else; a second time there is nothing to do', async () => {
  await using ws = await workspace();
  await ws.build();
  expect((await ws.mk('clean', 'toy', 'box', '--layer', ws.layer)).status).toBe(0);
  expect(readdirSync(ws.here)).toEqual(['download']);
  const again = await ws.mk('clean', 'toy', 'box', '--layer', ws.layer);
  expect(again.status).toBe(0);
  expect(again.stderr).toContain('nothing to clean');
});

test('mk run without a build says how to make one', async () => {
  await using ws = await workspace();
  const run = await ws.mk('run', 'toy', 'box', '--layer', ws.layer);
  expect(run.status).toBe(2);
  expect(run.stderr).toContain('run `mk toy box` first');
  expect(existsSync(join(ws.here, 'toy-box'))).toBe(false);
});

test('the repository and layers are never built in', async () => {
  await using ws = await workspace();
  for (const cwd of [join(repository, 'test'), join(ws.layer, 'pkg')]) {
    const run = await ws.start(['toy', 'box', '--layer', ws.layer], { cwd }).ended;
    expect(run.status).toBe(2);
    expect(run.stderr).toContain('mk builds in the current directory, and never among its sources');
    expect(existsSync(join(cwd, 'toy-box'))).toBe(false);
  }
});
