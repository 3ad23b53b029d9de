import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { Failure } from '../../../src/base/failure.ts';
import { stageTrees } from '../../../src/build/stage.ts';
import { temporaryTree } from '../../support/tree.ts';

/** Text, a link as `-> target`, an executable as `#!…`, or a directory. */
type Entries = Readonly<Record<string, string | null>>;

/** Stages trees for the package `app`, in alphabetical order. */
function stage(dir: string, packages: Readonly<Record<string, Entries>>, staging?: 'links' | 'copies'): string {
  for (const [name, entries] of Object.entries(packages)) {
    for (const [file, text] of Object.entries(entries)) {
      const path = join(dir, name, file);
      mkdirSync(text === null ? path : dirname(path), { recursive: true });
      if (text?.startsWith('-> ')) symlinkSync(text.slice(3), path);
      else if (text !== null) writeFileSync(path, text);
      if (text?.startsWith('#!')) chmodSync(path, 0o755);
    }
  }
  const trees = Object.keys(packages).map((name) => ({ package: name, tree: join(dir, name) }));
  stageTrees(trees, join(dir, 'sysroot'), 'app', staging);
  return join(dir, 'sysroot');
}

function conflict(one: Entries, two: Entries): string {
  using tree = temporaryTree();
  try {
    stage(tree.path, { one, two });
  } catch (error) {
    if (error instanceof Failure && error.code === 'tree-conflict') return `${error.message}\n${error.detail}`;
    throw error;
  }
  return 'none';
}

test('trees are merged, and what two of them have alike is there once', () => {
  using tree = temporaryTree();
  const common = { 'lib/same': 'same', 'lib/link': '-> same', 'bin/tool': '#!tool', 'share/dir': null };
  const sysroot = stage(tree.path, { one: { ...common, 'lib/1': '1' }, two: { ...common, 'lib/2': '2' } });
  expect(readdirSync(join(sysroot, 'lib'))).toEqual(['1', '2', 'link', 'same']);
});

test('links share the file of the tree, and copies do not', () => {
  using tree = temporaryTree();
  const files = { one: { 'lib/file': 'text' } };
  const inode = (path: string) => statSync(join(tree.path, path)).ino;
  stage(tree.path, files);
  expect(inode('sysroot/lib/file')).toBe(inode('one/lib/file'));
  stage(tree.path, files, 'copies');
  expect(inode('sysroot/lib/file')).not.toBe(inode('one/lib/file'));
  writeFileSync(join(tree.path, 'sysroot/lib/file'), 'changed');
  expect(readFileSync(join(tree.path, 'one/lib/file'), 'utf8')).toBe('text');
});

test('one path that differs in two trees is a conflict that names both and says how they differ', () => {
  expect([
    conflict({ 'a/x': '1' }, { 'a/x': '2' }),
    conflict({ 'a/x': '1' }, { 'a/x': '1 and more' }),
    conflict({ 'a/x': '#!x' }, { 'a/x': '-> y' }),
    conflict({ 'a/x': '-> y' }, { 'a/x': '-> z' }),
    conflict({ 'a/x': 'text' }, { 'a/x/y': 'text' }),
    conflict({ 'a/x/y': 'text' }, { 'a/x': '-> y' }),
  ]).toMatchInlineSnapshot(`
    [
      "one and two both install a/x
    staged together for app, with different content",
      "one and two both install a/x
    staged together for app, with different content",
      "one and two both install a/x
    staged together for app, as a file in one and a symlink in two",
      "one and two both install a/x
    staged together for app, as a symlink to y in one and to z in two",
      "one and two both install a/x
    staged together for app, as a file in one and a directory in two",
      "one and two both install a/x
    staged together for app, as a directory in one and a symlink in two",
    ]
  `);
});

test('one path with one content of which only one is executable is a conflict', () => {
  using tree = temporaryTree();
  stage(tree.path, { one: { x: '#!x' }, two: { x: '#!x' } });
  chmodSync(join(tree.path, 'two/x'), 0o644);
  expect(() =>
    stageTrees(
      ['one', 'two'].map((name) => ({ package: name, tree: join(tree.path, name) })),
      join(tree.path, 'b'),
      'app',
    ),
  ).toThrow('one and two both install x');
});
