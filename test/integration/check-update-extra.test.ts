import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { git } from '../support/git-server.ts';
import { body, testServer } from '../support/server.ts';
import { tarball } from '../support/tarball.ts';
import { listingPage } from '../support/upstream.ts';
import { hasNamespaces, installs, workspace } from '../support/workspace.ts';

/** `lib` 1.2, with its manual of the same version and two extra sources that have one of their own. */
async function upstream() {
  const server = await testServer();
  const ws = await workspace();
  const pack = (name: string, version: string) => tarball(ws, [name, version], { name, notes: `${name} ${version}\n` });
  const of = (name: string, ...versions: readonly [string, string]) => {
    const [old, fresh] = [pack(name, versions[0]), pack(name, versions[1])];
    server.answer(`/${name}/`, body(listingPage(old.file, fresh.file)));
    for (const { file, path } of [old, fresh]) server.answer(`/${name}/${file}`, body(readFileSync(path)));
    return { old, fresh };
  };
  const parts = {
    lib: of('lib', '1.2', '1.3'),
    doc: of('doc', '1.2', '1.3'),
    gmp: of('gmp', '6.2', '6.3'),
    mpc: of('mpc', '6.2', '6.4'),
  };
  type Age = 'old' | 'fresh';
  const version = {
    lib: { old: '1.2', fresh: '1.3' },
    gmp: { old: '6.2', fresh: '6.3' },
    mpc: { old: '6.2', fresh: '6.4' },
  };
  const recipe = (lib: Age, gmp: Age, mpc: Age) => `import { recipe } from '#mk';
const version = '${version.lib[lib]}';
export default recipe({
  version,
  url: (v) => \`${server.url}/lib/lib-\${v}.tar.gz\`,
  sha256: '${parts.lib[lib].sha256}',
  extraSources: {
    doc: { url: \`${server.url}/doc/doc-\${version}.tar.gz\`, sha256: '${parts.doc[lib].sha256}' },
    gmp: {
      version: '${version.gmp[gmp]}', // as new as it gets
      url: '${server.url}/gmp/gmp-${version.gmp[gmp]}.tar.gz',
      sha256: '${parts.gmp[gmp].sha256}',
    },
    mpc: {
      version: '${version.mpc[mpc]}',
      url: '${server.url}/mpc/mpc-${version.mpc[mpc]}.tar.gz',
      sha256: '${parts.mpc[mpc].sha256}',
    },
  },
  ${installs('share/lib', "(await Promise.all(['.', 'doc', 'gmp', 'mpc'].map((at) => ctx.read(`${ctx.sourceDir}/${at}/notes`)))).join('')")},
});
`;
  ws.write('pkg/lib/build.ts', recipe('old', 'old', 'old'));
  ws.write('product/box/ROOTFS', 'lib\n');
  return {
    ...{ ws, recipe },
    update: (...args: readonly string[]) => ws.start(['check-update', '--layer', ws.layer, ...args]).ended,
    text: () => readFileSync(join(ws.layer, 'pkg/lib/build.ts'), 'utf8'),
    async [Symbol.asyncDispose]() {
      await ws[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

test('extra sources have rows of their own, and can be named', async () => {
  await using up = await upstream();
  expect((await up.update('lib')).stdout).toBe(
    'new     lib     1.2 1.3\nnew     lib/gmp 6.2 6.3\nnew     lib/mpc 6.2 6.4\n',
  );
  expect((await up.update('lib/mpc')).stdout).toBe('new     lib/mpc 6.2 6.4\n');
  const unknown = await up.update('lib/doc');
  expect(unknown).toMatchObject({
    status: 1,
    stdout: expect.stringMatching(/^failed +lib\/doc .*there is lib, lib\/gmp, lib\/mpc\n$/),
  });
});

test('an extra source is updated alone: one of two with the same version', async () => {
  await using up = await upstream();
  const { status, stdout } = await up.update('lib/mpc', '--write');
  expect(stdout).toContain('updated lib/mpc from 6.2 to 6.4\n');
  expect([status, up.text()]).toEqual([0, up.recipe('old', 'old', 'fresh')]);
});

test('the commit of one says which', async () => {
  await using up = await upstream();
  git(dirname(up.ws.layer), 'init', '-q', up.ws.layer);
  git(up.ws.layer, 'config', 'user.name', 'a');
  git(up.ws.layer, 'config', 'user.email', 'a@example.org');
  git(up.ws.layer, 'add', '.');
  git(up.ws.layer, 'commit', '-q', '-m', 'first');
  expect(await up.update('lib', '--write', '--commit')).toMatchObject({ status: 0 });
  expect(git(up.ws.layer, 'log', '--format=%s').split('\n')).toEqual([
    ...['lib: update mpc to 6.4', 'lib: update gmp to 6.3', 'lib: update to 1.3', 'first'],
  ]);
  expect(git(up.ws.layer, 'status', '--porcelain')).toBe('');
});

test('all of them are updated in one run, with what goes by the version of the recipe', async () => {
  await using up = await upstream();
  const args = hasNamespaces ? ['--build', 'toy', 'box'] : [];
  const { status, stdout } = await up.update('lib', '--write', ...args);
  expect(stdout).toMatch(/updated lib from 1\.2 to 1\.3\n(?: {8}.*\n)* {8}doc: sha256: [0-9a-f]{64}\n/);
  expect([status, up.text()]).toEqual([0, up.recipe('fresh', 'fresh', 'fresh')]);
  if (hasNamespaces) expect(up.ws.built('deploy/lib/share/lib')).toBe('lib 1.3\ndoc 1.3\ngmp 6.3\nmpc 6.4\n');
});
