import { chmodSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compareTrees } from '../../../src/deploy/compare.ts';
import { type Files, temporaryTree } from '../../support/tree.ts';

/** Compares two trees that begin with these files and are changed then. */
function compare(first: Files, second: Files, change: (first: string, second: string) => void = () => {}) {
  using a = temporaryTree(first);
  using b = temporaryTree(second);
  change(a.path, b.path);
  return compareTrees(a.path, b.path);
}

const files = { 'bin/prog': 'prog', 'share/doc': 'doc\n' };

test('equal trees do not differ, whatever their times and write permissions are', () => {
  const kept = (first: string) => chmodSync(join(first, 'share/doc'), 0o444);
  expect(compare(files, files, kept)).toEqual({ compared: 4, differing: 0, first: undefined });
});

test('a byte, a missing file and a new one count each; the first in order of paths is told', () => {
  const other = { 'bin/prog': 'prig', 'share/new': '' };
  expect(compare(files, other)).toEqual({
    compared: 5,
    differing: 3,
    first: '/bin/prog differs: line 1: "prog" against "prig"',
  });
  expect(compare({ a: '' }, {}).first).toBe('/a is there only the first time');
  expect(compare({}, { a: '' }).first).toBe('/a is there only the second time');
});

test('empty directories count', () => {
  expect(compare({}, { 'a/b': '' }).differing).toBe(2);
});

test('another kind, another target and another executable bit are differences', () => {
  const linked = compare({}, { x: '' }, (first) => symlinkSync('y', join(first, 'x')));
  expect(linked.first).toBe('/x is a symlink, and the second time a file');
  const targets = compare({}, {}, (first, second) => {
    symlinkSync('one', join(first, 'x'));
    symlinkSync('two', join(second, 'x'));
  });
  expect(targets.first).toBe('/x is a link to one, and the second time to two');
  const programs = compare({ x: 'x' }, { x: 'x' }, (_, second) => chmodSync(join(second, 'x'), 0o755));
  expect(programs).toEqual({ compared: 1, differing: 1, first: '/x may be executed only the second time' });
});

test('a difference far inside a large file, and the end of the shorter one, are found', () => {
  const size = 3 * 1024 * 1024;
  const large = (text: string) => (first: string, second: string) => {
    for (const dir of [first, second]) {
      writeFileSync(join(dir, 'large'), '');
      truncateSync(join(dir, 'large'), size);
    }
    writeFileSync(join(second, 'large'), text, { flag: 'a' });
  };
  expect(compare({}, {}, large('')).differing).toBe(0);
  expect(compare({}, {}, large('longer')).first).toBe(
    `/large differs: offset 0x300000 (${size} and ${size + 6} bytes): its end against "longer"`,
  );
});
