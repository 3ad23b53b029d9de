import { cpSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { removeTree } from '../../src/base/files.ts';
import { ends, installs, recipeOf, type TestWorkspace, workspace } from '../support/workspace.ts';

/** lib <- app; both read configuration, and a module that lies beside the packages is a part of lib. */
const files = {
  'words.ts': "export const word = 'one';\n",
  'pkg/lib/build.ts': `import { word } from '../../words.ts';\n${recipeOf("license: 'MIT'", installs('share/lib', "word + ctx.config.variables('INIT').text('MODE', 'none')"))}`,
  'pkg/lib/notes.txt': 'one\ntwo\nthree\n',
  'pkg/app/build.ts': recipeOf(
    "license: 'MIT'",
    "depends: ['lib']",
    installs('share/app', "await ctx.read(`${ctx.sysroot}/share/lib`) + (ctx.config.text('app.conf') ?? '')"),
  ),
  'board/toy/INIT': 'MODE=slow\n',
  'board/toy/app.conf': 'port=1\n',
};

/** What is said about a package, without the digits of keys. */
const why = async (ws: TestWorkspace, name: string, ...args: readonly string[]) => {
  const { status, stdout, stderr } = await ws.mk('why', 'toy', 'box', name, '--layer', ws.layer, ...args);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return `\n${stdout.replace(/\b[0-9a-f]{64}\b/g, 'KEY')}`;
};

describe('since the last build', () => {
  test('nothing has changed', async () => {
    await using ws = await workspace(files);
    expect(await why(ws, 'app')).toMatchInlineSnapshot(`
      "
      app was never built here.
      It waits for lib; what is to be built first:
        lib: never built here
      It is to be built.
      "
    `);
    await ws.build();
    expect(await why(ws, 'app')).toMatchInlineSnapshot(`
      "
      app: nothing changed since it was built here; key KEY
      "
    `);
    expect(await why(ws, 'release')).toMatch(/^\nrelease: nothing changed since it was built here; key KEY\n$/);
  });

  test('a field, a file, a module, a variable and a configuration file have changed', async () => {
    await using ws = await workspace(files);
    await ws.build();
    ws.write('words.ts', "export const word = 'two';\n");
    ws.write('pkg/lib/build.ts', files['pkg/lib/build.ts'].replace("'MIT'", "'ISC'"));
    ws.write('pkg/lib/notes.txt', 'one\n2\nthree\n');
    ws.write('pkg/lib/0001-new.patch', 'x');
    ws.write('product/box/INIT', '# not so slow\nMODE=fast\n');
    ws.write('product/box/app.conf', 'port=2\n');
    expect(await why(ws, 'lib')).toMatchInlineSnapshot(`
      "
      lib changed since it was built here:
        0001-new.patch added
        build.ts:5 (field license): 'MIT' became 'ISC'
            - license: 'MIT',
            + license: 'ISC',
        notes.txt:2: 'two' became '2'
            - two
            + 2
        layer/words.ts:1: 'one' became 'two'
            - export const word = 'one';
            + export const word = 'two';
        variable INIT:MODE "slow" became "fast" (layer/product/box/INIT:2)
      It is to be built; key KEY
      "
    `);
    expect(await why(ws, 'app')).toMatchInlineSnapshot(`
      "
      app changed since it was built here:
        app.conf now comes from layer/product/box/app.conf instead of layer/board/toy/app.conf: 'port=1' became 'port=2'
            - port=1
            + port=2
      It waits for lib; what is to be built first:
        lib: 0001-new.patch added; build.ts:5 (field license): 'MIT' became 'ISC'; notes.txt:2: 'two' became '2'; and 2 more
      It is to be built.
      "
    `);
    expect(await why(ws, 'release')).toMatchInlineSnapshot(`
      "
      release has not changed itself since it was built here.
      It waits for app, lib; what is to be built first:
        lib: 0001-new.patch added; build.ts:5 (field license): 'MIT' became 'ISC'; notes.txt:2: 'two' became '2'; and 2 more
        app: app.conf now comes from layer/product/box/app.conf instead of layer/board/toy/app.conf: 'port=1' became 'port=2'
      It is to be built only if what it uses becomes different.
      "
    `);
    const plan = await ws.build('-n');
    expect(plan.stdout).toMatchInlineSnapshot(`
      "build   lib      0001-new.patch added; build.ts:5 (field license): 'MIT' became 'ISC'; notes.txt:2: 'two' became '2'; and 2 more
      build   app      app.conf now comes from layer/product/box/app.conf instead of layer/board/toy/app.conf: 'port=1' became 'port=2'; it uses lib, which is to be built
      build   release  it uses app, lib, which are to be built
      3 to build, 0 cached
      "
    `);
  });

  test('what was used has been built anew, in an earlier run', async () => {
    await using ws = await workspace(files);
    await ws.build();
    ws.write('words.ts', "export const word = 'two';\n");
    ws.write(
      'pkg/app/build.ts',
      files['pkg/app/build.ts'].replace('await ctx.read', '(await ctx.run`false`) + await ctx.read'),
    );
    expect((await ws.build()).status).toBe(1);
    ws.write('pkg/app/build.ts', files['pkg/app/build.ts']);
    expect(await why(ws, 'app')).toMatchInlineSnapshot(`
      "
      app changed since it was built here:
        dependency lib changed
          lib was built anew: layer/words.ts:1: 'one' became 'two'
      It is to be built; key KEY
      "
    `);
    expect(await why(ws, 'release')).toMatchInlineSnapshot(`
      "
      release changed since it was built here:
        content lib changed
          lib was built anew: layer/words.ts:1: 'one' became 'two'
      It waits for app; what is to be built first:
        app: dependency lib changed
      It is to be built.
      "
    `);
  });

  test('everything was changed back', async () => {
    await using ws = await workspace(files);
    await ws.build();
    ws.write('words.ts', "export const word = 'two';\n");
    await ws.build();
    ws.write('words.ts', files['words.ts']);
    expect(await why(ws, 'lib')).toMatchInlineSnapshot(`
      "
      lib changed since it was built here:
        layer/words.ts:1: 'two' became 'one'
            - export const word = 'two';
            + export const word = 'one';
      It was built before with the same inputs: the result in the store is used; key KEY
      "
    `);
    expect(await why(ws, 'app')).toMatchInlineSnapshot(`
      "
      app changed since it was built here:
        dependency lib changed
          lib changed: layer/words.ts:1: 'two' became 'one'
      It was built before with the same inputs: the result in the store is used; key KEY
      "
    `);
  });

  test('a package left the image', async () => {
    await using ws = await workspace(files);
    await ws.build();
    ws.write('product/box/ROOTFS', 'lib\n');
    expect(await why(ws, 'release')).toMatchInlineSnapshot(`
      "
      release changed since it was built here:
        ROOTFS lost app (layer/product/box/ROOTFS)
        content app removed
      It is to be built; key KEY
      "
    `);
  });

  test('the sandbox went', async () => {
    await using ws = await workspace(files);
    await ws.build();
    expect(await why(ws, 'lib', '--sandbox=off')).toMatchInlineSnapshot(`
      "
      lib changed since it was built here:
        last built in a sandbox
      It is to be built; key KEY
      "
    `);
  });

  test('the store lost its results', async () => {
    await using ws = await workspace(files);
    await ws.build();
    for (const part of ['ac', 'cas', 'tree']) removeTree(join(ws.store, part));
    expect(await why(ws, 'lib')).toMatchInlineSnapshot(`
      "
      lib has not changed since it was built here, but its result is gone from the store.
      It is to be built; key KEY
      "
    `);
  });
});

test('in another directory a package was never built, and is found in the store', async () => {
  await using ws = await workspace({ ...files, 'product/bag/ROOTFS': 'lib\n', 'product/bag/INIT': 'MODE=fast\n' });
  await ws.build();
  const cwd = join(ws.dir, 'elsewhere');
  mkdirSync(cwd);
  const ask = async (product: string, name: string) => {
    const { stdout } = await ws.start(['why', 'toy', product, name, '--layer', ws.layer], { cwd }).ended;
    return `\n${stdout.replace(/\b[0-9a-f]{64}\b/g, 'KEY')}`;
  };
  expect(await ask('box', 'lib')).toMatchInlineSnapshot(`
    "
    lib was never built here.
    It was built before with the same inputs: the result in the store is used; key KEY
    "
  `);
  expect(await ask('bag', 'lib')).toMatchInlineSnapshot(`
    "
    lib was never built here.
    The store has it for another configuration than that of toy bag:
      variable INIT:MODE "slow" became "fast"
    It is to be built; key KEY
    "
  `);
  expect(existsSync(join(cwd, 'toy-box'))).toBe(false);
});

test('a package that does not exist, or not here, is refused', async () => {
  await using ws = await workspace({ ...files, 'product/box/ROOTFS': 'lib\n' });
  const ask = (name: string) => ws.mk('why', 'toy', 'box', name, '--layer', ws.layer);
  const unknown = await ask('lob');
  expect(unknown.status).toBe(2);
  expect(unknown.stderr).toContain('there is no package "lob"');
  expect(unknown.stderr).toContain('did you mean "lib"?');
  const foreign = await ask('app');
  expect(foreign.status).toBe(2);
  expect(foreign.stderr).toContain('app is no part of this target');
});

test('a layer that was moved changes nothing', async () => {
  await using ws = await workspace(files);
  await ws.build();
  const layer = join(ws.dir, 'moved');
  cpSync(ws.layer, layer, { recursive: true });
  const run = await ws.start(['toy', 'box', '--layer', layer]).ended;
  expect(ends(run, 'built')).toEqual([]);
  const { stdout } = await ws.mk('why', 'toy', 'box', 'app', '--layer', layer);
  expect(stdout).toContain('nothing changed since it was built here');
});
