import { expect, test } from 'vitest';
import { printDifferences, printPlan } from '../../../src/report/plan-table.ts';

test('a plan is a table of what is done with each package, and why', () => {
  const table = printPlan([
    { kind: 'cached', node: { name: 'binutils' }, reason: 'nothing changed' },
    { kind: 'run', node: { name: 'gcc' }, reason: 'TOOLCHAIN:GCC_CPU changed' },
  ]);
  expect(table).toBe(
    [
      'cached  binutils  nothing changed',
      'build   gcc       TOOLCHAIN:GCC_CPU changed',
      '1 to build, 1 cached',
      '',
    ].join('\n'),
  );
});

test('an empty plan is a line too', () => {
  expect(printPlan([])).toBe('0 to build, 0 cached\n');
});

test('differences are a table of what is different for the second target, and why', () => {
  const given = { isStored: false, isRead: true, reason: '' };
  const table = printDifferences(
    [
      { ...given, package: 'lib', kind: 'same', isRead: false },
      { ...given, package: 'app', kind: 'different', reason: 'version 1 became 2' },
      { ...given, package: 'web', kind: 'second', isStored: true },
      { ...given, package: 'libstdc++', kind: 'first' },
    ],
    ['toy/box', 'toy/bag'],
  );
  expect(`\n${table}`).toMatchInlineSnapshot(`
    "
    build   app        version 1 became 2
    cached  web        only in toy/bag
    gone    libstdc++  only in toy/box
    1 different, 1 only in toy/bag, 1 only in toy/box, 0 the same, 1 not known; at least 1 to build
    not known: lib: never built with this store, so nothing tells which configuration their hooks read
    "
  `);
});
