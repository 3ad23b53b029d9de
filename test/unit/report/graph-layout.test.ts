import { describe, expect, test } from 'vitest';
import { nodeHeight } from '../../../src/report/graph-layers.ts';
import { layoutGraph } from '../../../src/report/graph-layout.ts';
import { relationsAmong, withoutImplied } from '../../../src/report/relations.ts';
import { manyPackages, smallSystem, toldRun } from '../../support/told-runs.ts';

function drawn(parts: Parameters<typeof toldRun>[0]) {
  const { packages } = toldRun(parts).about;
  const names = packages.map(({ name }) => name);
  const relations = withoutImplied(names, relationsAmong(packages));
  const nodes = names.map((name) => ({ name, width: 40 + name.length * 7 }));
  return { ...layoutGraph(nodes, relations), relations };
}

describe.each([
  ['a small system', smallSystem],
  ['300 packages', manyPackages(300)],
])('the drawing of %s', (_, parts) => {
  const { nodes, edges, relations, width, height } = drawn(parts);
  const placed = new Map(nodes.map((node) => [node.name, node]));

  test('has every package once, inside its borders, and no two boxes overlap', () => {
    expect(placed.size).toBe(parts.length);
    const byColumn = Map.groupBy(nodes, ({ x }) => x);
    for (const column of byColumn.values()) {
      const tops = column.map(({ y }) => y).sort((a, b) => a - b);
      for (const [at, top] of tops.slice(1).entries()) expect(top - (tops[at] ?? 0)).toBeGreaterThanOrEqual(nodeHeight);
    }
    for (const node of nodes) {
      expect(node.x >= 0 && node.y >= 0).toBe(true);
      expect(node.x + node.width <= width && node.y + nodeHeight <= height).toBe(true);
    }
  });

  test('has what is needed to the left of who needs it, and a line for each relation', () => {
    for (const { from, to } of relations) {
      const [user, needed] = [placed.get(from), placed.get(to)];
      expect((needed?.x ?? 0) + (needed?.width ?? 0)).toBeLessThan(user?.x ?? 0);
    }
    expect(edges).toHaveLength(relations.length);
    for (const { path } of edges) expect(path).toMatch(/^M[\d.-]+ [\d.-]+C/);
  });
});

test('the same graph is always drawn the same', () => {
  expect(drawn(smallSystem)).toEqual(drawn(smallSystem));
});

test('packages that need each other only to run, in a circle, are drawn too', () => {
  const nodes = ['a', 'b'].map((name) => ({ name, width: 50 }));
  const both = [
    { from: 'a', to: 'b' },
    { from: 'b', to: 'a' },
  ];
  expect(layoutGraph(nodes, both).edges).toHaveLength(2);
});

test('nothing at all is drawn as nothing', () => {
  expect(layoutGraph([], [])).toMatchObject({ nodes: [], edges: [] });
});
