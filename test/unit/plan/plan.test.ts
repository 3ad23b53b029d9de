import { describe, expect, test } from 'vitest';
import { type Digest, digestOf } from '../../../src/base/digest.ts';
import { decide, makePlan, type PlanInputs, type Previous } from '../../../src/plan/plan.ts';
import type { Recipe } from '../../../src/recipe/recipe.ts';
import type { Read, Result, Store } from '../../../src/store/store.ts';
import { graphOf } from '../../support/graphs.ts';

/** A store in memory, and a build directory that remembers what was made in it. */
function workplace() {
  const stored = new Map<Digest, readonly Result[]>();
  const previous = new Map<string, Previous>();
  const answers: Record<string, string | undefined> = {};
  const results = (key: Digest) => stored.get(key) ?? [];
  const inputs: PlanInputs = {
    store: {
      results,
      find: (key: Digest, now: (read: Read) => string | undefined) =>
        results(key).find(({ reads }) => reads.every((read) => now(read) === read.value)),
    } as Pick<Store, 'find' | 'results'> as Store,
    circumstances: {
      target: 'a-b-c',
      machine: digestOf('m'),
      sandboxed: true,
      fieldReads: () => [],
      sourceReads: () => [],
    },
    now: ({ name }) => answers[name],
    previous: (name) => previous.get(name),
  };
  return {
    ...{ inputs, stored, previous, answers },
    /** Builds everything that the plan wants built; what each package's hooks read is given. */
    async build(recipes: Readonly<Record<string, Recipe>>, reads: Readonly<Record<string, readonly string[]>> = {}) {
      const graph = await graphOf(recipes);
      const made = new Map<string, Result>();
      for (const node of graph.order) {
        const resultOf = (name: string) => made.get(name) as Result;
        const step = decide(node, resultOf, inputs);
        const output = digestOf(JSON.stringify(recipes[node.name]?.license ?? node.name));
        const result: Result = {
          ...{ package: node.name, version: undefined, output, size: 1, permissions: {}, seconds: 1, sandboxed: true },
          ...{ license: undefined, whenLinked: false },
          reads: (reads[node.name] ?? []).map((name) => ({ kind: 'text', name, value: answers[name] })),
        };
        if (step.kind === 'run') stored.set(step.key, [result, ...results(step.key)]);
        made.set(node.name, step.kind === 'run' ? result : step.result);
        const shown = made.get(node.name) as Result;
        previous.set(node.name, { document: step.document(), key: step.key, output: shown.output, reads: shown.reads });
      }
    },
    async plan(recipes: Readonly<Record<string, Recipe>>) {
      const steps = makePlan(await graphOf(recipes), inputs);
      return Object.fromEntries([...steps].map(([name, { kind, reason }]) => [name, `${kind}: ${reason}`]));
    },
  };
}

const recipes = { root: { contains: ['app', 'data'] }, app: { depends: ['lib'] }, lib: {}, data: {} };

describe('a plan', () => {
  test('for an empty store builds everything', async () => {
    expect(await workplace().plan(recipes)).toEqual({
      data: 'run: never built here',
      lib: 'run: never built here',
      app: 'run: never built here',
      root: 'run: never built here',
    });
  });

  test('after a build builds nothing', async () => {
    const here = workplace();
    await here.build(recipes);
    expect(new Set(Object.values(await here.plan(recipes)))).toEqual(new Set(['cached: nothing changed']));
  });

  test('in another directory finds what was built in the first', async () => {
    const here = workplace();
    await here.build(recipes);
    here.previous.clear();
    expect(new Set(Object.values(await here.plan(recipes)))).toEqual(
      new Set(['cached: built before with the same inputs']),
    );
  });

  test('after a change builds the package, says why, and expects those that use it to follow', async () => {
    const here = workplace();
    await here.build(recipes);
    expect(await here.plan({ ...recipes, lib: { license: 'MIT' } })).toEqual({
      data: 'cached: nothing changed',
      lib: 'run: its recipe changed',
      app: 'run: it uses lib, which is to be built',
      root: 'run: it uses app, lib, which are to be built',
    });
  });

  test('after a change of what a hook read names what was read', async () => {
    const here = workplace();
    await here.build(recipes, { data: ['hostname', 'resolv.conf'] });
    here.answers['resolv.conf'] = 'nameserver';
    expect(await here.plan(recipes)).toMatchObject({
      data: 'run: resolv.conf appeared',
      lib: 'cached: nothing changed',
      app: 'cached: nothing changed',
      root: 'run: it uses data, which is to be built',
    });
  });

  test('after a change that was taken back finds the older result', async () => {
    const here = workplace();
    await here.build(recipes, { data: ['hostname'] });
    here.answers['hostname'] = 'other';
    await here.build(recipes, { data: ['hostname'] });
    here.answers['hostname'] = undefined;
    expect(await here.plan(recipes)).toMatchObject({
      data: 'cached: built before with the same inputs',
      root: 'cached: nothing changed',
    });
  });

  test('for a result that is gone says so', async () => {
    const here = workplace();
    await here.build(recipes);
    here.stored.clear();
    expect(await here.plan(recipes)).toMatchObject({ data: 'run: its result is gone from the store' });
  });
});

test('a package whose dependency was built anew with the same output is not built', async () => {
  const here = workplace();
  await here.build({ ...recipes, lib: { license: 'MIT' } });
  const changed = { ...recipes, lib: { license: 'MIT', strip: false } };
  expect(await here.plan(changed)).toMatchObject({ lib: 'run: its recipe changed' });
  const graph = await graphOf(changed);
  const before = here.stored.size;
  await here.build(changed);
  expect([here.stored.size - before, graph.order.length]).toEqual([1, 4]);
});
