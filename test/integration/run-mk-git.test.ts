import { join } from 'node:path';
import { expect, test } from 'vitest';
import { gitPlace } from '../support/git-place.ts';
import { commit, git } from '../support/git-server.ts';
import { installs, toy, workspace } from '../support/workspace.ts';

test('a package is built from a commit and its submodules, and again without the server', async () => {
  await using at = await gitPlace();
  const lib = commit(join(at.root, 'lib'), { word: 'from the library\n' });
  commit(at.app, { '.gitmodules': '[submodule "lib"]\n\tpath = ext/lib\n\turl = ../lib\n' });
  git(at.app, 'update-index', '--add', '--cacheinfo', `160000,${lib},ext/lib`);
  git(at.app, 'commit', '-q', '-m', 'lib');
  const head = git(at.app, 'rev-parse', 'HEAD');
  const sha256 = await at.digestOf({ commit: head });
  const source = `version: '1', git: { url: '${at.server.url}/app', commit: '${head}' }, sha256: '${sha256}'`;
  const recipe = (file: string) =>
    toy(`${source}, ${installs(file, 'await ctx.read(`${ctx.sourceDir}/ext/lib/word`)')}`);
  await using ws = await workspace({ 'pkg/a/build.ts': recipe('share/word') });
  const run = await ws.build();
  expect(run.status, run.stderr).toBe(0);
  expect(ws.built('deploy/a/share/word')).toBe('from the library\n');

  const requests = at.server.requests.length;
  ws.write('pkg/a/build.ts', recipe('share/other'));
  const again = await ws.build('--offline');
  expect(again.status, again.stderr).toBe(0);
  expect(ws.built('deploy/a/share/other')).toBe('from the library\n');
  expect(at.server.requests).toHaveLength(requests);
});
