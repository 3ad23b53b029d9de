import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runSchedule, type StepEnd } from '../../../src/plan/schedule.ts';
import type { Recipe } from '../../../src/recipe/recipe.ts';
import { graphOf } from '../../support/graphs.ts';

/** A run whose every step waits until the test says how it ended. */
async function start(recipes: Readonly<Record<string, Recipe>>, options: { keepGoing?: boolean; root?: string } = {}) {
  const graph = await graphOf(recipes, options.root);
  const running = new Map<string, (end: StepEnd) => void>();
  const log: string[] = [];
  const priorities: Record<string, number> = {};
  const state = { isStopped: false };
  const done = runSchedule(graph, {
    keepGoing: options.keepGoing ?? false,
    isStopped: () => state.isStopped,
    work: ({ name }, priority) => {
      priorities[name] = priority;
      log.push(`start ${name}`);
      return new Promise((resolve) => running.set(name, resolve));
    },
    skip: ({ name }, because) => log.push(`skip ${name}: ${because}`),
  });
  return {
    ...{ log, priorities, state, done },
    running: () => [...running.keys()].sort(),
    /** Ends a step and lets everything happen that follows from it. */
    async end(name: string, how: StepEnd = 'done') {
      const resolve = running.get(name);
      if (resolve === undefined) throw new Error(`${name} does not run`);
      running.delete(name);
      resolve(how);
      await new Promise(setImmediate);
    },
  };
}

/** root needs a and b, which both need base; c needs nothing. */
const diamond = {
  root: { depends: ['a', 'b', 'c'] },
  a: { depends: ['base'] },
  b: { depends: ['base'] },
  base: {},
  c: {},
};

describe('steps', () => {
  test('start as soon as everything they need is done, side by side', async () => {
    const run = await start(diamond);
    expect(run.running()).toEqual(['base', 'c']);
    await run.end('base');
    expect(run.running()).toEqual(['a', 'b', 'c']);
    await run.end('b');
    await run.end('c');
    expect(run.running()).toEqual(['a']);
    await run.end('a');
    expect(run.running()).toEqual(['root']);
    await run.end('root');
    await run.done;
    expect(run.log).toEqual(['start base', 'start c', 'start a', 'start b', 'start root']);
  });

  test('that more work waits for have a greater priority, and of others those that come first in the graph', async () => {
    const run = await start(diamond);
    for (const name of ['base', 'c', 'a', 'b', 'root']) await run.end(name);
    expect(run.priorities).toEqual({ base: 5, a: 4, b: 3, c: 2, root: 1 });
  });
});

describe('after a failure', () => {
  test('what runs is finished, nothing new is started, and the first failure is named', async () => {
    const run = await start({ ...diamond, root: { depends: ['a', 'b', 'd'] }, d: { depends: ['c'] } });
    await run.end('base', 'failed');
    expect(run.log.slice(2)).toEqual(['skip a: base failed', 'skip b: base failed']);
    await run.end('c');
    await run.done;
    expect(run.log.slice(4)).toEqual(['skip d: base failed', 'skip root: a was skipped']);
  });

  test('everything that does not depend on it goes on if the user wants that', async () => {
    const run = await start({ ...diamond, root: { depends: ['a', 'd'] }, d: { depends: ['c'] } }, { keepGoing: true });
    await run.end('base', 'failed');
    await run.end('c');
    expect(run.running()).toEqual(['d']);
    await run.end('d');
    await run.done;
    expect(run.log.slice(2)).toEqual(['skip a: base failed', 'start d', 'skip root: a was skipped']);
  });

  test('a second one does not hide the first', async () => {
    const run = await start({ root: { depends: ['c'] }, c: { depends: ['a', 'b'] }, a: {}, b: {} });
    await run.end('b', 'failed');
    await run.end('a', 'failed');
    await run.done;
    expect(run.log.slice(2)).toEqual(['skip c: a failed', 'skip root: c was skipped']);
  });

  test('of the last step the run is over', async () => {
    const run = await start({ root: {} });
    await run.end('root', 'failed');
    await run.done;
  });
});

test('after an interrupt what runs is finished and everything else is skipped', async () => {
  const run = await start(diamond, { keepGoing: true });
  run.state.isStopped = true;
  await run.end('base');
  await run.end('c');
  await run.done;
  expect(run.log.slice(2)).toEqual(['skip a: interrupted', 'skip b: interrupted', 'skip root: a was skipped']);
});

test('a step that breaks instead of failing ends the run with its error', async () => {
  const graph = await graphOf({ root: { depends: ['a'] }, a: {} });
  const options = { keepGoing: true, isStopped: () => false, skip: () => undefined };
  await expect(runSchedule(graph, { ...options, work: () => Promise.reject(new RangeError('bug')) })).rejects.toThrow(
    'bug',
  );
});

test('a chain of 3000 packages behind a failure is skipped', async () => {
  const chain = Array.from({ length: 3000 }, (_, at): [string, Recipe] => [`p${at}`, { buildDepends: [`p${at + 1}`] }]);
  const run = await start({ ...Object.fromEntries(chain), p3000: {} }, { keepGoing: true, root: 'p0' });
  await run.end('p3000', 'failed');
  await run.done;
  expect(run.log).toHaveLength(3001);
});

test('for any graph and any failures every package is worked on or skipped, once, and never before what it needs', async () => {
  const packages = fc.array(fc.record({ needs: fc.array(fc.nat(), { maxLength: 3 }), fails: fc.boolean() }), {
    minLength: 1,
    maxLength: 10,
  });
  await fc.assert(
    fc.asyncProperty(packages, fc.boolean(), async (each, keepGoing) => {
      const named = each.map(({ needs }, at): [string, Recipe] => [
        `p${at}`,
        { depends: at === 0 ? [] : needs.map((need) => `p${need % at}`) },
      ]);
      const graph = await graphOf({ ...Object.fromEntries(named), root: { depends: named.map(([name]) => name) } });
      const ends = new Map<string, StepEnd>();
      await runSchedule(graph, {
        keepGoing,
        isStopped: () => false,
        work: async ({ name }) => {
          expect(graph.needs(name).map((need) => ends.get(need))).toEqual(graph.needs(name).map(() => 'done'));
          const how = each[Number(name.slice(1))]?.fails ? 'failed' : 'done';
          ends.set(name, how);
          return how;
        },
        skip: ({ name }) => {
          expect(ends.has(name)).toBe(false);
          ends.set(name, 'skipped');
        },
      });
      expect([...ends.keys()].sort()).toEqual(graph.order.map(({ name }) => name).sort());
    }),
  );
});
