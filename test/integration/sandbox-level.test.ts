import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ends, hasNamespaces, installs, type TestWorkspace, toy, workspace } from '../support/workspace.ts';

const packages = { 'pkg/a/build.ts': toy(installs('share/a', "'a'")) };
const args = (ws: TestWorkspace, ...more: readonly string[]) => ['toy', 'box', '--layer', ws.layer, ...more];

/** A PATH with all programs of the machine but bwrap. */
function pathWithout(ws: TestWorkspace): string {
  const dir = join(ws.dir, 'programs');
  mkdirSync(dir);
  for (const name of readdirSync('/usr/bin'))
    if (name !== 'bwrap') symlinkSync(join('/usr/bin', name), join(dir, name));
  return dir;
}

/** A PATH on which bwrap says what it says where the kernel refuses. */
function pathWithRefusal(ws: TestWorkspace): string {
  const dir = join(ws.dir, 'refusing');
  mkdirSync(dir);
  writeFileSync(join(dir, 'bwrap'), '#!/bin/sh\necho "bwrap: No permissions to create new namespace" >&2\nexit 1\n');
  chmodSync(join(dir, 'bwrap'), 0o755);
  return `${dir}:${process.env['PATH']}`;
}

const obstacles = [
  ['without bwrap', pathWithout, 'bwrap is not installed'],
  ['where namespaces are refused', pathWithRefusal, 'bwrap: No permissions to create new namespace'],
] as const;

test.for(obstacles)('%s --sandbox=require ends with 2 before any work and says what to do', async ([, path, why]) => {
  await using ws = await workspace(packages);
  const run = await ws.start(args(ws, '--sandbox=require'), { env: { PATH: path(ws) } }).ended;
  expect(run.status).toBe(2);
  expect(run.stderr).toContain(`error[sandbox-unavailable]: hooks cannot be run in a sandbox: ${why}`);
  expect(run.stderr).toMatch(/hint: .*(install the package bubblewrap|allow user namespaces).*--sandbox=auto/);
  expect(run.events).toEqual([]);
});

test.for(obstacles)('%s mk goes on without a sandbox, says why, and marks what it made', async ([, path, why]) => {
  await using ws = await workspace(packages);
  const run = await ws.start(args(ws), { env: { PATH: path(ws) } }).ended;
  expect(run.status, run.stderr).toBe(0);
  expect(run.stderr.split('\n')[0]).toContain(`, no sandbox (${why}`);
  expect(run.stderr).toMatch(/^warning: hooks see all of this machine.*$/m);
  expect(ends(run, 'built')).toContain('a');
  if (hasNamespaces) expect(ends(await ws.build('--sandbox=require'), 'built')).toContain('a');
});

test('who asks for no sandbox is not warned', async () => {
  await using ws = await workspace(packages);
  const run = await ws.build('--sandbox=off');
  expect(run.stderr).toContain(', no sandbox (--sandbox=off)');
  expect(run.stderr).not.toContain('warning');
});

/** Puts a program where the kernel lets nobody make a user namespace, as the default of many containers. */
const confined = ['bwrap', '--unshare-user', '--disable-userns', '--cap-drop', 'ALL', '--dev-bind', '/', '/', '--'];
const canConfine = spawnSync('bwrap', [...confined.slice(1), 'true'], { stdio: 'ignore' }).status === 0;

test.skipIf(!canConfine)('in a container that allows no user namespaces the level is what it is', async () => {
  await using ws = await workspace(packages);
  const required = await ws.start(args(ws, '--sandbox=require'), { through: confined }).ended;
  expect(required.status, required.stderr).toBe(2);
  expect(required.stderr).toMatch(/error\[sandbox-unavailable\]: hooks cannot be run in a sandbox: bwrap: .*\w/);
  const run = await ws.start(args(ws), { through: confined }).ended;
  expect(run.status, run.stderr).toBe(0);
  expect(run.stderr.split('\n')[0]).toContain('no sandbox (bwrap: ');
});
