import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { toy, toyOf, workspace } from '../support/workspace.ts';

test('everything wrong with several recipes is reported at once, each with its place, and nothing is created', async () => {
  await using ws = await workspace({
    'pkg/a/build.ts': "import { recipe } from '#mk';\nexport default recipe({\n  depend: ['b'],\n  strip: 'no',\n});\n",
    'pkg/b/build.ts':
      "import { recipe } from '#mk';\nexport default recipe({\n  version: '1',\n  sha256: 'abc',\n});\n",
    'pkg/c/build.ts': 'export const notDefault = 1;\n',
  });
  const run = await ws.build();
  expect(run.status).toBe(2);
  const place = (name: string, line: number) => `${join(ws.layer, 'pkg', name, 'build.ts')}:${line}:`;
  expect(run.stderr).toContain('error[recipe-invalid]: a: there is no field "depend"');
  expect(run.stderr).toContain('did you mean "depends"?');
  expect(run.stderr).toContain(place('a', 3));
  expect(run.stderr).toContain('error[recipe-invalid]: a: "strip" must be true or false, not a string');
  expect(run.stderr).toContain(place('a', 4));
  expect(run.stderr).toContain(
    'error[recipe-invalid]: b: "sha256" must be 64 lower-case hexadecimal digits, not "abc"',
  );
  expect(run.stderr).toContain('error[recipe-invalid]: b: a package with a source needs "url" too');
  expect(run.stderr).toContain('error[recipe-invalid]: c: the default export must be a recipe, not nothing');
  expect(readdirSync(ws.here)).toEqual([]);
});

test('a syntax error is reported with its line, before anything is built', async () => {
  await using ws = await workspace({
    'pkg/a/build.ts': "import { recipe } from '#mk';\nexport default recipe({\n  depends: ['b',\n});\n",
  });
  const run = await ws.build();
  expect(run.status).toBe(2);
  expect(run.stderr).toContain('error[recipe-invalid]');
  expect(run.stderr).toContain(`--> ${join(ws.layer, 'pkg/a/build.ts')}:4:`);
  expect(readdirSync(ws.here)).toEqual([]);
});

test('a syntax error does not hide what is wrong with other recipes', async () => {
  await using ws = await workspace({
    'pkg/a/build.ts': "import { recipe } from '#mk';\nexport default recipe({\n  depends: ['b',\n});\n",
    'pkg/b/build.ts': "import { recipe } from '#mk';\nexport default recipe({\n  depend: ['a'],\n});\n",
    'pkg/c/build.ts': "export default {\n  depends: ['a', 'nobody'],\n};\n",
  });
  const run = await ws.build();
  expect(run.status).toBe(2);
  expect(run.stderr).toContain(`--> ${join(ws.layer, 'pkg/a/build.ts')}:4:`);
  expect(run.stderr).toContain('b: there is no field "depend"');
  expect(run.stderr).toContain('c depends on "nobody", which no recipe provides');
  expect(run.stderr.match(/^error/gm)).toHaveLength(3);
  expect(readdirSync(ws.here)).toEqual([]);
});

test('a recipe that waits at its top level is refused, with its line', async () => {
  await using ws = await workspace({
    'pkg/a/build.ts': "import { recipe } from '#mk';\n\nawait new Promise(() => {});\nexport default recipe({});\n",
  });
  const run = await ws.build();
  expect(run.status).toBe(2);
  expect(run.stderr).toContain('error[recipe-invalid]: ');
  expect(run.stderr).toContain('top-level await');
  expect(run.stderr).toContain(`--> ${join(ws.layer, 'pkg/a/build.ts')}:3:1\n`);
});

test.for([
  ['at its top level', 'for (;;);\nexport default recipe({});'],
  ['in its function', 'export default recipe(() => {\n  for (;;);\n});'],
])('a recipe that loops without end %s is named, and mk ends', async ([, code]) => {
  await using ws = await workspace({ 'pkg/a/build.ts': `import { recipe } from '#mk';\n${code}\n` });
  const env = { MK_RECIPE_SECONDS: '1' };
  const run = await ws.start(['toy', 'box', '--layer', ws.layer], { env }).ended;
  expect(run.status).toBe(2);
  expect(run.stderr).toContain('error[recipe-invalid]: a: it was still evaluating after 1 seconds\n');
  expect(run.stderr).toContain('hint: look for a loop that does not end');
});

test('an import of something that is not there is reported with its line', async () => {
  await using ws = await workspace({
    'pkg/a/build.ts': `import { nothing } from '#mk';\nimport x from './absent.ts';\n${toy()}void nothing; void x;`,
  });
  const run = await ws.build();
  expect(run.status).toBe(2);
  expect(run.stderr).toContain(`--> ${join(ws.layer, 'pkg/a/build.ts')}:2:`);
  expect(run.stderr).toContain('./absent.ts');
});

test('an error thrown by a recipe function points to its line', async () => {
  await using ws = await workspace({
    'pkg/a/build.ts':
      "import { recipe } from '#mk';\nexport default recipe((config) => {\n  throw new Error(`no ${config.board} please`);\n});\n",
  });
  const run = await ws.build();
  expect(run.status).toBe(2);
  expect(run.stderr).toContain('error[recipe-invalid]: a: no toy please');
  expect(run.stderr).toContain(`--> ${join(ws.layer, 'pkg/a/build.ts')}:3:`);
});

test('a mistake in a hook points to its line and is no bug of mk', async () => {
  await using ws = await workspace({
    'pkg/a/build.ts': toy('async build(ctx) {\n  const none = undefined;\n  none.length;\n}'),
  });
  const run = await ws.build();
  expect(run.status).toBe(1);
  expect(run.stderr).toContain('error[hook-failed]: a: Cannot read properties of undefined');
  expect(run.stderr).toContain(`--> ${join(ws.layer, 'pkg/a/build.ts')}:4:8`);
});

test('packages that depend on each other are shown as a path', async () => {
  await using ws = await workspace({
    'pkg/a/build.ts': toy("\n  depends: ['b'],\n"),
    'pkg/b/build.ts': toy("\n  buildDepends: ['c'],\n"),
    'pkg/c/build.ts': toy("\n  depends: ['a'],\n"),
  });
  const run = await ws.build();
  expect(run.status).toBe(2);
  expect(run.stderr).toContain('error[dependency-cycle]: packages depend on each other: a -> b -> c -> a');
  expect(run.stderr).toContain(`--> ${join(ws.layer, 'pkg/a/build.ts')}:3:14`);
});

test('a package that needs itself is a cycle too', async () => {
  await using ws = await workspace({ 'pkg/a/build.ts': toy("\n  depends: ['a'],\n") });
  const run = await ws.build();
  expect(run.stderr).toContain('packages depend on each other: a -> a');
});

test('a missing dependency names who wants it, shows the line, and what was probably meant', async () => {
  await using ws = await workspace({
    'pkg/zlibx/build.ts': toy(),
    'pkg/a/build.ts': toy("\n  depends: [\n    'zlibxx',\n  ],\n  runDepends: ['certainly-not-there'],\n"),
  });
  const run = await ws.build();
  expect(run.status).toBe(2);
  expect(run.stderr).toContain(
    `error[package-unknown]: a depends on "zlibxx", which no recipe provides
  --> ${join(ws.layer, 'pkg/a/build.ts')}:4:6
    |
  4 |     'zlibxx',
    |      ^^^^^^
  hint: did you mean "zlibx"?
`,
  );
  expect(run.stderr).toContain('error[package-unknown]: a needs to run "certainly-not-there"');
  expect(run.stderr).toContain('create pkg/certainly-not-there/build.ts');
});

test('an unknown name in ROOTFS is told as what contains it', async () => {
  await using ws = await workspace({ 'product/box/ROOTFS': 'no-such-package\n' });
  const run = await ws.build();
  expect(run.status).toBe(2);
  expect(run.stderr).toContain('release contains "no-such-package", which no recipe provides');
});

test('programs that the machine lacks are all named with the packages to install, before any work', async () => {
  await using ws = await workspace({
    'pkg/a/build.ts': toy("programs: ['no-such-compiler']"),
    'pkg/b/build.ts': toy("programs: ['no-such-compiler', 'no-such-linker', 'make']"),
  });
  const run = await ws.build();
  expect(run.status).toBe(2);
  expect(run.stderr).toContain('error[program-missing]: this machine lacks no-such-compiler, no-such-linker');
  expect(run.stderr).toContain('no-such-compiler: needed by a, b');
  expect(run.stderr).toContain('apt-get install no-such-compiler no-such-linker');
  expect(readdirSync(ws.here)).toEqual([]);
});

test('a recipe that nobody needs may be wrong', async () => {
  await using ws = await workspace({
    'pkg/a/build.ts': toy(),
    'pkg/wrong/build.ts': toyOf("depends: config.toolchain.text('NOT_SET')"),
    'product/box/ROOTFS': 'a\n',
  });
  expect((await ws.build()).status).toBe(0);
});

test('a deploy hook cannot leave its tree', async () => {
  await using ws = await workspace({
    'pkg/a/build.ts': toy("async deploy({ symlink }) { await symlink('x', '../../../outside'); }"),
  });
  const run = await ws.build();
  expect(run.status).toBe(1);
  expect(run.stderr).toContain('error[deploy-invalid]: a: "../../../outside" leads out of the deploy tree');
});
