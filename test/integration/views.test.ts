import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ends, installs, toy, workspace } from '../support/workspace.ts';

const packages = {
  'pkg/a/build.ts': toy(installs('share/a', "'a'")),
  'pkg/b/build.ts': toy(installs('share/b', "'b'")),
};

test('what somebody has done to deploy/ is put right by the next run, which builds nothing', async () => {
  await using ws = await workspace(packages);
  await ws.build();
  const deploy = join(ws.here, 'toy-box/deploy');
  rmSync(join(deploy, 'a/share/a'));
  writeFileSync(join(deploy, 'a/share/more'), 'more');
  chmodSync(join(deploy, 'b/share/b'), 0o644);
  writeFileSync(join(deploy, 'b/share/b'), 'changed');
  const next = await ws.build();
  expect(next.status, next.stderr).toBe(0);
  expect(ends(next, 'built')).toEqual([]);
  expect([ws.built('deploy/a/share/a'), ws.built('deploy/a/share/more')]).toEqual(['a', undefined]);
  expect(ws.built('deploy/b/share/b')).toBe('b');
  // Not even the store, which shares the file, has kept the change.
  expect((await ws.mk('verify')).status).toBe(0);
  const made = statSync(join(deploy, 'a')).ino;
  await ws.build();
  expect(statSync(join(deploy, 'a')).ino).toBe(made);
});

test('what mk has not made in deploy/ stays, also where deploy/ is a link to another disk; a package that left the target goes', async () => {
  await using ws = await workspace(packages);
  const elsewhere = join(ws.dir, 'elsewhere');
  for (const dir of [join(elsewhere, 'photos'), join(ws.here, 'toy-box')]) mkdirSync(dir, { recursive: true });
  writeFileSync(join(elsewhere, 'photos/1'), 'dear');
  symlinkSync(elsewhere, join(ws.here, 'toy-box/deploy'));
  expect((await ws.build()).status).toBe(0);
  expect(readFileSync(join(elsewhere, 'b/share/b'), 'utf8')).toBe('b');
  ws.write('product/box/ROOTFS', 'a\n');
  expect((await ws.build()).status).toBe(0);
  expect(ws.built('deploy/b/share/b')).toBeUndefined();
  expect(readFileSync(join(elsewhere, 'photos/1'), 'utf8')).toBe('dear');
});

test('a store inside the build root is not removed with it', async () => {
  await using ws = await workspace(packages);
  await ws.build();
  const env = { MK_STORE: join(ws.here, 'toy-box/store') };
  const clean = await ws.start(['clean', 'toy', 'box', '--layer', ws.layer], { env }).ended;
  expect(clean).toMatchObject({ status: 2 });
  expect(clean.stderr).toContain('the store is inside');
  expect(ws.built('deploy/a/share/a')).toBe('a');
});

test('a file where mk wants a directory is named', async () => {
  await using ws = await workspace(packages);
  writeFileSync(join(ws.here, 'toy-box'), '');
  const run = await ws.build();
  expect(run).toMatchObject({ status: 2 });
  expect(run.stderr).toMatch(/error\[system-refused\]: .*toy-box.*a file is where a directory should be/);
});
