import { expect, test } from 'vitest';
import { figures, markdownTable, measure, shownTable } from '../../bench/bench.ts';
import { parseStat, runnable, treeOf } from '../../bench/processes.ts';
import { criticalPath, neededFor, readEvents } from '../../bench/run-events.ts';

test('figures are the median and the extremes, in whatever order the numbers came', () => {
  expect(figures([3, 1, 2])).toEqual({ median: 2, least: 1, most: 3 });
  expect(figures([10, 1, 2, 4])).toEqual({ median: 3, least: 1, most: 10 });
  expect(figures([7])).toEqual({ median: 7, least: 7, most: 7 });
});

test('variants are measured in turns, and a time of their own goes before ours', async () => {
  const order: string[] = [];
  const variant = (name: string, time: number) => () => {
    order.push(name);
    return time;
  };
  const times = await measure(3, { a: variant('a', 5), b: variant('b', 9) });
  expect(order).toEqual(['a', 'b', 'b', 'a', 'a', 'b']);
  expect(times.b.median).toBe(9);
});

test('a table shows how far the others lie from the median, also around nothing', () => {
  const table = {
    title: 'times',
    rows: [
      { what: 'x', ms: figures([1, 2, 4]) },
      { what: 'y', ms: figures([0, 0]) },
    ],
  };
  expect(shownTable(table)).toBe('times\nwhat            ms\n   x  2 -50% +100%\n   y     0 -0% +0%\n');
  expect(markdownTable(table)).toBe(
    'times:\n\n| what | ms |\n| --- | --- |\n| x | 2 -50% +100% |\n| y | 0 -0% +0% |\n',
  );
});

test('a process is read whatever its name is', () => {
  const rest = `R 7 ${'0 '.repeat(9)}3 4 50 60 0 0`;
  const expected = { pid: 12, parent: 7, state: 'R', own: 7, waited: 110 };
  expect(parseStat(`12 (cc1) ${rest}`)).toEqual(expected);
  expect(parseStat(`12 (a) R 1 (b) ${rest}`)).toEqual(expected);
  expect(parseStat('')).toBeUndefined();
});

test('only processes below the build count, and only those that compute', () => {
  const process = (pid: number, parent: number, state: string) => ({ pid, parent, state, own: 0, waited: 0 });
  const all = [process(1, 0, 'R'), process(5, 4, 'R'), process(4, 2, 'S'), process(2, 1, 'R'), process(9, 1, 'R')];
  expect(treeOf(2, all).map(({ pid }) => pid)).toEqual([2, 4, 5]);
  expect(runnable(treeOf(2, all))).toBe(2);
  expect(treeOf(77, all)).toEqual([]);
});

const lines = [
  {
    event: 'plan',
    packages: [['a'], ['b', 'a'], ['c', 'a'], ['d', 'b', 'c']].map(([name, ...needs]) => ({ package: name, needs })),
  },
  { event: 'package', package: 'a', verdict: 'built', seconds: 2, usage: { cpu: 3, memory: 1 } },
  { event: 'package', package: 'b', verdict: 'cached', seconds: 50 },
  { event: 'package', package: 'c', verdict: 'built', seconds: 4 },
  { event: 'package', package: 'd', verdict: 'built', seconds: 1, usage: { cpu: 1, memory: 1 } },
];
const run = readEvents(`${lines.map((line) => JSON.stringify(line)).join('\n')}\n`);

test('the critical path is the longest way through what was built', () => {
  expect(criticalPath(run)).toBe(7);
  expect(criticalPath({ planned: [], built: new Map() })).toBe(0);
});

test('what was built is told with its CPU time, where that is known', () => {
  expect([...run.built.keys()]).toEqual(['a', 'c', 'd']);
  expect([...run.cpu]).toEqual([
    ['a', 3],
    ['d', 1],
  ]);
});

test('what a package needs is all that it needs, and itself', () => {
  expect([...neededFor('c', run.planned)].sort()).toEqual(['a', 'c']);
});
