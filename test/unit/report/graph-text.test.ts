import { expect, test } from 'vitest';
import { graphText } from '../../../src/report/graph-text.ts';

const packages = [
  { name: 'libc', version: '1.2', build: [], run: [], contains: [] },
  { name: 'ssh', build: ['libc'], run: ['libc'], contains: [] },
  { name: 'init', build: [], run: ['ssh'], contains: [] },
  { name: 'rootfs', build: [], run: [], contains: ['init', 'ssh'] },
];

test('as DOT, lines tell why a package is needed', () => {
  expect(graphText('toy box', packages, 'dot')).toMatchInlineSnapshot(`
    "// solid: needed to build; dashed: only to run; dotted: the image holds it
    digraph "toy box" {
      rankdir=RL;
      node [shape=box, style=rounded, fontname="sans-serif", height=0.3];
      "libc" [label="libc 1.2"];
      "ssh";
      "init";
      "rootfs";
      "ssh" -> "libc" [style=solid, class="build run"];
      "init" -> "ssh" [style=dashed, class="run"];
      "rootfs" -> "init" [style=dotted, class="contains"];
      "rootfs" -> "ssh" [style=dotted, class="contains"];
    }
    "
  `);
});

test('as JSON, packages come after what they need, with every reason', () => {
  const { packages: listed, relations } = JSON.parse(graphText('toy box', packages, 'json'));
  expect(listed.map(({ name }: { name: string }) => name)).toEqual(['libc', 'ssh', 'init', 'rootfs']);
  expect(relations[0]).toEqual({ from: 'ssh', to: 'libc', kinds: ['build', 'run'] });
});

test('as SVG, names are text whatever stands in them, and what follows from other lines is not drawn', () => {
  const odd = [{ name: '<script>&"', build: [], run: [], contains: [] }, ...packages];
  const drawing = graphText('<b>', odd, 'svg');
  expect(drawing).toContain('&lt;script&gt;&amp;&quot;</text>');
  expect(drawing).not.toContain('<script>');
  expect(drawing).toContain('init needs ssh');
  expect(drawing).not.toContain('rootfs needs ssh');
});
