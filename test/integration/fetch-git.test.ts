import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { gitFiles, gitPlace, listed } from '../support/git-place.ts';
import { commit, git, gitServer } from '../support/git-server.ts';
import { sha256Of } from '../support/tarball.ts';

test('a commit is an archive of its files that GNU tar can read', async () => {
  await using at = await gitPlace();
  const first = commit(at.app, gitFiles);
  const { path } = await at.fetch({ commit: first }, await at.digestOf({ commit: first }));
  expect(listed(path)).toEqual([
    '-rw-r--r-- 0/0 4 1980-01-01 00:00 source/a.txt',
    'lrwxrwxrwx 0/0 0 1980-01-01 00:00 source/bin/link -> run',
    '-rwxr-xr-x 0/0 10 1980-01-01 00:00 source/bin/run',
    '-rw-r--r-- 0/0 1 1980-01-01 00:00 source/dir/ü b',
    '-rw-r--r-- 0/0 0 1980-01-01 00:00 source/empty',
  ]);
  // What recipes say of commits must be true for ever.
  expect(sha256Of(path)).toMatchInlineSnapshot(`"555f41af74f963b542d181246a40def2da3d9d6b7db7e357ee5ea7d9dbd706e9"`);
  expect(readdirSync(join(path, '..')).filter((name) => name !== 'app.tar')).toEqual([]);
});

test('what filters, line ends and attributes would make of files is of no interest', async () => {
  await using at = await gitPlace();
  const attributes = '* text eol=crlf ident\nsecret export-ignore\nsubst export-subst\n';
  const only = commit(at.app, {
    '.gitattributes': attributes,
    secret: 's',
    subst: '$Format:%H$',
    id: '$Id$',
    crlf: 'a\n',
  });
  const { path } = await at.fetch({ commit: only }, await at.digestOf({ commit: only }));
  const text = (name: string) => execFileSync('tar', ['-xOf', path, `source/${name}`]).toString();
  expect(['secret', 'subst', 'id', 'crlf'].map(text)).toEqual(['s', '$Format:%H$', '$Id$', 'a\n']);
});

describe('the digest is that of the files', () => {
  test('whatever else is in the repository, and however it is reached', async () => {
    await using at = await gitPlace();
    await using old = await gitServer(at.root, { modern: false });
    const first = commit(at.app, gitFiles);
    const digest = await at.digestOf({ commit: first });
    commit(at.app, { more: 'more' });
    expect(await at.digestOf({ commit: first })).toBe(digest);
    expect(await at.digestOf({ commit: first, url: `${old.url}/app` })).toBe(digest);
    expect(await at.digestOf({ commit: first, url: `file://${at.app}` })).toBe(digest);
    git(at.root, 'clone', '-q', '--bare', at.app, 'dumb');
    git(join(at.root, 'dumb'), 'update-server-info');
    await using dumb = await plainServer(at.root);
    expect(await at.digestOf({ commit: first, url: `${dumb.url}/dumb` })).toBe(digest);
    git(at.root, 'clone', '-q', '--depth=1', `file://${at.app}`, 'shallow');
    const last = git(at.app, 'rev-parse', 'HEAD');
    expect(await at.digestOf({ commit: last, url: `${old.url}/shallow` })).toBe(await at.digestOf({ commit: last }));
  });

  test('and not of the commit that has them', async () => {
    await using at = await gitPlace();
    const first = commit(at.app, gitFiles);
    const again = commit(at.app, {}, 'nothing');
    expect(again).not.toBe(first);
    expect(await at.digestOf({ commit: again })).toBe(await at.digestOf({ commit: first }));
  });
});

test('a commit that only a server with the first protocol has is found with all its branches and tags', async () => {
  await using at = await gitPlace({ modern: false });
  const first = commit(at.app, gitFiles);
  commit(at.app, { more: 'more' });
  expect(await at.digestOf({ commit: first })).toMatch(/^[0-9a-f]{64}$/);
});

test('a commit that nobody can reach any more is told as such', async () => {
  await using at = await gitPlace();
  commit(at.app, gitFiles);
  const lost = commit(at.app, { more: 'more' });
  git(at.app, 'reset', '-q', '--hard', 'HEAD^');
  // Still there, although no branch has it.
  expect(await at.digestOf({ commit: lost })).toMatch(/^[0-9a-f]{64}$/);
  git(at.app, 'reflog', 'expire', '--expire=now', '--all');
  git(at.app, 'gc', '-q', '--prune=now');
  expect(await at.digestOf({ commit: lost })).toContain(`has no commit ${lost} in its branches and tags`);
});

describe('a tag', () => {
  test('that is the commit of the recipe is right, annotated or not', async () => {
    await using at = await gitPlace();
    const first = commit(at.app, gitFiles);
    git(at.app, 'tag', 'light');
    git(at.app, 'tag', '-a', '-m', 'x', 'v1/annotated');
    const digest = await at.digestOf({ commit: first });
    expect(await at.digestOf({ commit: first, tag: 'light' })).toBe(digest);
    expect(await at.digestOf({ commit: first, tag: 'v1/annotated' })).toBe(digest);
    expect(await at.digestOf({ commit: first, tag: 'v2' })).toContain('has no tag v2');
  });

  test('that moved is an error with both commits', async () => {
    await using at = await gitPlace();
    const first = commit(at.app, gitFiles);
    git(at.app, 'tag', 'v1');
    const second = commit(at.app, { more: 'more' });
    git(at.app, 'tag', '-f', 'v1');
    await expect(at.fetch({ commit: first, tag: 'v1' })).rejects.toMatchObject({
      code: 'digest-mismatch',
      message: expect.stringContaining('tag v1 is not the commit that the recipe names'),
      detail: `commit in the recipe ${first}\ntag v1 is now   ${second}`,
    });
  });
});

test('no hook runs and no setting of the user counts', async () => {
  await using at = await gitPlace();
  const only = commit(at.app, gitFiles);
  const home = join(at.dir, 'home');
  mkdirSync(home);
  const hook = join(home, 'hook');
  writeFileSync(hook, `#!/bin/sh\ntouch ${home}/ran\n`);
  chmodSync(hook, 0o755);
  mkdirSync(join(home, 'template/hooks'), { recursive: true });
  for (const name of ['post-checkout', 'reference-transaction', 'post-merge'])
    writeFileSync(join(home, 'template/hooks', name), readFileSync(hook), { mode: 0o755 });
  const elsewhere = `[url "http://127.0.0.1:9/"]\n\tinsteadOf = ${at.server.url}\n[init]\n\ttemplateDir = ${home}/template\n`;
  writeFileSync(join(home, '.gitconfig'), `${elsewhere}[core]\n\thooksPath = ${home}/template/hooks\n`);
  const before = { ...process.env };
  Object.assign(process.env, { HOME: home, GIT_CONFIG_GLOBAL: join(home, '.gitconfig'), GIT_DIR: at.app });
  try {
    expect(await at.digestOf({ commit: only })).toMatch(/^[0-9a-f]{64}$/);
  } finally {
    process.env = before;
  }
  expect(existsSync(join(home, 'ran'))).toBe(false);
});

test.each(['.git', '.GIT', '..'])('a commit with a file of the name %s is refused', async (name) => {
  await using at = await gitPlace();
  commit(at.app, gitFiles);
  const blob = git(at.app, 'rev-parse', 'HEAD:a.txt');
  const input = `120000 blob ${blob}\t${name}\n`;
  const tree = execFileSync('git', ['-C', at.app, 'mktree'], { input }).toString().trim();
  const odd = git(at.app, 'commit-tree', '-m', 'odd', tree);
  git(at.app, 'branch', 'odd', odd);
  expect(await at.digestOf({ commit: odd })).toContain('has a file with a name that git itself does not allow');
});

test('a file that git keeps elsewhere is told as such', async () => {
  await using at = await gitPlace();
  const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 5\n';
  const only = commit(at.app, { 'big.bin': pointer, small: 'x' });
  await at.digestOf({ commit: only });
  expect(at.warnings.join()).toContain('(LFS) are only named there, and not fetched\nbig.bin');
});

/** A web server that knows nothing of git. */
async function plainServer(root: string) {
  const server = await gitServer(root);
  server.interfere((request, response) => {
    const path = join(root, new URL(request.url ?? '', 'http://localhost').pathname);
    if (existsSync(path)) response.writeHead(200).end(readFileSync(path));
    else response.writeHead(404).end();
    return true;
  });
  return server;
}
