import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { installs, recipeOf, repositoryCopy, type TestWorkspace, workspace } from '../support/workspace.ts';

const files = {
  'words.ts': "export const word = 'one';\n",
  'pkg/lib/build.ts': `import { word } from '../../words.ts';\n${recipeOf(installs('share/lib', 'word'))}`,
  'pkg/app/build.ts': recipeOf(
    "depends: ['lib']",
    installs('share/app', "await ctx.read(`${ctx.sysroot}/share/lib`) + (ctx.config.text('app.conf') ?? '')"),
  ),
  'pkg/named/build.ts': recipeOf(installs('share/named', 'ctx.osRelease')),
};

/** A repository of its own with these packages in it, committed and tagged; nothing is in a layer. */
async function repository() {
  const ws = await workspace(files);
  const root = repositoryCopy(ws);
  for (const part of ['pkg', 'board', 'product', 'words.ts'])
    cpSync(join(ws.layer, part), join(root, part), { recursive: true });
  const git = (...words: readonly string[]) => {
    const who = { GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@b', GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@b' };
    const { status, stderr, stdout } = spawnSync('git', ['-C', root, ...words], {
      env: { PATH: process.env['PATH'] ?? '', HOME: ws.dir, ...who },
    });
    if (status !== 0) throw new Error(`git ${words[0]}: ${stderr}`);
    return stdout.toString();
  };
  git('init', '--quiet');
  git('add', 'pkg', 'board', 'product', 'words.ts');
  git('commit', '--quiet', '-m', 'one');
  git('tag', 'v1');
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  return { ws, root, git, write, run: (...args: readonly string[]) => ws.start(args, { root }).ended };
}

const worksOf = (ws: TestWorkspace) => readdirSync(join(ws.store, 'work'));

test('the working tree is compared with a revision, and the revision leaves nothing behind', async () => {
  const { ws, root, git, write, run } = await repository();
  await using _ = ws;
  const against = async () => {
    const { status, stdout, stderr } = await run('diff', 'toy/box', '--against', 'v1');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    return `\n${stdout}`;
  };
  expect(await against()).toMatchInlineSnapshot(`
    "
    0 different, 0 the same, 4 not known; at least 0 to build
    not known: lib, app, named, release: never built with this store, so nothing tells which configuration their hooks read
    "
  `);
  expect((await run('toy', 'box')).status).toBe(0);
  const bundles = readdirSync(join(ws.store, 'recipes'));
  expect(await against()).toMatchInlineSnapshot(`
    "
    0 different, 4 the same; 0 to build
    "
  `);

  write('words.ts', "export const word = 'two';\n");
  write('product/box/app.conf', 'port=2\n');
  write('pkg/new/build.ts', recipeOf(installs('share/new', "'new'")));
  write('product/box/ROOTFS', 'app\nnamed\nnew\n');
  expect(await against()).toMatchInlineSnapshot(`
    "
    build   lib      words.ts:1: 'one' became 'two'
    build   app      product/box/app.conf appeared; it uses lib
    build   named    OS_RELEASE "v1" became "v1-dirty"
    build   new      only in the working tree
    build   release  ROOTFS gained new and lost lib (product/box/ROOTFS:3); content new added; it uses app, lib, named
    4 different, 1 only in the working tree, 0 the same; 5 to build
    "
  `);
  expect(worksOf(ws)).toEqual([]);
  expect(readdirSync(join(ws.store, 'recipes')).length).toBeLessThanOrEqual(bundles.length + 2);
  // Neither the index nor the working tree is touched.
  expect(git('status', '--porcelain', '--untracked-files=no')).toBe(' M product/box/ROOTFS\n M words.ts\n');
  expect(existsSync(join(root, '.git/index.lock'))).toBe(false);
});

test('a revision that cannot be planned names itself', async () => {
  const { ws, git, write, run } = await repository();
  await using _ = ws;
  write('pkg/app/build.ts', recipeOf("depends: ['lob']"));
  git('commit', '--quiet', '-am', 'two');
  write('pkg/app/build.ts', files['pkg/app/build.ts']);
  const { status, stderr } = await run('diff', 'toy/box', '--against', 'HEAD');
  expect(status).toBe(2);
  expect(stderr).toMatchInlineSnapshot(`
    "error[package-unknown]: at HEAD: app depends on "lob", which no recipe provides
      --> HEAD:pkg/app/build.ts:4:14
        |
      4 |   depends: ['lob'],
        |              ^^^
      hint: did you mean "lib"?
    "
  `);
  expect(worksOf(ws)).toEqual([]);
});

test('what is no revision and no repository is refused', async () => {
  const { ws, root, run } = await repository();
  await using _ = ws;
  const refused = async (revision: string) => {
    const { status, stdout, stderr } = await run('diff', 'toy/box', '--against', revision);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    return stderr;
  };
  expect(await refused('v2')).toContain('has no revision "v2"');
  expect(await refused('HEAD:pkg')).toContain('has no revision "HEAD:pkg"');
  rmSync(join(root, '.git'), { recursive: true });
  expect(await refused('HEAD')).toContain('is no git repository');
});
