import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ends, failuresIn, installs, reasonOf, type TestWorkspace, toy, workspace } from '../support/workspace.ts';

/** lib <- app; what lib installs comes from a file that no key knows. */
async function pair(): Promise<TestWorkspace> {
  const ws = await workspace({
    'pkg/lib/build.ts': toy(),
    'pkg/app/build.ts': toy(`depends: ['lib'], ${installs('share/app', 'await ctx.read(`${ctx.sysroot}/share/lib`)')}`),
    'pkg/other/build.ts': toy(),
    secret: 'one',
  });
  ws.write(
    'pkg/lib/build.ts',
    toy(installs('share/lib', `await ctx.read(${JSON.stringify(join(ws.layer, 'secret'))})`)),
  );
  return ws;
}

/** Hooks see such a file only without a sandbox. */
const open = '--sandbox=off';

test('--rebuild builds a package whose result is known; an equal output rebuilds nobody', async () => {
  await using ws = await pair();
  await ws.build(open);
  const run = await ws.build(open, '--rebuild', 'lib');
  expect(run.status, run.stderr).toBe(0);
  expect(ends(run, 'built')).toEqual(['lib']);
  expect(reasonOf(run, 'lib')).toBe('asked for with --rebuild');
  expect(ends(run, 'cached').sort()).toEqual(['app', 'other', 'release']);
});

test('what --rebuild makes replaces the old result, and what follows from it follows', async () => {
  await using ws = await pair();
  await ws.build(open);
  writeFileSync(join(ws.layer, 'secret'), 'two');
  expect(ends(await ws.build(open), 'built')).toEqual([]);
  expect(ends(await ws.build(open, '--rebuild', 'lib'), 'built')).toEqual(['lib', 'app', 'release']);
  expect(ends(await ws.build(open), 'built')).toEqual([]);
  expect(readFileSync(join(ws.here, 'toy-box/deploy/app/share/app'), 'utf8')).toBe('two');
});

test('--rebuild may be repeated, and -n shows it without building', async () => {
  await using ws = await pair();
  await ws.build(open);
  const words = [open, '--rebuild', 'lib', '--rebuild', 'app'];
  const plan = await ws.build(...words, '-n');
  expect(plan.stdout).toMatch(/^build +lib +asked for with --rebuild$/m);
  expect(plan.stdout).toMatch(/^build +app +asked for with --rebuild$/m);
  expect(plan.stdout).toMatch(/^cached +other /m);
  const run = await ws.build(...words);
  expect(ends(run, 'built')).toEqual(['lib', 'app']);
  expect(reasonOf(run, 'app')).toBe('asked for with --rebuild');
});

test('--rebuild of what is no package, or not one of the target, is refused before any work', async () => {
  await using ws = await pair();
  ws.write('product/box/ROOTFS', 'app\n');
  const run = await ws.build('--rebuild', 'ap', '--rebuild', 'other');
  expect(run.status).toBe(2);
  expect(failuresIn(run)).toEqual([]);
  expect(run.stderr).toContain('error[package-unknown]: there is no package "ap"');
  expect(run.stderr).toContain('did you mean "app"?');
  expect(run.stderr).toContain('error[package-unknown]: other is no part of this target');
  expect(ws.built('pkglist')).toBeUndefined();
});
