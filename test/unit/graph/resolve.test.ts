import { describe, expect, test } from 'vitest';
import { resolveGraph } from '../../../src/graph/resolve.ts';
import type { Config } from '../../../src/recipe/config.ts';
import { diagnostic } from '../../../src/report/diagnostic.ts';
import { emptyConfig, graphOf, namesOf } from '../../support/graphs.ts';
import { failuresFrom, recipeSet } from '../../support/recipes.ts';

const sha256 = 'a'.repeat(64);
const source = { version: '1.2', url: (v: string) => `https://example.org/${v}.tar.xz`, sha256 };

describe('only what the root needs', () => {
  test('is loaded, each recipe once', async () => {
    const recipes = recipeSet({
      root: { depends: ['a', 'b'] },
      a: { depends: ['c'] },
      b: { depends: ['c'] },
      c: {},
      unused: 'broken',
    });
    resolveGraph('root', recipes, () => emptyConfig, []);
    expect([...recipes.loaded].sort()).toEqual(['a', 'b', 'c', 'root']);
  });

  test('is asked for its fields, with a configuration of its own', async () => {
    const asked: string[] = [];
    const configOf = (name: string) => {
      asked.push(name);
      return { ...emptyConfig, product: name } as Config;
    };
    const recipes = recipeSet({ root: ({ product }) => ({ depends: [product === 'root' ? 'a' : 'b'] }), a: {}, b: {} });
    expect(namesOf(resolveGraph('root', recipes, configOf, []))).toEqual(['a', 'root']);
    expect(asked).toEqual(['root', 'a']);
  });
});

describe('a name that no package has', () => {
  test('is answered by the one that provides it', async () => {
    const graph = await graphOf({
      root: { depends: ['libc'], contains: ['libc'] },
      musl: { provides: ['libc'] },
      zlib: {},
    });
    expect(graph.node('root')).toMatchObject({ depends: ['musl'], contents: ['musl'], staged: ['musl'] });
  });

  test('is answered by a package of that name before any that provides it', async () => {
    const graph = await graphOf({ root: { depends: ['libc'] }, musl: { provides: ['libc'] }, libc: {} });
    expect(graph.node('root').depends).toEqual(['libc']);
  });

  test('is refused when several provide it, with the choices and the way to choose', async () => {
    const recipes = { root: { depends: ['libc'] }, musl: { provides: ['libc'] }, glibc: { provides: ['libc'] } };
    const [failure] = await failuresFrom(graphOf(recipes));
    expect(diagnostic(failure.record())).toMatchInlineSnapshot(`
      "error[provider-ambiguous]: root depends on "libc", which several packages provide: musl, glibc
        --> pkg/root/build.ts:3:6
          |
        3 |     "libc"
          |      ^^^^
        hint: name the one you want in a file PREFER of the board or product"
    `);
    expect(namesOf(await graphOf(recipes, 'root', ['glibc']))).toEqual(['glibc', 'root']);
    expect(namesOf(await graphOf(recipes, 'root', ['zlib', 'musl']))).toEqual(['musl', 'root']);
    expect(await failuresFrom(graphOf(recipes, 'root', ['musl', 'glibc']))).toMatchObject([
      { code: 'provider-ambiguous' },
    ]);
  });

  test('counts once for a package that also names its provider', async () => {
    const graph = await graphOf({ root: { depends: ['libc', 'musl'] }, musl: { provides: ['libc'] } });
    expect(graph.node('root').depends).toEqual(['musl']);
    expect(graph.neededBy('musl')).toEqual(['root']);
  });

  test('is looked for also where a recipe that nobody needs cannot be loaded, as it may be for another board', async () => {
    const recipes = { root: { depends: ['libc'] }, musl: { provides: ['libc'] }, 'linux-rpi': 'RPI_MODEL is not set' };
    expect(namesOf(await graphOf(recipes))).toEqual(['musl', 'root']);
    const failures = await failuresFrom(graphOf({ ...recipes, root: { depends: ['libc', 'linux-rpi'] } }));
    expect(failures.map(({ message }) => message)).toEqual(['linux-rpi: RPI_MODEL is not set']);
  });

  test('is told with who wanted it, where, and what it may have meant', async () => {
    const [failure] = await failuresFrom(graphOf({ root: { depends: ['mulsl'] }, musl: {} }));
    expect(diagnostic(failure.record())).toMatchInlineSnapshot(`
      "error[package-unknown]: root depends on "mulsl", which no recipe provides
        --> pkg/root/build.ts:3:6
          |
        3 |     "mulsl"
          |      ^^^^^
        hint: did you mean "musl"?"
    `);
  });

  test.each([
    ['depends', 'root depends on "nothing", which no recipe provides'],
    ['buildDepends', 'root needs for its build "nothing", which no recipe provides'],
    ['runDepends', 'root needs to run "nothing", which no recipe provides'],
    ['contains', 'root contains "nothing", which no recipe provides'],
  ])('in %s is told as: %s', async (field, message) => {
    const [failure] = await failuresFrom(graphOf({ root: { [field]: ['nothing'] } }));
    expect(failure).toMatchObject({ code: 'package-unknown', message, hint: 'create pkg/nothing/build.ts' });
  });
});

test('everything that is wrong is told at once', async () => {
  const failures = await failuresFrom(
    graphOf({
      root: { depends: ['a', 'b', 'missing'] },
      a: 'there is no field "dependz"',
      b: { buildDepends: ['c', 'gone'], runDepends: ['c', 'a'] },
      c: 'thrown',
    }),
  );
  expect(failures.map(({ message }) => message).sort()).toEqual([
    'a: there is no field "dependz"',
    'b needs for its build "gone", which no recipe provides',
    'c: thrown',
    'root depends on "missing", which no recipe provides',
  ]);
});

describe('the source tree', () => {
  test('of a package is its own, another one or none', async () => {
    const graph = await graphOf({
      root: { depends: ['gcc', 'libstdc++', 'meta'] },
      gcc: source,
      'libstdc++': { sourceOf: 'gcc' },
      meta: {},
    });
    const sources = ['gcc', 'libstdc++', 'meta'].map((name) => graph.node(name).source?.name);
    expect(sources).toEqual(['gcc', 'gcc', undefined]);
  });

  test('of another package does not make that one needed', async () => {
    const graph = await graphOf({ root: { sourceOf: 'linux' }, linux: { ...source, depends: ['missing'] } });
    expect(namesOf(graph)).toEqual(['root']);
    expect(graph.node('root').source?.name).toBe('linux');
  });

  test('is loaded once for all that use it, so that they use the same', async () => {
    const recipes = recipeSet({ root: { depends: ['a', 'gcc'] }, a: { sourceOf: 'gcc' }, gcc: source });
    const graph = resolveGraph('root', recipes, () => emptyConfig, []);
    expect(graph.node('a').source).toBe(graph.node('gcc').source);
    expect(recipes.loaded.filter((name) => name === 'gcc')).toHaveLength(1);
  });

  test.each(['gcd', 'meta'])('of %s, which has none, is refused', async (sourceOf) => {
    const [failure] = await failuresFrom(graphOf({ root: { sourceOf }, gcc: source, meta: {} }));
    expect(failure).toMatchObject({
      code: 'package-unknown',
      message: `root uses the source of "${sourceOf}", which is no package with a source`,
      place: { file: 'pkg/root/build.ts', length: sourceOf.length },
    });
  });
});

test('a source whose recipe is wrong is told once, for what is wrong with it', async () => {
  const failures = await failuresFrom(graphOf({ root: { sourceOf: 'gcc', depends: ['gcc'] }, gcc: 'no digest' }));
  expect(failures.map(({ message }) => message)).toEqual(['gcc: no digest']);
});

test('what is no failure is passed on: a bug is not told as a mistake of the user', async () => {
  const recipes = recipeSet({ root: {} });
  const load = () => {
    throw new RangeError('bug');
  };
  expect(() => resolveGraph('root', { ...recipes, load }, () => emptyConfig, [])).toThrow(RangeError);
});
