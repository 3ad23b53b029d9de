import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { mirror, tarball } from '../support/tarball.ts';
import { installs, type TestWorkspace, toy, workspace } from '../support/workspace.ts';

const word = installs('share/word', 'await ctx.read(`${ctx.sourceDir}/word`)');

async function twoPackages() {
  const ws = await workspace({ 'product/box/ROOTFS': 'a\nb\n' });
  const files = ['a', 'b'].map((name) => tarball(ws, [name, '1'], { word: name }));
  for (const [at, name] of ['a', 'b'].entries()) ws.write(`pkg/${name}/build.ts`, toy(`${files[at]?.fields}, ${word}`));
  return { ws, files };
}

const run = (ws: TestWorkspace, args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  ws.start([...args, '--layer', ws.layer], { env }).ended;

test('after mk fetch everything can be built offline; what is known needs no files', async () => {
  const { ws } = await twoPackages();
  await using _ = ws;
  const fetched = await run(ws, ['fetch', 'toy', 'box'], mirror(ws));
  expect(fetched.status, fetched.stderr).toBe(0);
  const paths = ['a-1.tar.gz', 'b-1.tar.gz'].map((name) => join(ws.here, 'download', name));
  expect(fetched.stdout.trim().split('\n').sort()).toEqual(paths);
  rmSync(join(ws.dir, 'mirror'), { recursive: true });
  expect(await run(ws, ['toy', 'box', '--offline'])).toMatchObject({ status: 0 });

  rmSync(join(ws.here, 'download'), { recursive: true });
  expect(await run(ws, ['fetch', 'toy', 'box'])).toMatchObject({ status: 0, stdout: '' });
  expect(await run(ws, ['fetch', 'toy', 'box', '--all-sources'])).toMatchObject({ status: 1 });
});

test('mk fetch gets what there is and tells what there is not', async () => {
  const { ws, files } = await twoPackages();
  await using _ = ws;
  rmSync(files[0]?.path ?? '');
  const events = join(ws.dir, 'fetch-events');
  const fetched = await run(ws, ['fetch', 'toy', 'box', '--offline', '--events', events], mirror(ws));
  expect(fetched.status, fetched.stderr).toBe(1);
  expect(fetched.stderr).toContain('a-1.tar.gz: no source has it');
  expect(fetched.stdout).toBe(`${join(ws.here, 'download', 'b-1.tar.gz')}\n`);
});

test('mk mirror makes a mirror by digest of what was fetched, and of nothing else', async () => {
  const { ws, files } = await twoPackages();
  await using _ = ws;
  await run(ws, ['fetch', 'toy', 'box'], mirror(ws));
  for (const name of ['x.part-0123456789ab', 'x.part-0123456789ab.json', 'x.bad-0123456789ab'])
    writeFileSync(join(ws.here, 'download', name), 'x');
  const dir = join(ws.dir, 'other-mirror');
  const made = await run(ws, ['mirror', dir]);
  expect(made.stderr).toContain(`2 files added to ${dir}, 0 were there; use`);
  writeFileSync(join(ws.here, 'download', 'changed'), 'changed');
  const again = await run(ws, ['mirror', dir]);
  expect(again.stderr).toContain(`1 files added to ${dir}, 2 were there; 1 of them are named by no recipe here; use`);
  for (const { sha256, path } of files) {
    expect(readFileSync(join(dir, 'sha256', sha256.slice(0, 2), sha256))).toEqual(readFileSync(path));
  }
  expect(readdirSync(dir)).toEqual(['sha256']);

  for (const old of [join(ws.dir, 'mirror'), join(ws.here, 'download')]) rmSync(old, { recursive: true });
  const built = await run(ws, ['toy', 'box', '--offline'], { MK_MIRRORS: `file://${encodeURI(dir)}` });
  expect(built.status, built.stderr).toBe(0);
  expect(existsSync(join(ws.here, 'download', 'a-1.tar.gz'))).toBe(true);
});
