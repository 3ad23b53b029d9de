import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { gitFiles, gitPlace, listed } from '../support/git-place.ts';
import { commit, type GitServer, git } from '../support/git-server.ts';

describe('submodules', () => {
  async function nested() {
    const at = await gitPlace();
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
    await using at = await gitPlace();
    const other = commit(join(at.root, 'other'), { x: 'x' });
    commit(at.app, { '.gitmodules': `[submodule "x"]\n\tpath = x\n\turl = "${url}"\n` });
    git(at.app, 'update-index', '--add', '--cacheinfo', `160000,${other},x`);
    git(at.app, 'commit', '-q', '-m', 'x');
    expect(await at.digestOf({ commit: git(at.app, 'rev-parse', 'HEAD') })).toContain(why);
  });
});

describe('a server that', () => {
  const only = async (interfere: Parameters<GitServer['interfere']>[0]) => {
    const at = await gitPlace();
    const first = commit(at.app, gitFiles);
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
