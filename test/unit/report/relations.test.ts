import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { reachable, relationsAmong, withoutImplied } from '../../../src/report/relations.ts';

const packages = [
  { name: 'libc', build: [], run: [], contains: [] },
  { name: 'zlib', build: ['libc'], run: ['libc'], contains: [] },
  { name: 'ssh', build: ['zlib', 'libc'], run: ['zlib', 'elsewhere'], contains: [] },
  { name: 'rootfs', build: [], run: [], contains: ['ssh', 'zlib'] },
];
const told = (relations: ReturnType<typeof relationsAmong>) =>
  relations.map(({ from, to, kinds }) => `${from} > ${to} (${kinds.join(' ')})`);

test('two packages have one relation with all its reasons; what is not among them is left out', () => {
  expect(told(relationsAmong(packages))).toEqual([
    'zlib > libc (build run)',
    'ssh > libc (build)',
    'ssh > zlib (build run)',
    'rootfs > ssh (contains)',
    'rootfs > zlib (contains)',
  ]);
});

test('what a package needs and what needs it, as far as asked', () => {
  const relations = relationsAmong(packages);
  expect([...reachable('ssh', relations, 'needs')].sort()).toEqual(['libc', 'ssh', 'zlib']);
  expect([...reachable('libc', relations, 'needed by', 1)].sort()).toEqual(['libc', 'ssh', 'zlib']);
  expect([...reachable('libc', relations, 'needed by')].sort()).toEqual(['libc', 'rootfs', 'ssh', 'zlib']);
});

describe('relations that do not follow from others', () => {
  test('leave out the shorter way', () => {
    const names = packages.map(({ name }) => name);
    expect(told(withoutImplied(names, relationsAmong(packages)))).toEqual([
      'zlib > libc (build run)',
      'ssh > zlib (build run)',
      'rootfs > ssh (contains)',
    ]);
  });

  test('reach what all of them reach, and none can be missed', () => {
    const graph = fc.integer({ min: 1, max: 40 }).chain((count) =>
      fc
        .uniqueArray(fc.tuple(fc.nat(count - 1), fc.nat(count - 1)), { selector: ([a, b]) => `${a} ${b}` })
        .map((pairs) => {
          const names = Array.from({ length: count }, (_, at) => `p${at}`);
          const edges = pairs.filter(([a, b]) => a !== b).map(([a, b]) => [Math.max(a, b), Math.min(a, b)] as const);
          const unique = new Set(edges.map(([from, to]) => `p${from} p${to}`));
          return {
            names,
            relations: [...unique].map((text) => {
              const [from = '', to = ''] = text.split(' ');
              return { from, to, kinds: ['build'] as const };
            }),
          };
        }),
    );
    fc.assert(
      fc.property(graph, ({ names, relations }) => {
        const kept = withoutImplied(names, relations);
        for (const name of names) {
          expect(reachable(name, kept, 'needs')).toEqual(reachable(name, relations, 'needs'));
        }
        for (const one of kept) {
          const others = kept.filter((each) => each !== one);
          expect(reachable(one.from, others, 'needs').has(one.to)).toBe(false);
        }
      }),
      { numRuns: 60 },
    );
  });
});
