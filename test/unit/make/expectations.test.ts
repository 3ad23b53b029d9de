import { expect, test } from 'vitest';
import { buildRecord, expectationsOf, peakOf, sourceRecord } from '../../../src/make/expectations.ts';
import type { Step } from '../../../src/plan/plan.ts';
import { openHistory, type Past } from '../../../src/store/history.ts';
import { graphOf } from '../../support/graphs.ts';
import { temporaryTree } from '../../support/tree.ts';

const source = { version: '1', url: () => 'https://example.org/x.tar', sha256: 'a'.repeat(64) };
const hooks = { build() {} };
const recipes = {
  root: { depends: ['a', 'b', 'c', 'd'] },
  a: { ...hooks, ...source },
  b: { ...hooks, depends: ['a'] },
  c: { ...hooks, ...source },
  d: hooks,
};

async function expected(records: Readonly<Record<string, readonly Partial<Past>[]>>, cached: readonly string[] = []) {
  using home = temporaryTree({});
  const history = openHistory(home.path);
  for (const [name, pasts] of Object.entries(records))
    for (const past of pasts) history.add(name, { seconds: 0, cpu: 0, memory: 0, ...past });
  const graph = await graphOf(recipes);
  const plan = new Map(
    graph.order.map((node) => {
      const kind = cached.includes(node.name) ? 'cached' : 'run';
      return [node.name, { kind, node, reason: kind } as unknown as Step];
    }),
  );
  const isFetched = ({ name }: { readonly name: string }) => name === 'c';
  return expectationsOf({ graph, plan, history, triplet: 't', isFetched });
}
const secondsOf = ({ packages }: Awaited<ReturnType<typeof expected>>) =>
  Object.fromEntries(packages.map((each) => [each.package, each.isGuess ? `${each.expected}?` : each.expected]));

test('what was built before is expected to take as long as in the middle, with its source', async () => {
  const records = {
    [buildRecord('a', 't')]: [{ seconds: 50 }, { seconds: 10 }, { seconds: 12 }],
    [sourceRecord('a')]: [{ seconds: 3, fetch: 100 }],
    [buildRecord('b', 't')]: [{ seconds: 2 }],
    [buildRecord('b', 'other')]: [{ seconds: 1000 }],
    [buildRecord('c', 't')]: [{ seconds: 7 }],
    [sourceRecord('c')]: [{ seconds: 1, fetch: 100 }],
    [buildRecord('d', 't')]: [{ seconds: 30 }],
  };
  const expectations = await expected(records);
  // The file of c is there already.
  expect(secondsOf(expectations)).toEqual({ a: 115, b: 2, c: 8, d: 30, root: 0 });
  // Of a, b, c, d and the root.
  expect(Array.from(expectations.priorities)).toEqual([5, 2, 3, 4, 1]);
});

test('of what was never built, as long as others of its kind take, or as packages usually do', async () => {
  expect(secondsOf(await expected({}))).toEqual({ a: '35?', b: '1?', c: '35?', d: '1?', root: 0 });
  const records = { [buildRecord('a', 't')]: [{ seconds: 100 }], [buildRecord('d', 't')]: [{ seconds: 4 }] };
  expect(secondsOf(await expected(records))).toEqual({ a: 105, b: '4?', c: '105?', d: 4, root: 0 });
});

test('what is there takes no time, nor do the sources of it', async () => {
  expect(secondsOf(await expected({}, ['a', 'd']))).toEqual({ a: 0, b: '1?', c: '35?', d: 0, root: 0 });
});

test('the memory that is expected is the most that it ever took', () => {
  expect(peakOf([])).toBe(0);
  expect(peakOf([5, 9, 7].map((memory) => ({ seconds: 1, cpu: 1, memory })))).toBe(9);
});
