import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, lstatSync, readFileSync, renameSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { body, type TestServer, testServer } from '../support/server.ts';
import { type Tarball, tarball } from '../support/tarball.ts';
import { listingPage } from '../support/upstream.ts';
import { type Ended, hasNamespaces, installs, type TestWorkspace, workspace } from '../support/workspace.ts';

interface Setup {
  readonly files?: Readonly<Record<string, string>>;
  readonly hooks?: string;
  readonly patches?: Readonly<Record<string, string>>;
  serve?(server: TestServer, fresh: Tarball): void;
}

interface Upstream extends AsyncDisposable {
  readonly ws: TestWorkspace;
  readonly server: TestServer;
  readonly file: string;
  update(...args: readonly string[]): Promise<Ended>;
  readonly text: () => string;
}

const notes = 'one\ntwo\nthree\n';
const patch = '--- a/notes\n+++ b/notes\n@@ -1,3 +1,3 @@\n-one\n+ONE\n two\n three\n';

/** The package `lib` of version 1.2, whose upstream has 1.3. */
async function upstream({ files = {}, hooks, patches = {}, serve }: Setup = {}): Promise<Upstream> {
  const server = await testServer();
  const ws = await workspace();
  const tree = { notes, COPYING: 'free\n', Makefile: 'all:\n' };
  const old = tarball(ws, ['lib', '1.2'], tree);
  const fresh = tarball(ws, ['lib', '1.3'], { ...tree, ...files });
  server.answer('/', body(listingPage(old.file, fresh.file)));
  for (const { file, path } of [old, fresh]) server.answer(`/${file}`, body(readFileSync(path)));
  serve?.(server, fresh);
  const text = `import { recipe } from '#mk';
export default recipe({
  version: '1.2',
  url: (v) => \`${server.url}/lib-\${v}.tar.gz\`,
  sha256: '${old.sha256}',
  ${hooks ?? installs('share/lib', "'lib'")},
});
`;
  ws.write('pkg/lib/build.ts', text);
  ws.write('product/box/ROOTFS', 'lib\n');
  for (const [name, content] of Object.entries(patches)) ws.write(`pkg/lib/${name}`, content);
  const file = join(ws.layer, 'pkg/lib/build.ts');
  return {
    ...{ ws, server, file },
    update: (...args) => ws.start(['check-update', '--layer', ws.layer, 'lib', '--write', ...args]).ended,
    text: () => readFileSync(file, 'utf8'),
    async [Symbol.asyncDispose]() {
      await ws[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

const page = `<!DOCTYPE html><html>${'Our site has moved. '.repeat(100)}</html>`;

describe('what upstream serves as the new archive is refused when', () => {
  test.for([
    ['it is a web page', page, 'is not a gzip file as its name says, but a web page'],
    ['it is something else', 'x'.repeat(2000), 'is not a gzip file as its name says, but something else'],
    [
      'it is another kind of archive',
      Buffer.from('PK\x03\x04 and so on'),
      'is not a gzip file as its name says, but a zip file',
    ],
    ['it is a web page that was packed', gzipSync(page), 'lib-1.3.tar.gz: is no archive, but a single file'],
  ] as const)('%s', async ([, content, why]) => {
    await using up = await upstream({ serve: (server, { file }) => server.answer(`/${file}`, body(content)) });
    const before = up.text();
    const { status, stdout } = await up.update();
    expect(stdout).toContain(why);
    expect([status, up.text()]).toEqual([1, before]);
  });

  test('it is the source of something else, unless --yes says that it is right', async () => {
    await using up = await upstream();
    const other = tarball(up.ws, ['other', '7'], { 'main.c': '', 'README.md': '' });
    up.server.answer('/lib-1.3.tar.gz', body(readFileSync(other.path)));
    const before = up.text();
    const { status, stdout } = await up.update();
    expect(stdout).toContain('lib-1.3.tar.gz: has 0 of the 3 files of the old version among its 2');
    expect([status, up.text()]).toEqual([1, before]);
    expect(existsSync(join(up.ws.here, 'download/lib-1.3.tar.gz'))).toBe(false);
    expect(await up.update('--yes')).toMatchObject({ status: 0 });
  });
});

test('a patch that upstream has taken stays when a hook names it', async () => {
  const hooks = "async prepare({ applyPatch }) { await applyPatch('0001-mine.patch'); }";
  const patches = { '0001-mine.patch': patch };
  await using up = await upstream({ hooks, patches, files: { notes: notes.replace('one', 'ONE') } });
  const before = up.text();
  const { status, stdout } = await up.update();
  expect(stdout).toContain('lib 1.3 has 0001-mine.patch already, and build.ts names it');
  expect([status, up.text()]).toEqual([1, before]);
  expect(existsSync(join(up.ws.layer, 'pkg/lib/0001-mine.patch'))).toBe(true);
});

test('a build.ts that is a link stays one, and its file keeps its mode', async () => {
  await using up = await upstream();
  const real = join(up.ws.layer, 'lib-recipe.ts');
  renameSync(up.file, real);
  symlinkSync(real, up.file);
  chmodSync(real, 0o664);
  expect(await up.update()).toMatchObject({ status: 0 });
  expect(lstatSync(up.file).isSymbolicLink()).toBe(true);
  expect(readFileSync(real, 'utf8')).toContain("version: '1.3'");
  expect(statSync(real).mode & 0o777).toBe(0o664);
});

describe.skipIf(!hasNamespaces)('while --build builds', () => {
  const waits = (version: string, then: string) => `async deploy({ run, recipeDir, version, write, deployDir }) {
    if (version === '${version}') { await run\`cat \${recipeDir}/gate\`; ${then} }
    await write(\`\${deployDir}/lib/notes\`, version);
  }`;

  /** Edits build.ts while the version waits at its gate, and returns how the update ended. */
  async function editMeanwhile(up: Upstream, edit: (text: string) => string, ...args: readonly string[]) {
    up.ws.fifo('pkg/lib/gate');
    const words = ['check-update', '--layer', up.ws.layer, 'lib', '--write', '--build', 'toy', 'box', ...args];
    const running = up.ws.start(words);
    const handle = await running.gate('pkg/lib/gate');
    up.ws.write('pkg/lib/build.ts', edit(up.text()));
    await handle.close();
    return running.ended;
  }
  const comment = (text: string) => `// mine\n${text}`;

  test('the new version and fails, what the user has written into build.ts meanwhile stays', async () => {
    await using up = await upstream({ hooks: waits('1.3', "throw new Error('broken');") });
    const before = up.text();
    const { status, stdout } = await editMeanwhile(up, comment);
    expect(stdout).toMatch(
      /build\.ts was changed by somebody else meanwhile and stays as it is: .*\/pkg\/lib\/build\.ts\n/,
    );
    expect(stdout).not.toContain('everything was put back');
    expect(status).toBe(1);
    expect(up.text()).toMatch(/^\/\/ mine\n/);
    expect(up.text()).not.toBe(before);
  });

  test('the old version, what the user writes into build.ts meanwhile is not written over', async () => {
    await using up = await upstream({ hooks: waits('1.2', '') });
    const before = up.text();
    const { status, stdout } = await editMeanwhile(up, comment);
    expect(stdout).toContain('lib: build.ts was changed by somebody else meanwhile');
    expect([status, up.text()]).toEqual([1, `// mine\n${before}`]);
  });
});

describe('before anything is fetched', () => {
  const git = (dir: string, ...words: readonly string[]) => execFileSync('git', ['-C', dir, ...words]).toString();
  const author = ['-c', 'user.name=a', '-c', 'user.email=a@example.org'];

  test('an unknown board or product is told, and a target without the package', async () => {
    await using up = await upstream();
    up.ws.write('product/other/ROOTFS', '');
    for (const [board, product, code] of [
      ['nosuch', 'box', 'board-unknown'],
      ['toy', 'nosuch', 'product-unknown'],
    ] as const) {
      const run = await up.update('--build', board, product);
      expect(run).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining(`error[${code}]`) });
    }
    expect(up.server.requests).toEqual([]);
    const { stdout, status } = await up.update('--build', 'toy', 'other');
    expect(stdout).toContain('toy other has no package "lib" to build');
    expect([status, up.server.requests.filter((each) => each.startsWith('GET /lib'))]).toEqual([1, []]);
  });

  test('git that does not know who commits is told', async () => {
    await using up = await upstream();
    git(up.ws.layer, 'init', '-q');
    git(up.ws.layer, 'add', '.');
    git(up.ws.layer, ...author, 'commit', '-q', '-m', 'first');
    git(up.ws.layer, 'config', 'user.useConfigOnly', 'true');
    const { stdout, status } = await up.update('--commit');
    expect(stdout).toContain('lib: git does not know who commits\n');
    expect(stdout).toContain('hint: set user.name and user.email with git config\n');
    expect([status, up.server.requests.filter((each) => each.startsWith('GET /lib'))]).toEqual([1, []]);
  });
});
