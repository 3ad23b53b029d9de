import { expect, test } from 'vitest';
import { memoryLeft } from '../../../src/plan/admission.ts';
import { longestWaits, prioritiesOf } from '../../../src/plan/critical-path.ts';
import { graphOf } from '../../support/graphs.ts';

/** root needs a and b, which both need base; c needs nothing. */
const diamond = {
  root: { depends: ['a', 'b', 'c'] },
  a: { depends: ['base'] },
  b: { depends: ['base'] },
  base: {},
  c: {},
};

test('what a package has to wait for, with its source, is the longest way from it to the end', async () => {
  const graph = await graphOf(diamond);
  const seconds: Record<string, number> = { root: 1, a: 10, b: 20, base: 5, c: 100 };
  const sources: Record<string, number> = { b: 3, c: 4 };
  const waits = longestWaits(graph, {
    build: ({ name }) => seconds[name] ?? 0,
    source: ({ name }) => sources[name] ?? 0,
  });
  expect(Object.fromEntries(graph.order.map(({ name, at }) => [name, waits[at]]))).toEqual({
    root: 1,
    a: 11,
    b: 24,
    base: 29,
    c: 105,
  });
  const priorities = prioritiesOf(graph, waits);
  expect(Object.fromEntries(graph.order.map(({ name, at }) => [name, priorities[at]]))).toEqual({
    c: 5,
    base: 4,
    b: 3,
    a: 2,
    root: 1,
  });
});

test('packages with equal waits have the order of the graph', async () => {
  const graph = await graphOf(diamond);
  const priorities = prioritiesOf(graph, new Float64Array(graph.order.length));
  expect(graph.order.map(({ at }) => priorities[at])).toEqual([5, 4, 3, 2, 1]);
});

test('the memory that is left is what the others will not come to take', () => {
  expect(memoryLeft(100, [])).toBe(100);
  expect(memoryLeft(100, [40, 1])).toBe(59);
  expect(memoryLeft(100, [90, 20])).toBe(0);
});
