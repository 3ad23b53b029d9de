import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Digest } from '../../src/base/digest.ts';
import { removeTree } from '../../src/base/files.ts';
import { fetchDistfile } from '../../src/fetch/distfile.ts';
import type { GitSource } from '../../src/fetch/git.ts';
import { commit, type GitServer, git, gitServer } from '../support/git-server.ts';
import { sha256Of } from '../support/tarball.ts';

const anything = '0'.repeat(64);

/** A place for repositories that a server gives away, and a download directory. */
async function place(options: Parameters<typeof gitServer>[1] = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'fetch-git-'));
  const root = join(dir, 'served');
  mkdirSync(root);
  const server = await gitServer(root, options);
  const warnings: string[] = [];
  const fetch = async (source: Partial<GitSource> & { commit: string }, sha256 = anything) => {
    const whole = { url: `${server.url}/app`, submodules: true, ...source };
    const options = {
      downloadDir: join(dir, `download-${Math.random()}`),
      mirrors: [],
      offline: false,
      aptDir: join(dir, 'apt'),
      tell: () => {},
      warn: (message: string, detail = '') => void warnings.push(`${message}\n${detail}`),
      patience: { connect: 1000, stall: 1000, backOff: 1 },
    };
    const candidates = [{ file: 'app.tar', sha256: sha256 as Digest, git: whole }] as const;
    return fetchDistfile({ package: 'app', candidates }, options);
  };
  /** The digest that the commit has, whatever was expected, and the archive. */
  const digestOf = async (source: Partial<GitSource> & { commit: string }) => {
    const failure = (await fetch(source).catch((error: unknown) => error)) as { detail?: string; message: string };
    return /received sha256 ([0-9a-f]{64})/.exec(failure.detail ?? '')?.[1] ?? `${failure.message}\n${failure.detail}`;
  };
  return {
    ...{ dir, root, server, warnings, fetch, digestOf, app: join(root, 'app') },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      removeTree(dir);
    },
  };
}

const files = { 'a.txt': 'one\n', 'bin/run': '#!/bin/sh\n', 'bin/link': '-> run', 'dir/ü b': 'x', empty: '' };

const listed = (archive: string) =>
  execFileSync('tar', ['-tvf', archive, '--quoting-style=literal'], {
    env: { ...process.env, LC_ALL: 'C.UTF-8', TZ: 'UTC' },
  })
    .toString()
    .trim()
    .split('\n')
    .map((line) => line.replaceAll(/ +/g, ' '));

test('a commit is an archive of its files that GNU tar can read', async () => {
  await using at = await place();
  const first = commit(at.app, files);
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
  await using at = await place();
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
    await using at = await place();
    await using old = await gitServer(at.root, { modern: false });
    const first = commit(at.app, files);
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
    await using at = await place();
    const first = commit(at.app, files);
    const again = commit(at.app, {}, 'nothing');
    expect(again).not.toBe(first);
    expect(await at.digestOf({ commit: again })).toBe(await at.digestOf({ commit: first }));
  });
});

test('a commit that only a server with the first protocol has is found with all its branches and tags', async () => {
  await using at = await place({ modern: false });
  const first = commit(at.app, files);
  commit(at.app, { more: 'more' });
  expect(await at.digestOf({ commit: first })).toMatch(/^[0-9a-f]{64}$/);
});

test('a commit that nobody can reach any more is told as such', async () => {
  await using at = await place();
  commit(at.app, files);
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
    await using at = await place();
    const first = commit(at.app, files);
    git(at.app, 'tag', 'light');
    git(at.app, 'tag', '-a', '-m', 'x', 'v1/annotated');
    const digest = await at.digestOf({ commit: first });
    expect(await at.digestOf({ commit: first, tag: 'light' })).toBe(digest);
    expect(await at.digestOf({ commit: first, tag: 'v1/annotated' })).toBe(digest);
    expect(await at.digestOf({ commit: first, tag: 'v2' })).toContain('has no tag v2');
  });

  test('that moved is an error with both commits', async () => {
    await using at = await place();
    const first = commit(at.app, files);
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

describe('submodules', () => {
  async function nested() {
    const at = await place();
    const inner = commit(join(at.root, 'libs/inner'), { deep: 'deep\n' });
    const lib = join(at.root, 'libs/lib');
    commit(lib, { 'lib.c': 'lib\n', '.gitmodules': '[submodule "in"]\n\tpath = in\n\turl = ../inner\n' });
    git(lib, 'update-index', '--add', '--cacheinfo', `160000,${inner},in`);
    git(lib, 'commit', '-q', '-m', 'inner');
    const libCommit = git(lib, 'rev-parse', 'HEAD');
    // The name of a submodule is a path in git's own directory when git itself fetches it.
    commit(at.app, {
      top: 'top\n',
      '.gitmodules': '[submodule ".git/hooks"]\n\tpath = ext/lib\n\turl = ../libs/lib\n',
    });
    git(at.app, 'update-index', '--add', '--cacheinfo', `160000,${libCommit},ext/lib`);
    git(at.app, 'commit', '-q', '-m', 'lib');
    return Object.assign(at, { last: git(at.app, 'rev-parse', 'HEAD') });
  }

  test('are part of it all the way down, by addresses relative to their parents', async () => {
    await using at = await nested();
    const { path } = await at.fetch({ commit: at.last }, await at.digestOf({ commit: at.last }));
    expect(listed(path).map((line) => line.replace(/.* source\//, ''))).toEqual([
      '.gitmodules',
      'top',
      'ext/lib/',
      'ext/lib/.gitmodules',
      'ext/lib/lib.c',
      'ext/lib/in/',
      'ext/lib/in/deep',
    ]);
  });

  test('stay empty where the recipe says so', async () => {
    await using at = await nested();
    const source = { commit: at.last, submodules: false };
    const { path } = await at.fetch(source, await at.digestOf(source));
    expect(listed(path).map((line) => line.replace(/.* source\//, ''))).toEqual(['.gitmodules', 'top', 'ext/lib/']);
    expect(at.server.requests.join()).not.toContain('libs');
  });

  test.each([
    ['ext::sh -c touch% /tmp/x', 'mk fetches by https, http and git'],
    ['file:///srv/other', 'mk fetches by https, http and git'],
    ['git@example.org:other', 'mk fetches by https, http and git'],
    ['--upload-pack=touch /tmp/x', 'mk fetches by https, http and git'],
    ['../../../../other', 'which leads out of the server'],
  ])('at %s are refused', async (url, why) => {
    await using at = await place();
    const other = commit(join(at.root, 'other'), { x: 'x' });
    commit(at.app, { '.gitmodules': `[submodule "x"]\n\tpath = x\n\turl = "${url}"\n` });
    git(at.app, 'update-index', '--add', '--cacheinfo', `160000,${other},x`);
    git(at.app, 'commit', '-q', '-m', 'x');
    expect(await at.digestOf({ commit: git(at.app, 'rev-parse', 'HEAD') })).toContain(why);
  });
});

test('no hook runs and no setting of the user counts', async () => {
  await using at = await place();
  const only = commit(at.app, files);
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
  await using at = await place();
  commit(at.app, files);
  const blob = git(at.app, 'rev-parse', 'HEAD:a.txt');
  const input = `120000 blob ${blob}\t${name}\n`;
  const tree = execFileSync('git', ['-C', at.app, 'mktree'], { input }).toString().trim();
  const odd = git(at.app, 'commit-tree', '-m', 'odd', tree);
  git(at.app, 'branch', 'odd', odd);
  expect(await at.digestOf({ commit: odd })).toContain('has a file with a name that git itself does not allow');
});

test('a file that git keeps elsewhere is told as such', async () => {
  await using at = await place();
  const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 5\n';
  const only = commit(at.app, { 'big.bin': pointer, small: 'x' });
  await at.digestOf({ commit: only });
  expect(at.warnings.join()).toContain('(LFS) are only named there, and not fetched\nbig.bin');
});

describe('a server that', () => {
  const only = async (interfere: Parameters<GitServer['interfere']>[0]) => {
    const at = await place();
    const first = commit(at.app, files);
    at.server.interfere(interfere);
    return Object.assign(at, { first });
  };

  test('fails for a moment, or breaks the connection, is asked again', async () => {
    let count = 0;
    await using at = await only((_request, response) => {
      count++;
      if (count === 1) response.writeHead(503).end();
      else if (count === 3) response.destroy();
      else return false;
      return true;
    });
    expect(await at.digestOf({ commit: at.first })).toMatch(/^[0-9a-f]{64}$/);
  });

  test.each([
    [404, 'is no git repository that one may read'],
    [401, 'wants a password'],
    [403, '403 (forbidden)'],
    [500, 'the server fails'],
  ])('answers with %i is told as such', async (status, why) => {
    await using at = await only((_request, response) => {
      response.writeHead(status, { 'www-authenticate': 'Basic realm="x"' }).end();
      return true;
    });
    expect(await at.digestOf({ commit: at.first })).toContain(why);
  });

  test('never answers is given up', { timeout: 60_000 }, async () => {
    await using at = await only(() => true);
    expect(await at.digestOf({ commit: at.first })).toContain('the transfer stalled');
  });
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
