import fc from 'fast-check';
import toposort from 'toposort';
import { expect, test } from 'vitest';
import { buildGraph, type Relations } from '../../../src/graph/graph.ts';
import { closure, walkDeep } from '../../../src/graph/walk.ts';
import type { LoadedRecipe } from '../../../src/recipe/load.ts';

const nothing = { depends: [], buildDepends: [], runDepends: [], contains: [], source: undefined };

function graphOf(depends: ReadonlyMap<string, readonly string[]>, field: 'depends' | 'buildDepends' = 'depends') {
  const relations = [...depends].map(([name, needed]): [string, Relations] => {
    const loaded = { name, recipe: {}, place: () => undefined } as unknown as LoadedRecipe;
    return [name, { ...nothing, loaded, [field]: needed }];
  });
  return buildGraph(relations[0]?.[0] ?? '', new Map(relations));
}

/** Each package may need those before it. */
const acyclic = fc.array(fc.array(fc.nat(30), { maxLength: 4 }), { minLength: 1, maxLength: 30 }).map((needs) => {
  const name = (at: number) => `p${(at * 7) % 31}`;
  return new Map(needs.map((all, at) => [name(at), [...new Set(all.filter((each) => each < at).map(name))]]));
});

test('the order of a graph is the one that a well-known library gives it', () => {
  fc.assert(
    fc.property(acyclic, (depends) => {
      const graph = graphOf(depends);
      const names = [...depends.keys()].sort();
      const edges = names.flatMap((name) => graph.needs(name).map((needed): [string, string] => [needed, name]));
      expect(graph.order.map(({ name }) => name)).toEqual(toposort.array(names, edges));
    }),
  );
});

test('a build sees its direct dependencies and all that those depend on', () => {
  fc.assert(
    fc.property(acyclic, acyclic, (depends, buildDepends) => {
      const relations = [...depends].map(([name, needed]): [string, Relations] => {
        const loaded = { name, recipe: {}, place: () => undefined } as unknown as LoadedRecipe;
        const tools = (buildDepends.get(name) ?? []).filter((tool) => depends.has(tool));
        return [name, { ...nothing, loaded, depends: needed, buildDepends: tools }];
      });
      const graph = buildGraph(relations[0]?.[0] ?? '', new Map(relations));
      for (const [name, { depends: needed, buildDepends: tools }] of relations) {
        const seen = closure([...needed, ...tools], (each) => depends.get(each) ?? []);
        expect(graph.node(name).staged).toEqual(seen);
      }
    }),
  );
});

test('a chain of a hundred thousand packages is a graph like any other', () => {
  const name = (at: number) => `package-${at}`;
  const depends = new Map(Array.from({ length: 100_000 }, (_, at) => [name(at), at === 0 ? [] : [name(at - 1)]]));
  const graph = graphOf(depends, 'buildDepends');
  expect(graph.order[99_999]?.name).toBe('package-99999');
});

test('what needs a hundred thousand others is no burden', () => {
  const names = Array.from({ length: 100_000 }, (_, at) => `package-${at}`);
  expect(closure(['all'], (name) => (name === 'all' ? names : []))).toHaveLength(100_001);
});

test('a cycle at the end of a long way is told without the way', () => {
  const next = (name: string) => [String((Number(name) % 50_000) + 1)];
  const cycles: (readonly string[])[] = [];
  walkDeep(['0'], (name) => (name === '50000' ? ['49998'] : next(name)), {
    leave() {},
    cycle: (way) => cycles.push(way),
  });
  expect(cycles).toEqual([['49998', '49999', '50000', '49998']]);
});
