import fc from 'fast-check';
import { expect, test } from 'vitest';
import { digestOf, digestOfDocument } from '../../../src/base/digest.ts';
import { buildGraph, type Relations } from '../../../src/graph/graph.ts';
import { keyOf } from '../../../src/plan/key.ts';
import { makePlan, type PlanInputs } from '../../../src/plan/plan.ts';
import type { LoadedRecipe } from '../../../src/recipe/load.ts';
import type { Result } from '../../../src/store/store.ts';

/** Names that JavaScript, JSON or an order of its own could treat in another way than others. */
const names = ['ü"\\', '10', '7', '__proto__', 'a', 'b-1', 'constructor', 'é', 'toString', 'Z', '0', 'a+b', 'staged'];

/** Each package may depend on those before it, need them to be built, or contain them. */
const targets = fc.array(fc.array(fc.tuple(fc.nat(2), fc.nat(names.length - 1)), { maxLength: 6 }), {
  minLength: 2,
  maxLength: names.length,
});

test('the keys of a plan are those of its documents', () => {
  fc.assert(
    fc.property(targets, (all) => {
      const relations = all.map((relation, at): [string, Relations] => {
        const [depends = [], buildDepends = [], contains = []] = [0, 1, 2].map((kind) => [
          ...new Set(relation.flatMap(([of, other]) => (of === kind && other < at ? [names[other] ?? ''] : []))),
        ]);
        const [name = ''] = [names[at]];
        const loaded = {
          name,
          recipe: at % 2 === 0 ? {} : { runsOn: 'build' },
          digest: digestOf(`recipe ${name}`),
          place: () => undefined,
        } as unknown as LoadedRecipe;
        return [name, { loaded, source: undefined, depends, buildDepends, runDepends: [], contains }];
      });
      const graph = buildGraph(names[0] ?? '', new Map(relations));
      const steps = makePlan(graph, { ...inputs, store: storeOf() });
      for (const step of steps.values()) {
        const { key } = step;
        const document = step.document?.();
        expect(document && keyOf(document)).toBe(key);
        expect(digestOfDocument(JSON.parse(JSON.stringify(document)))).toBe(key);
        expect(Object.keys(document?.staged ?? {})).toHaveLength(graph.node(document?.package ?? '').staged.length);
      }
    }),
  );
});

const inputs: Omit<PlanInputs, 'store'> = {
  now: () => undefined,
  previous: () => undefined,
  circumstances: {
    target: 'x',
    machine: digestOf('machine'),
    sandboxed: true,
    fieldReads: () => [],
    sourceReads: () => [],
  },
};

/** Has a result of its own for every key that it is asked for. */
function storeOf(): PlanInputs['store'] {
  const result: Omit<Result, 'output'> = {
    package: 'any',
    version: '1',
    size: 1,
    permissions: {},
    license: undefined,
    whenLinked: false,
    reads: [],
    seconds: 1,
    sandboxed: true,
  };
  const find = (key: string): Result => ({ ...result, output: digestOf(`output of ${key}`) });
  return { find } as unknown as PlanInputs['store'];
}
