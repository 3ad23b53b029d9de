import { expect, test } from 'vitest';
import { failuresIn, installs, toy, toyOf, workspace } from '../support/workspace.ts';

const files = {
  'pkg/libc/build.ts': toy(installs('lib/libc.so', "'c'.repeat(3000)")),
  'pkg/ssh/build.ts': toy(`depends: ['libc'], ${installs('bin/ssh', "'s'.repeat(1000)")}`),
  'pkg/doc/build.ts': toy(`runDepends: ['ssh'], ${installs('include/doc.h', "'d'.repeat(500)")}`),
  'pkg/rootfs/build.ts': toyOf(
    "contains: config.list('ROOTFS'), async deploy(ctx) { await ctx.write(`${ctx.deployDir}/rootfs.img`, 'i'.repeat(900)); }",
  ),
  'pkg/release/build.ts': toy("contains: ['rootfs']"),
  'product/box/ROOTFS': 'libc\nssh\ndoc\n',
};

const target = ['toy', 'box'] as const;

test('mk graph tells which packages need each other, and why', async () => {
  await using ws = await workspace(files);
  const layer = ['--layer', ws.layer];
  const whole = await ws.mk('graph', ...target, ...layer);
  expect(whole.status, whole.stderr).toBe(0);
  expect(whole.stdout).toContain('"ssh" -> "libc" [style=solid, class="build run"];');
  expect(whole.stdout).toContain('"doc" -> "ssh" [style=dashed, class="run"];');
  expect(whole.stdout).toContain('"rootfs" -> "doc" [style=dotted, class="contains"];');
  expect((await ws.mk('graph', ...target, ...layer)).stdout).toBe(whole.stdout);

  const names = async (...args: string[]) => {
    const { stdout } = await ws.mk('graph', ...target, ...args, '--format', 'json', ...layer);
    return JSON.parse(stdout).packages.map(({ name }: { name: string }) => name);
  };
  expect((await names('ssh')).sort()).toEqual(['libc', 'ssh']);
  expect((await names('--reverse', 'doc')).sort()).toEqual(['doc', 'release', 'rootfs']);

  const drawing = await ws.mk('graph', ...target, '--format', 'svg', ...layer);
  expect(drawing.stdout).toMatch(/^<svg .*<\/svg>\n$/s);

  const unknown = await ws.mk('graph', ...target, '--reverse', 'shh', ...layer);
  expect(unknown.status).toBe(2);
  expect(unknown.stderr).toContain('error[package-unknown]: there is no package "shh"');
  expect(unknown.stderr).toContain('did you mean "ssh"?');
});

test('mk size tells what the image is made of, once it is there', async () => {
  await using ws = await workspace(files);
  const size = (...args: string[]) => ws.mk('size', ...target, '--layer', ws.layer, ...args);
  const early = await size();
  expect(early.status).toBe(2);
  expect(early.stderr).toContain('hint: run `mk toy box` first');

  const run = await ws.build();
  expect(failuresIn(run)).toEqual([]);
  const { stdout } = await size('--json', '--files', '1');
  expect(JSON.parse(stdout)).toEqual({
    image: 'rootfs',
    bytes: 4000,
    packed: 900,
    packages: [
      { package: 'libc', files: 1, bytes: 3000, deployBytes: 3000, deployFiles: 1 },
      { package: 'ssh', files: 1, bytes: 1000, deployBytes: 1000, deployFiles: 1 },
      { package: 'doc', files: 0, bytes: 0, deployBytes: 500, deployFiles: 1 },
    ],
    files: [{ path: 'lib/libc.so', package: 'libc', bytes: 3000 }],
  });
  const table = await size('--files', '0');
  expect(table.stdout).toMatch(/^libc +3\.0 kB +75\.0 %/m);
  expect(table.stdout).not.toContain('/lib/libc.so');
});
