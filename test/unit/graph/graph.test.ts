import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Recipe } from '../../../src/recipe/recipe.ts';
import { diagnostic } from '../../../src/report/diagnostic.ts';
import { graphOf, namesOf } from '../../support/graphs.ts';
import { failuresFrom } from '../../support/recipes.ts';

describe('the order', () => {
  test('has every package once, after everything it needs', async () => {
    const graph = await graphOf({
      root: { contains: ['app'] },
      app: { depends: ['libc', 'lib'] },
      lib: { depends: ['libc'], buildDepends: ['tool'] },
      libc: { buildDepends: ['tool'] },
      tool: { runsOn: 'build' },
      unused: {},
    });
    expect(namesOf(graph)).toEqual(['tool', 'libc', 'lib', 'app', 'root']);
  });

  /** Any graph without cycles: a package needs only packages with a smaller number. */
  const acyclic = fc
    .array(fc.array(fc.tuple(fc.nat(), fc.constantFrom('depends', 'buildDepends', 'contains')), { maxLength: 4 }), {
      minLength: 1,
      maxLength: 12,
    })
    .map((packages) =>
      packages.map((relations, number): [string, Recipe] => {
        const named = (field: string) =>
          relations.filter(([, of]) => of === field && number > 0).map(([to]) => `p${to % Math.max(number, 1)}`);
        return [
          number === packages.length - 1 ? 'root' : `p${number}`,
          { depends: named('depends'), buildDepends: named('buildDepends'), contains: named('contains') },
        ];
      }),
    );

  test('is valid for any graph, and the same whatever order the recipes come in', async () => {
    await fc.assert(
      fc.asyncProperty(acyclic, async (packages) => {
        const graph = await graphOf(Object.fromEntries(packages));
        const order = namesOf(graph);
        expect(new Set(order).size).toBe(order.length);
        for (const [at, name] of order.entries()) {
          expect(order.slice(0, at)).toEqual(expect.arrayContaining([...graph.needs(name)]));
          for (const needed of graph.needs(name)) expect(graph.neededBy(needed)).toContain(name);
        }
        expect(namesOf(await graphOf(Object.fromEntries(packages.toReversed())))).toEqual(order);
      }),
    );
  });

  test('of a ladder of 40 diamonds is found at once, though there are 2^40 ways through it', async () => {
    const rungs = Array.from({ length: 40 }, (_, at): [string, Recipe][] => [
      [at === 0 ? 'root' : `a${at}`, { depends: [`b${at}`, `c${at}`], contains: [`b${at}`, `c${at}`] }],
      [`b${at}`, { depends: [`a${at + 1}`], runDepends: [`a${at + 1}`] }],
      [`c${at}`, { depends: [`a${at + 1}`], buildDepends: [`a${at + 1}`] }],
    ]);
    const graph = await graphOf({ ...Object.fromEntries(rungs.flat()), a40: {} });
    expect(graph.order).toHaveLength(121);
    expect(graph.node('root').staged).toHaveLength(120);
    expect(graph.node('root').contents).toHaveLength(120);
  });

  test('of a chain of 3000 packages is found too', async () => {
    const chain = Array.from({ length: 3000 }, (_, at): [string, Recipe] => [
      `p${at}`,
      { buildDepends: [`p${at + 1}`] },
    ]);
    expect((await graphOf({ ...Object.fromEntries(chain), p3000: {} }, 'p0')).order).toHaveLength(3001);
  });
});

describe('a cycle', () => {
  test('is shown as a path, with the place of its first step', async () => {
    const [failure] = await failuresFrom(
      graphOf({ root: { depends: ['a'] }, a: { depends: ['b'] }, b: { buildDepends: ['c'] }, c: { depends: ['a'] } }),
    );
    expect(diagnostic(failure.record())).toMatchInlineSnapshot(`
      "error[dependency-cycle]: packages depend on each other: a -> b -> c -> a
        --> pkg/a/build.ts:3:6
          |
        3 |     "b"
          |      ^
        hint: remove one of these dependencies; what is needed only at run time belongs in runDepends"
    `);
  });

  test('of one package with itself is one', async () => {
    const [failure] = await failuresFrom(graphOf({ root: { depends: ['root'] } }));
    expect(failure).toMatchObject({ code: 'dependency-cycle', message: 'packages depend on each other: root -> root' });
  });

  test('through the content of an image is one', async () => {
    const [failure] = await failuresFrom(
      graphOf({ root: { contains: ['app'] }, app: { runDepends: ['data'] }, data: { buildDepends: ['root'] } }),
    );
    expect(failure).toMatchObject({
      code: 'dependency-cycle',
      message: 'packages depend on each other: root -> data -> root',
    });
  });

  test('of what is needed only at run time is none', async () => {
    const graph = await graphOf({
      root: { contains: ['client'] },
      client: { runDepends: ['server'] },
      server: { runDepends: ['client'] },
    });
    expect(namesOf(graph)).toEqual(['client', 'server', 'root']);
  });
});

describe('a package sees while it is built', () => {
  test('what it depends on, what it needs to build, and all that those depend on', async () => {
    const graph = await graphOf({
      root: { depends: ['lib'], buildDepends: ['tool'] },
      lib: { depends: ['libc'], buildDepends: ['hidden-tool'], runDepends: ['hidden-data'] },
      libc: { depends: ['headers'] },
      tool: { runsOn: 'build', depends: ['tool-lib'], buildDepends: ['hidden-tool'] },
      'tool-lib': { runsOn: 'build' },
      'hidden-tool': { runsOn: 'build' },
      'hidden-data': {},
      headers: {},
    });
    expect(graph.node('root').staged).toEqual(['headers', 'lib', 'libc', 'tool', 'tool-lib']);
    expect(graph.node('root').contents).toEqual([]);
  });

  test('nothing of the packages in its image', async () => {
    const graph = await graphOf({ root: { contains: ['app'] }, app: {} });
    expect(graph.node('root').staged).toEqual([]);
  });
});

describe('an image contains', () => {
  const recipes = {
    root: { contains: ['app'], buildDepends: ['packer'] },
    app: { depends: ['lib'], runDepends: ['data'], buildDepends: ['generator', 'headers'] },
    lib: { depends: ['libc', 'compiler'] },
    data: { runDepends: ['fonts'] },
    ...{ libc: {}, fonts: {}, headers: {}, generator: {} },
    packer: { runsOn: 'build' },
    compiler: { runsOn: 'build', depends: ['compiler-lib'] },
    'compiler-lib': {},
  } as const;

  test('what its packages need to run, however far that is, and nothing that only builds', async () => {
    const graph = await graphOf(recipes);
    expect(graph.node('root').contents).toEqual(['app', 'data', 'fonts', 'lib', 'libc']);
  });

  test('only what is built before it', async () => {
    const graph = await graphOf(recipes);
    expect(graph.needs('root')).toEqual(['app', 'data', 'fonts', 'lib', 'libc', 'packer']);
  });
});

test('a package that is not in the graph is a bug, not an answer', async () => {
  const graph = await graphOf({ root: {}, other: {} });
  expect(() => graph.node('other')).toThrow(TypeError);
});
