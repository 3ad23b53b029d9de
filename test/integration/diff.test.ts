import { describe, expect, test } from 'vitest';
import { installs, recipeOf, type TestWorkspace, workspace } from '../support/workspace.ts';

/** lib <- app; `plain` reads nothing. The products differ in what lib's hook and the fields of `named` read. */
const files = {
  'pkg/lib/build.ts': recipeOf(installs('share/lib', "ctx.config.variables('INIT').text('MODE', 'none')")),
  'pkg/app/build.ts': recipeOf("depends: ['lib']", installs('share/app', 'await ctx.read(`${ctx.sysroot}/share/lib`)')),
  'pkg/plain/build.ts': recipeOf(installs('share/plain', "'plain'")),
  'pkg/extra/build.ts': recipeOf(installs('share/extra', "'extra'")),
  'product/box/ROOTFS': 'app\nplain\n',
  'product/bag/ROOTFS': 'app\nplain\nextra\n',
  'product/bag/INIT': 'MODE=fast\n',
};

const diff = async (ws: TestWorkspace, ...args: readonly string[]) => {
  const { status, stdout, stderr } = await ws.mk('diff', ...args, '--layer', ws.layer);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return `\n${stdout}`;
};

describe('of two targets', () => {
  test('nothing is different between a target and itself', async () => {
    await using ws = await workspace(files);
    expect(await diff(ws, 'toy/box', 'toy/box')).toMatchInlineSnapshot(`
      "
      0 different, 0 the same, 4 not known; at least 0 to build
      not known: lib, app, plain, release: never built with this store, so nothing tells which configuration their hooks read
      "
    `);
    await ws.build();
    expect(await diff(ws, 'toy/box', 'toy/box')).toMatchInlineSnapshot(`
      "
      0 different, 4 the same; 0 to build
      "
    `);
  });

  test('before anything was built the graph and the fields are compared', async () => {
    await using ws = await workspace(files);
    expect(await diff(ws, 'toy/box', 'toy/bag')).toMatchInlineSnapshot(`
      "
      build   extra    only in toy/bag
      build   release  ROOTFS gained extra (layer/product/bag/ROOTFS:3); content extra added
      1 different, 1 only in toy/bag, 0 the same, 3 not known; at least 2 to build
      not known: lib, app, plain: never built with this store, so nothing tells which configuration their hooks read
      "
    `);
  });

  test('after the first was built what its hooks read is compared too', async () => {
    await using ws = await workspace(files);
    await ws.build();
    expect(await diff(ws, 'toy/box', 'toy/bag')).toMatchInlineSnapshot(`
      "
      build   extra    only in toy/bag
      build   lib      variable INIT:MODE is "fast" and was not set (layer/product/bag/INIT:1)
      build   app      it uses lib
      build   release  ROOTFS gained extra (layer/product/bag/ROOTFS:3); content extra added; it uses app, lib
      3 different, 1 only in toy/bag, 1 the same; 4 to build
      "
    `);
    // In the other direction the hooks of the same results tell.
    expect(await diff(ws, 'toy/bag', 'toy/box')).toMatchInlineSnapshot(`
      "
      cached  lib      variable INIT:MODE was "fast" and is not set any more
      cached  app      it uses lib
      cached  release  ROOTFS lost extra (layer/product/bag/ROOTFS); content extra removed; it uses app, lib
      gone    extra    only in toy/bag
      3 different, 1 only in toy/bag, 1 the same; 0 to build
      "
    `);
  });

  test('after both were built their results are compared', async () => {
    await using ws = await workspace(files);
    await ws.build();
    expect((await ws.mk('toy', 'bag', '--layer', ws.layer)).status).toBe(0);
    expect(await diff(ws, 'toy/box', 'toy/bag')).toMatchInlineSnapshot(`
      "
      cached  extra    only in toy/bag
      cached  lib      variable INIT:MODE is "fast" and was not set (layer/product/bag/INIT:1)
      cached  app      it uses lib
      cached  release  ROOTFS gained extra (layer/product/bag/ROOTFS:3); content extra added; it uses app, lib
      3 different, 1 only in toy/bag, 1 the same; 0 to build
      "
    `);
  });

  test('an output that is the same all the same makes nothing different that uses it', async () => {
    await using ws = await workspace({
      ...files,
      'pkg/lib/build.ts': recipeOf(installs('share/lib', "ctx.config.variables('INIT').text('MODE', '') && 'lib'")),
      'product/box/INIT': 'MODE=slow\n',
      'product/bag/ROOTFS': files['product/box/ROOTFS'],
    });
    await ws.build();
    expect((await ws.mk('toy', 'bag', '--layer', ws.layer)).status).toBe(0);
    expect(await diff(ws, 'toy/box', 'toy/bag')).toMatchInlineSnapshot(`
      "
      cached  lib  variable INIT:MODE "slow" became "fast" (layer/product/bag/INIT:1)
      1 different, 3 the same; 0 to build
      "
    `);
  });

  test('another board has another target', async () => {
    await using ws = await workspace({ ...files, 'board/tay/TOOLCHAIN': 'TARGET=arm-linux-musleabihf\nLINUXPKG=\n' });
    const text = await diff(ws, 'toy/box', 'tay/box');
    expect(text).toMatch(/^build {3}lib {6}target .* became arm-linux-musleabihf$/m);
    expect(text).toMatch(/\n4 different, 0 the same; 4 to build\n/);
  });
});

test('what cannot be compared is refused', async () => {
  await using ws = await workspace(files);
  const refused = async (...args: readonly string[]) => {
    const { status, stdout, stderr } = await ws.mk('diff', ...args, '--layer', ws.layer);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    return stderr;
  };
  expect(await refused('toy/box')).toContain('nothing to compare with');
  expect(await refused('toy', 'toy/bag')).toContain('"toy" is no target');
  expect(await refused('toy/box', 'toy/box/more')).toContain('"toy/box/more" is no target');
  expect(await refused('toy/box', 'toy/bog')).toContain('there is no product "bog"');
  expect(await refused('toy/box', 'toy/bag', '--against', 'HEAD')).toContain(
    '--against compares one target with itself',
  );
});
