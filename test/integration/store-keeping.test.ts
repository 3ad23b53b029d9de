import { chmodSync, existsSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { walkTree } from '../../src/base/files.ts';
import { ends, installs, type TestWorkspace, toy, workspace } from '../support/workspace.ts';

const first = toy(installs('share/first', "'first'"));
const packages = {
  'pkg/first/build.ts': first,
  // Reads the FIFO until the test closes it, and then what `first` has installed.
  'pkg/held/build.ts': toy(`depends: ['first'],
    async build({ run, recipeDir }) { await run\`cat \${recipeDir}/gate\`; },
    async deploy({ run, sysroot, deployDir }) { await run\`cp -r \${sysroot}/share \${deployDir}/copy\`; }`),
};

const files = (dir: string): string[] =>
  existsSync(dir) ? [...walkTree(dir)].filter(({ kind }) => kind === 'file').map(({ path }) => join(dir, path)) : [];

const archives = (ws: TestWorkspace) => files(join(ws.store, 'cas'));

/** Writes to a file as root can, whatever its mode. */
function overwrite(path: string, text: string): void {
  chmodSync(path, 0o644);
  writeFileSync(path, text);
  chmodSync(path, 0o444);
}

test('gc beside a build removes nothing that the build uses', async () => {
  await using ws = await workspace({ ...packages, 'pkg/alone/build.ts': toy(installs('share/alone', "'alone'")) });
  ws.fifo('pkg/held/gate');
  const running = ws.start(['toy', 'box', '--layer', ws.layer]);
  const gate = await running.gate('pkg/held/gate');
  await running.until((each) => each.event === 'package' && each.package === 'alone');
  const gc = await ws.mk('gc', '--max-size', '0');
  expect(gc.status, gc.stderr).toBe(0);
  expect(gc.stdout).toBe('');
  expect(gc.stderr).toMatch(
    /^removed 0 results, 0; the store keeps \S+, and \S+ of caches that make mk faster\nwarning: that is more than 0: running builds use/,
  );
  await gate.close();
  const run = await running.ended;
  expect(run.status, run.stderr).toBe(0);
  expect(ws.built('deploy/held/copy/first')).toBe('first');

  const all = await ws.mk('gc', '--max-size', '0', '--dry-run');
  expect(
    all.stdout
      .split('\n')
      .map((line) => line.split('  ')[0])
      .sort(),
  ).toEqual(['', 'would remove alone', 'would remove first', 'would remove held', 'would remove release'].sort());
  expect(archives(ws)).toHaveLength(4);
  await ws.mk('gc', '--max-size', '0');
  expect(archives(ws)).toEqual([]);
  expect(files(join(ws.store, 'tree'))).toEqual([]);
  expect(files(join(ws.store, 'ac'))).toEqual([]);
  // What is shown stays, since views share files with the store and not directories.
  expect(ws.built('deploy/first/share/first')).toBe('first');
});

test.for(['many', '5X', '-1', ''])('gc refuses a size of "%s"', async (size) => {
  await using ws = await workspace();
  const gc = await ws.mk('gc', `--max-size=${size}`);
  expect(gc.status).toBe(2);
  expect(gc.stderr).toContain('error[usage]');
});

test('verify mends what is damaged, drops what it cannot mend, and the next build makes that again', async () => {
  await using ws = await workspace({ 'pkg/first/build.ts': first });
  await ws.build();
  const intact = await ws.mk('verify');
  expect(intact).toMatchObject({ status: 0, stdout: '', stderr: `verified 2 results in ${ws.store}: all intact\n` });

  for (const archive of archives(ws)) truncateSync(archive, 700);
  const mended = await ws.mk('verify');
  expect(mended.status).toBe(1);
  expect(mended.stdout).toContain('damaged first: its archive; mended\n');
  expect((await ws.mk('verify')).status).toBe(0);

  for (const archive of archives(ws)) truncateSync(archive, 700);
  for (const file of files(join(ws.store, 'tree'))) overwrite(file, 'else');
  const dropped = await ws.mk('verify');
  expect(dropped.stdout).toContain(
    'damaged first: its archive, and its tree; dropped: the next build makes it again\n',
  );
  const run = await ws.build();
  expect(ends(run, 'built')).toContain('first');
  expect(ws.built('deploy/first/share/first')).toBe('first');
  expect((await ws.mk('verify')).status).toBe(0);
});

test('verify counts damaged results apart from damaged entries, of which a result has several', async () => {
  await using ws = await workspace({ 'pkg/first/build.ts': first });
  await ws.build();
  for (const entry of files(join(ws.store, 'ac'))) writeFileSync(entry, 'else');
  for (const archive of archives(ws)) truncateSync(archive, 700);
  const { stderr } = await ws.mk('verify');
  expect(stderr).toMatch(
    /^verified 2 results in .*: 2 of them damaged, [2-9] entries beside them that cannot be read\n$/,
  );
});

test('a tree that was changed through its view is restored before it is staged, and so is the view', async () => {
  await using ws = await workspace({
    'pkg/first/build.ts': first,
    'pkg/user/build.ts': toy(`depends: ['first'],
      async deploy({ run, sysroot, deployDir }) { await run\`cp -r \${sysroot}/share \${deployDir}/copy\`; }`),
  });
  await ws.build();
  overwrite(join(ws.here, 'toy-box/deploy/first/share/first'), 'else');
  ws.write('pkg/user/extra', 'a change');
  const run = await ws.build();
  expect(run.status, run.stderr).toBe(0);
  expect(run.events).toContainEqual(
    expect.objectContaining({ event: 'warning', message: 'first: its stored tree was changed, and is now as it was' }),
  );
  expect(ws.built('deploy/user/copy/first')).toBe('first');
  expect(ws.built('deploy/first/share/first')).toBe('first');
  expect(ends(run, 'built')).toEqual(['user']);
});

test('a tree that was changed and has no archive to restore it stops the build, and --rebuild mends it', async () => {
  await using ws = await workspace({
    'pkg/first/build.ts': first,
    'pkg/user/build.ts': toy(`depends: ['first'], ${installs('share/user', "'user'")}`),
  });
  await ws.build();
  overwrite(join(ws.here, 'toy-box/deploy/first/share/first'), 'else');
  for (const archive of archives(ws)) truncateSync(archive, 700);
  ws.write('pkg/user/extra', 'a change');
  const run = await ws.build();
  expect(run.status).toBe(1);
  expect(run.stderr).toContain('error[store-damaged]: first:');
  expect(run.stderr).toContain('--rebuild first');
  const rebuilt = await ws.build('--rebuild', 'first');
  expect(rebuilt.status, rebuilt.stderr).toBe(0);
  expect(ws.built('deploy/first/share/first')).toBe('first');
});

test('a store that belongs to another format has no results, and is used', async () => {
  await using ws = await workspace({ 'pkg/first/build.ts': first });
  await ws.build();
  for (const entry of files(join(ws.store, 'ac'))) writeFileSync(entry, '[{"package":"first","reads":[]}]\n');
  const run = await ws.build();
  expect(ends(run, 'built')).toContain('first');
  expect(ends(await ws.build(), 'cached')).toContain('first');
});

test('a store whose place depends on the current directory is refused', async () => {
  await using ws = await workspace();
  const run = await ws.start(['list', 'packages'], { env: { MK_STORE: 'store' } }).ended;
  expect(run.status).toBe(2);
  expect(run.stderr).toBe(
    'mk cannot start: MK_STORE is "store", which is another directory wherever mk runs\n  hint: set MK_STORE to an absolute path\n',
  );
  expect(readdirSync(ws.here)).toEqual([]);
});
