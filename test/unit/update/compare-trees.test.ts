import { copyFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { factsOf, setChanges, type TreeFacts, treeChanges } from '../../../src/update/compare-trees.ts';
import { temporaryTree } from '../../support/tree.ts';

const facts = (given: Partial<TreeFacts>): TreeFacts => ({
  bytes: 100,
  files: new Set<string>(),
  sonames: new Set<string>(),
  needed: new Set<string>(),
  ...given,
});

test('a tree has its size, its files and links, and what its programs need', () => {
  using tree = temporaryTree({ 'share/a': '12345', 'share/b': '67' });
  symlinkSync('a', join(tree.path, 'share/link'));
  expect(factsOf(tree.path)).toEqual({
    ...{ bytes: 7, files: new Set(['share/a', 'share/b', 'share/link']), sonames: new Set(), needed: new Set() },
  });
  copyFileSync(process.execPath, join(tree.path, 'node'));
  expect(factsOf(tree.path).needed).toContain('libc.so.6');
});

test('changes are told by kind, what went before what came', () => {
  const before = facts({ files: new Set(['bin/a', 'lib/liba.so.1.2']), sonames: new Set(['liba.so.1']) });
  const after = facts({
    bytes: 1100,
    files: new Set(['bin/a', 'lib/liba.so.2.0']),
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

test('a thousand changes are told as some and a number', () => {
  const many = new Set(Array.from({ length: 1000 }, (_, at) => `share/${at}`));
  const lines = setChanges('file', new Set(), many);
  expect([lines.length, lines.at(-1)]).toEqual([41, 'file: 960 more changes']);
});
