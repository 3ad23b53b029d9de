import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { removeTree } from '../../../src/base/files.ts';
import { imageSize, treeSize } from '../../../src/image/size.ts';
import type { Content } from '../../../src/recipe/context.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'mk-size-'));
});
afterAll(() => removeTree(dir));

/** A package with files of these many bytes. */
function content(name: string, files: Readonly<Record<string, number>>, whenLinked = false): Content {
  const tree = join(dir, name);
  mkdirSync(tree);
  for (const [path, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), 'x'.repeat(bytes));
  }
  return { name, version: undefined, license: undefined, tree, permissions: {}, whenLinked };
}

test('an image has what a running system uses: no headers, no kernel, no library that nothing needs', () => {
  const linux = content('linux', { 'boot/vmlinuz': 900, 'lib/modules/a.ko': 30 });
  const zlib = content('zlib', { 'lib/libz.so.1': 50, 'include/zlib.h': 20, 'lib/libz.a': 70 });
  const unused = content('libatomic', { 'lib/libatomic.so.1': 40 }, true);
  symlinkSync('libz.so.1', join(zlib.tree, 'lib/libz.so'));
  const { packages, files, bytes } = imageSize([linux, zlib, unused]);
  expect(packages).toEqual([
    { package: 'zlib', files: 1, bytes: 50 },
    { package: 'linux', files: 1, bytes: 30 },
  ]);
  expect(files.map(({ path }) => path)).toEqual(['lib/libz.so.1', 'lib/modules/a.ko']);
  expect(bytes).toBe(80);
  expect(treeSize(zlib.tree)).toEqual({ files: 3, bytes: 140 });
  expect(treeSize(zlib.tree, (path) => path.startsWith('no/'))).toEqual({ files: 0, bytes: 0 });
});

test('a file that two packages have the same counts once', () => {
  const two = [content('one', { 'etc/same': 5 }), content('two', { 'etc/same': 5, 'etc/own': 1 })];
  expect(imageSize(two)).toMatchObject({ bytes: 6, packages: [{ package: 'one' }, { package: 'two', bytes: 1 }] });
});
