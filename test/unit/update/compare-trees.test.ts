import { copyFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { digestOf } from '../../../src/base/digest.ts';
import { factsOf, setChanges, type TreeFacts, treeChanges } from '../../../src/update/compare-trees.ts';
import { temporaryTree } from '../../support/tree.ts';

const facts = (given: Partial<TreeFacts>): TreeFacts => ({
  bytes: 100,
  files: new Map<string, string>(),
  sonames: new Set<string>(),
  needed: new Set<string>(),
  ...given,
});

const files = (...names: readonly string[]) => new Map(names.map((name) => [name, 'content']));

test('a tree has its size, its files and links, and what its programs need', () => {
  using tree = temporaryTree({ 'share/a': '12345', 'share/b': '67' });
  symlinkSync('a', join(tree.path, 'share/link'));
  expect(factsOf(tree.path)).toEqual({
    ...{ bytes: 7, sonames: new Set(), needed: new Set() },
    files: new Map([
      ['share/a', digestOf('12345')],
      ['share/b', digestOf('67')],
      ['share/link', '-> a'],
    ]),
  });
  copyFileSync(process.execPath, join(tree.path, 'node'));
  expect(factsOf(tree.path).needed).toContain('libc.so.6');
});

test('changes are told by kind, what went before what came', () => {
  const before = facts({ files: files('bin/a', 'lib/liba.so.1.2'), sonames: new Set(['liba.so.1']) });
  const after = facts({
    bytes: 1100,
    files: files('bin/a', 'lib/liba.so.2.0'),
    sonames: new Set(['liba.so.2']),
    needed: new Set(['libm.so.6']),
  });
  expect(treeChanges(before, after)).toEqual([
    'size: 1100 bytes (+1,000)',
    'file removed: lib/liba.so.1.2',
    'file added: lib/liba.so.2.0',
    'SONAME removed: liba.so.1',
    'SONAME added: liba.so.2',
    'needs added: libm.so.6',
  ]);
  expect(treeChanges(after, after)).toEqual([]);
});

test('files of the same names whose content changed are named, with what others depend on that did not change', () => {
  const [names, sonames, needed] = [[...'abcdefghij'], new Set(['liba.so.1']), new Set(['libc.so.6'])];
  const before = facts({ files: files(...names, 'same'), sonames, needed });
  const after = facts({
    files: new Map([...before.files, ...names.map((name) => [name, 'new'] as const)]),
    sonames,
    needed,
  });
  expect(treeChanges(before, after)).toEqual([
    'same files; content of 10 differs: a, b, c, d, e, f, g, h, …',
    'as before: SONAME and NEEDED',
  ]);
  expect(treeChanges(before, facts({ files: files('a') }))).not.toContain('as before: SONAME and NEEDED');
});

test('a thousand changes are told as some and a number', () => {
  const many = new Set(Array.from({ length: 1000 }, (_, at) => `share/${at}`));
  const lines = setChanges('file', new Set(), many);
  expect([lines.length, lines.at(-1)]).toEqual([41, 'file: 960 more changes']);
});
