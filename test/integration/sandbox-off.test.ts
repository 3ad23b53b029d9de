import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { mirror, tarball } from '../support/tarball.ts';
import { ends, installs, type TestWorkspace, toy, workspace } from '../support/workspace.ts';

/** Recipes whose hooks write to everything that they are given, and others that are given the same afterwards. */
async function vandals(): Promise<TestWorkspace> {
  const ws = await workspace();
  const { fields } = tarball(ws, ['source', '1'], { word: 'source' });
  const vandalize = `for (const path of paths) {
      chmodSync(path, 0o644); writeFileSync(path, 'altered'); chmodSync(path, 0o777); writeFileSync(path + '-more', 'more');
    }`;
  const vandal = (more: string, paths: string) =>
    `import { chmodSync, writeFileSync } from 'node:fs';\n${toy(`${more},
    async deploy(ctx) { const paths = [${paths}]; ${vandalize} }`)}`;
  const read = (paths: string) =>
    installs('share/seen', `[${paths}].map((path) => readFileSync(path, 'utf8')).join(' ')`);
  const given = "ctx.sysroot + '/share/lib', ctx.toolchainDir + '/share/tool', ctx.sourceDir + '/word'";
  const needs = "depends: ['lib'], buildDepends: ['tool', 'order'], sourceOf: 'source'";
  for (const [name, text] of Object.entries({
    lib: toy(installs('share/lib', "'lib'")),
    tool: toy(`runsOn: 'build', ${installs('mk/toolchain/share/tool', "'tool'")}`),
    order: toy(''),
    source: toy(fields),
    'a-vandal': vandal(needs, given),
    'b-heir': `import { readFileSync } from 'node:fs';\n${toy(`${needs.replace("'order'", "'order', 'a-vandal'")}, ${read(given)}`)}`,
    'c-image': vandal("contains: ['lib']", "ctx.contents.find(({ name }) => name === 'lib').tree + '/share/lib'"),
    'd-image': `import { readFileSync } from 'node:fs';\n${toy(
      `contains: ['lib'], buildDepends: ['c-image'], ${read("ctx.contents.find(({ name }) => name === 'lib').tree + '/share/lib'")}`,
    )}`,
  }))
    ws.write(`pkg/${name}/build.ts`, text);
  ws.write('product/box/ROOTFS', 'b-heir\nd-image\n');
  return ws;
}

const start = (ws: TestWorkspace, ...args: readonly string[]) =>
  ws.start(['toy', 'box', '--layer', ws.layer, ...args], { env: mirror(ws) }).ended;

test('a hook without a sandbox changes only copies of its sysroot, its tools, its source and its contents', async () => {
  await using ws = await vandals();
  const run = await start(ws, '--sandbox=off', '--keep-sources');
  expect(run.status, run.stderr).toBe(0);
  expect(ends(run, 'built')).toEqual(expect.arrayContaining(['a-vandal', 'b-heir', 'c-image', 'd-image']));
  expect(ws.built('deploy/b-heir/share/seen')).toBe('lib tool source');
  expect(ws.built('deploy/d-image/share/seen')).toBe('lib');
  expect(ws.built('deploy/lib/share/lib')).toBe('lib');
  expect(statSync(join(ws.here, 'toy-box/deploy/lib/share/lib')).mode & 0o777).toBe(0o444);
});

test('a copied sysroot has the modes and times that the store has', async () => {
  const stats = `ctx.run.with({ stdout: ctx.deployDir + '/share/stats' })\`stat -c \${'%n %a %Y %F'} lib script link\``;
  const show = `const { run } = ctx; ctx = { ...ctx, run: run.with({ cwd: ctx.sysroot + '/share' }), deployDir: ctx.deployDir };
      await ${stats};`;
  await using ws = await workspace({
    'pkg/lib/build.ts': toy(`async deploy(ctx) { await ctx.write(ctx.deployDir + '/share/lib', 'x');
      await ctx.write(ctx.deployDir + '/share/script', 'x', 0o755); await ctx.symlink('lib', 'share/link'); }`),
    'pkg/app/build.ts': toy(
      `depends: ['lib'], async deploy(ctx) { await ctx.write(ctx.deployDir + '/share/x', ''); ${show} }`,
    ),
  });
  const run = await ws.build('--sandbox=off');
  expect(run.status, run.stderr).toBe(0);
  const unprotected = ws.built('deploy/app/share/stats');
  expect(unprotected).toMatch(/^lib 444 \d+ regular file\nscript 555 \d+ regular file\nlink 777 /);
  await ws.build('--sandbox=auto');
  expect(ws.built('deploy/app/share/stats')).toBe(unprotected);
});

test("a hook without a sandbox that writes to its recipe's own source leaves the layer as it was", async () => {
  await using ws = await workspace({
    'pkg/a/build.ts': toy('async build({ run, sourceDir }) { await run`cp /dev/null ${sourceDir}/file`; }'),
    'pkg/a/src/file': 'ours',
  });
  const run = await ws.build('--sandbox=off');
  expect(run.status, run.stderr).toBe(0);
  expect(readFileSync(join(ws.layer, 'pkg/a/src/file'), 'utf8')).toBe('ours');
  // It is an input like any other.
  writeFileSync(join(ws.layer, 'pkg/a/src/file'), 'changed');
  expect(ends(await ws.build('--sandbox=off'), 'built')).toContain('a');
});
