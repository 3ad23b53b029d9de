import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commit, git, gitServer } from '../support/git-server.ts';
import { hasNamespaces, installs, workspace } from '../support/workspace.ts';

/** The package `lib`, made of a commit whose tag the recipe may name, in a repository that has two more versions. */
async function upstream(ending: string, fields: string, options: Parameters<typeof gitServer>[1] = {}) {
  const ws = await workspace();
  const root = join(ws.dir, 'served');
  mkdirSync(root);
  const server = await gitServer(root, options);
  const dir = join(root, 'lib');
  const [old, , fresh] = ['1.2', '1.10', '1.11'].map((version) => {
    const made = commit(dir, { notes: `${version}\n` });
    // One of them has an object of its own.
    git(dir, 'tag', ...(version === '1.11' ? ['-a', '-m', 'x'] : []), `lib-${version}${ending}`);
    return made;
  });
  commit(dir, { notes: 'after it\n' });
  git(dir, 'tag', `lib-2.0rc1${ending}`);
  const recipe = (version: string, at: string | undefined, sha256: string) => `import { recipe } from '#mk';
export default recipe({
  version: '${version}',
  git: {
    url: '${server.url}/lib',
    commit: '${at}', // of the tag
    ${fields}
  },
  sha256: '${sha256}',
  ${installs('share/lib', 'await ctx.read(`${ctx.sourceDir}/notes`)')},
});
`;
  ws.write('pkg/lib/build.ts', recipe('1.2', old, '0'.repeat(64)));
  ws.write('product/box/ROOTFS', 'lib\n');
  const text = () => readFileSync(join(ws.layer, 'pkg/lib/build.ts'), 'utf8');
  return {
    ...{ ws, recipe, fresh, text },
    update: (...args: readonly string[]) => ws.start(['check-update', '--layer', ws.layer, 'lib', ...args]).ended,
    async [Symbol.asyncDispose]() {
      await ws[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

test.for([
  ['by the tag that it names', '-final', 'tag: (v) => `lib-${v}-final`,', {}],
  ['by any tag with a version, from an old server', '', '', { modern: false }],
] as const)('a recipe that is made of a commit is updated %s', async ([, ending, fields, options]) => {
  await using up = await upstream(ending, fields, options);
  const checked = await up.update();
  expect(checked).toMatchObject({ status: 10, stdout: expect.stringMatching(/^new {5}lib 1\.2 1\.11$/m) });
  const { status, stdout } = await up.update('--write');
  const sha256 = /sha256: ([0-9a-f]{64})\n/.exec(stdout)?.[1] ?? '';
  expect(stdout).toContain(`commit: ${up.fresh}\n`);
  expect([status, up.text()]).toEqual([0, up.recipe('1.11', up.fresh, sha256)]);
  expect(await up.update()).toMatchObject({ status: 0 });
  if (!hasNamespaces) return;
  expect(await up.ws.build()).toMatchObject({ status: 0 });
  expect(up.ws.built('deploy/lib/share/lib')).toBe('1.11\n');
});
