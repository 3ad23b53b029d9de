import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { contentOfTree } from '../../../src/base/tree-digest.ts';
import { type Files, temporaryTree } from '../../support/tree.ts';

const digestOf = async (path: string) => (await contentOfTree(path, '.git')).digest;

describe('the content of a tree', () => {
  const files: Files = { 'a/b': 'text', c: '' };
  const changes: readonly (readonly [string, (path: string) => void])[] = [
    ['a byte', (path) => writeFileSync(join(path, 'a/b'), 'Text')],
    ['a name', (path) => renameSync(join(path, 'c'), join(path, 'd'))],
    ['a file', (path) => writeFileSync(join(path, 'e'), '')],
    ['the absence of a file', (path) => rmSync(join(path, 'c'))],
    ['an empty directory', (path) => mkdirSync(join(path, 'e'))],
    ['whether a file may be executed', (path) => chmodSync(join(path, 'c'), 0o755)],
    ['a link', (path) => symlinkSync('c', join(path, 'e'))],
  ];
  test.for(changes)('changes with %s', async ([, change]) => {
    using tree = temporaryTree(files);
    const before = await digestOf(tree.path);
    change(tree.path);
    expect(await digestOf(tree.path)).not.toBe(before);
  });

  test('does not change with its place, its times, other permissions and what is left out', async () => {
    using tree = temporaryTree(files);
    using other = temporaryTree({ ...files, '.git/HEAD': 'ref', 'a/.git': 'gitdir: elsewhere' });
    chmodSync(join(other.path, 'c'), 0o600);
    utimesSync(join(other.path, 'c'), 1, 1);
    const { digest, leftOut } = await contentOfTree(other.path, '.git');
    expect(digest).toBe(await digestOf(tree.path));
    expect(leftOut).toEqual([
      { path: '.git', kind: 'directory' },
      { path: 'a/.git', kind: 'file' },
    ]);
  });

  test('of many files, which threads read, is read like that of few', async () => {
    const names = Array.from({ length: 501 }, (_, at) => `${at % 7}/${at}`);
    using tree = temporaryTree(Object.fromEntries(names.map((name) => [name, name])));
    const before = await digestOf(tree.path);
    expect(await digestOf(tree.path)).toBe(before);
    writeFileSync(join(tree.path, '6/111'), 'other');
    expect(await digestOf(tree.path)).not.toBe(before);
  });
});
