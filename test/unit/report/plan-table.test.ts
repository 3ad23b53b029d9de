import { expect, test } from 'vitest';
import { printPlan } from '../../../src/report/plan-table.ts';

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
