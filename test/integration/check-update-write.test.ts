import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { body, type TestServer, testServer } from '../support/server.ts';
import { type Tarball, tarball } from '../support/tarball.ts';
import { listingPage } from '../support/upstream.ts';
import { type Ended, hasNamespaces, installs, type TestWorkspace, toy, workspace } from '../support/workspace.ts';

const pad = (text: string) => Array.from({ length: 9 }, (_, at) => `${text} ${at}\n`).join('');
const patch = (from: string, to: string) =>
  `--- a/notes\n+++ b/notes\n@@ -1,3 +1,3 @@\n-${from} 0\n+${to} 0\n ${from} 1\n ${from} 2\n`;

/** The package `lib`, whose upstream has 1.2 and something newer, and `app`, which uses it. */
interface Upstream extends AsyncDisposable {
  readonly ws: TestWorkspace;
  readonly fresh: Tarball;
  readonly recipe: string;
  update(...args: readonly string[]): Promise<Ended>;
  readonly text: () => string;
}

interface Setup {
  readonly version?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly hooks?: string;
  readonly patches?: Readonly<Record<string, string>>;
  serve?(server: TestServer, fresh: Tarball): void;
}

async function upstream({ version = '1.3', files = {}, hooks, patches = {}, serve }: Setup = {}): Promise<Upstream> {
  const server = await testServer();
  const ws = await workspace();
  const old = tarball(ws, ['lib', '1.2'], { notes: pad('notes'), COPYING: 'free\n' });
  const fresh = tarball(ws, ['lib', version], { notes: pad('notes'), COPYING: 'free\n', ...files });
  server.answer('/', body(listingPage(old.file, fresh.file)));
  for (const { file, path } of [old, fresh]) server.answer(`/${file}`, body(readFileSync(path)));
  serve?.(server, fresh);
  const deploy = hooks ?? installs('lib/notes', 'await ctx.read(`${ctx.sourceDir}/notes`)');
  const recipe = (v: string, sha256: string) => `import { recipe } from '#mk';

// lib 1.2 is what we have
export default recipe({
  version: '${v}',   // the version
  url: (v) => \`${server.url}/lib-\${v}.tar.gz\`,
  sha256: '${sha256}',
  ${deploy},
});
`;
  ws.write('pkg/lib/build.ts', recipe('1.2', old.sha256));
  for (const [name, text] of Object.entries(patches)) ws.write(`pkg/lib/${name}`, text);
  ws.write(
    'pkg/app/build.ts',
    toy(`depends: ['lib'], ${installs('share/app', 'await ctx.read(`${ctx.sysroot}/lib/notes`)')}`),
  );
  ws.write('pkg/other/build.ts', toy(installs('share/other', "'other'")));
  ws.write('product/box/ROOTFS', 'app\nother\n');
  return {
    ...{ ws, fresh, recipe: recipe(version, fresh.sha256) },
    update: (...args) => ws.start(['check-update', '--layer', ws.layer, 'lib', ...args]).ended,
    text: () => readFileSync(join(ws.layer, 'pkg/lib/build.ts'), 'utf8'),
    async [Symbol.asyncDispose]() {
      await ws[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

describe('--write', () => {
  test('changes version and digest in build.ts and nothing else, and keeps the file it fetched', async () => {
    await using up = await upstream();
    const before = up.text();
    expect(await up.update()).toMatchObject({ status: 10 });
    expect(up.text()).toBe(before);
    const { status, stdout } = await up.update('--write');
    expect(stdout).toContain(`updated lib from 1.2 to 1.3\n        sha256: ${up.fresh.sha256}\n`);
    expect(status).toBe(0);
    expect(up.text()).toBe(up.recipe);
    expect(readdirSync(join(up.ws.here, 'download'))).toContain('lib-1.3.tar.gz');
    expect(await up.update('--write')).toMatchObject({ status: 0, stdout: 'same    lib 1.3 1.3\n' });
  });

  test('compares the file with the digest that upstream publishes', async () => {
    const list = (digest: string) => `${'0'.repeat(64)}  lib-1.2.tar.gz\n${digest}  lib-1.3.tar.gz\n`;
    await using good = await upstream({
      serve(server, { sha256 }) {
        server.answer('/SHA256SUMS', body(list(sha256)));
        server.answer('/lib-1.3.tar.gz.asc', body('signature'));
      },
    });
    const { stdout } = await good.update('--write');
    expect(stdout).toMatch(
      /its sha256 is the one in http.*\/SHA256SUMS\n +its signature was not checked, since the recipe names no keys: .*\.tar\.gz\.asc\n/,
    );

    await using bad = await upstream({ serve: (server) => server.answer('/SHA256SUMS', body(list('f'.repeat(64)))) });
    const before = bad.text();
    const refused = await bad.update('--write');
    expect(refused.stdout).toContain('lib-1.3.tar.gz: is not the file that upstream describes');
    expect([refused.status, bad.text()]).toEqual([1, before]);
  });

  test('tells of each patch whether it applies, and removes what is upstream already', async () => {
    const patches = { '0001-mine.patch': patch('notes', 'mine'), '0002-theirs.patch': patch('mine', 'theirs') };
    await using up = await upstream({ patches: { '0001-mine.patch': patches['0001-mine.patch'] } });
    expect((await up.update('--write')).stdout).toContain('0001-mine.patch: applies\n');

    const taken = pad('notes').replace('notes 0', 'mine 0');
    await using merged = await upstream({
      patches: { '0001-mine.patch': patches['0001-mine.patch'] },
      files: { notes: taken },
    });
    expect((await merged.update('--write')).stdout).toContain('0001-mine.patch: is already upstream, removed\n');
    expect(existsSync(join(merged.ws.layer, 'pkg/lib/0001-mine.patch'))).toBe(false);
  });

  test('changes nothing when a patch does not fit, and shows the hunk', async () => {
    await using up = await upstream({
      patches: { '0001-old.patch': patch('notes', 'x') },
      files: { notes: pad('other') },
    });
    const before = up.text();
    const { status, stdout } = await up.update('--write');
    expect(stdout).toContain('failed  lib stays at 1.2: 1.3 was not applied');
    expect(stdout).toContain('0001-old.patch: does not apply: hunk 1 does not fit notes at line 1\n');
    expect([status, up.text()]).toEqual([1, before]);
  });

  test('tells the same as JSON', async () => {
    await using up = await upstream();
    const lines = (await up.update('--write', '--json')).stdout.trim().split('\n');
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      { package: 'lib', state: 'new', newest: '1.3' },
      {
        package: 'lib',
        state: 'updated',
        from: '1.2',
        to: '1.3',
        report: [
          expect.stringMatching(/^sha256: /),
          ...Array(2).fill(expect.stringMatching(/^upstream publishes no/)),
          'licence files as before',
        ],
      },
    ]);
  });
});

describe.skipIf(!hasNamespaces)('--build', () => {
  test('builds the package and what depends on it before and after, and tells what changed', async () => {
    await using up = await upstream({ files: { notes: pad('new notes'), COPYING: 'less free\n', LICENSE: 'x' } });
    const { status, stdout } = await up.update('--write', '--build', 'toy', 'box');
    expect(stdout).toMatch(/\n +size: 108 bytes \(\+36\)\n/);
    expect(stdout).toMatch(/\n +app: size: 108 bytes \(\+36\)\n/);
    expect(stdout).toMatch(/\n +licence file changed: COPYING\n +licence file added: LICENSE\n/);
    expect(stdout).not.toContain('other');
    expect([status, up.text()]).toEqual([0, up.recipe]);
    expect(up.ws.built('deploy/app/share/app')).toContain('new notes');
  });

  test('puts everything back when the new version cannot be built', async () => {
    const hooks = `async deploy(ctx) {
    if (ctx.version !== '1.2') throw new Error('1.3 is broken');
    await ctx.write(\`\${ctx.deployDir}/lib/notes\`, 'x');
  }`;
    const patches = { '0001-mine.patch': patch('notes', 'mine') };
    await using up = await upstream({ hooks, patches, files: { notes: pad('notes').replace('notes 0', 'mine 0') } });
    const before = up.text();
    const { status, stdout, stderr } = await up.update('--write', '--build', 'toy', 'box');
    expect(stderr).toContain('1.3 is broken');
    expect(stdout).toMatch(/cannot be built\n {8}lib: 1\.3 is broken in deploy\n {8}everything was put back\n/);
    expect([status, up.text()]).toEqual([1, before]);
    expect(readFileSync(join(up.ws.layer, 'pkg/lib/0001-mine.patch'), 'utf8')).toBe(patches['0001-mine.patch']);
  });

  test('that is interrupted puts everything back', async () => {
    const hooks = `async deploy({ run, recipeDir, version, write, deployDir }) {
    if (version !== '1.2') await run\`cat \${recipeDir}/gate\`;
    await write(\`\${deployDir}/lib/notes\`, 'x');
  }`;
    await using up = await upstream({ hooks });
    up.ws.fifo('pkg/lib/gate');
    const before = up.text();
    const args = ['check-update', '--layer', up.ws.layer, 'lib', '--write', '--build', 'toy', 'box'];
    const running = up.ws.start(args);
    const handle = await running.gate('pkg/lib/gate');
    expect(up.text()).not.toBe(before);
    running.kill('SIGINT');
    await handle.close();
    expect(await running.ended).toMatchObject({ status: 130 });
    expect(up.text()).toBe(before);
  });

  test('needs a target that has the package, and --write', async () => {
    await using up = await upstream();
    const unknown = { status: 2, stdout: '', stderr: expect.stringContaining('there is no product "nosuch"') };
    expect(await up.update('--write', '--build', 'toy', 'nosuch')).toMatchObject(unknown);
    expect(await up.update('--build', 'toy', 'box')).toMatchObject({ status: 2 });
    expect(await up.update('--commit')).toMatchObject({ status: 2 });
    expect((await up.update('--help')).stdout).toContain('Exit status: 10 when there are newer versions');
  });
});

describe('--commit', () => {
  const git = (dir: string, ...words: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.org', '-C', dir, ...words]).toString();
  const checkout = ({ ws }: Upstream) => {
    git(ws.layer, 'init', '-q');
    git(ws.layer, 'config', 'user.name', 'a');
    git(ws.layer, 'config', 'user.email', 'a@example.org');
    git(ws.layer, 'add', '.');
    git(ws.layer, 'commit', '-q', '-m', 'first');
  };

  test('makes one commit of the recipe alone, with the report as its body', async () => {
    await using up = await upstream();
    checkout(up);
    up.ws.write('pkg/app/notes.txt', 'not yet committed');
    expect(await up.update('--write', '--commit')).toMatchObject({ status: 0 });
    expect(git(up.ws.layer, 'log', '-1', '--format=%s%n%b')).toMatch(/^lib: update to 1\.3\nsha256: [0-9a-f]{64}\n/);
    expect(git(up.ws.layer, 'show', '--name-only', '--format=').trim()).toBe('pkg/lib/build.ts');
    expect(git(up.ws.layer, 'status', '--porcelain').trim()).toBe('?? pkg/app/notes.txt');
  });

  test('is refused where the recipe has other changes, or is in no checkout', async () => {
    await using up = await upstream();
    expect((await up.update('--write', '--commit')).stdout).toContain('--commit needs its recipe in a git checkout');
    checkout(up);
    const before = up.text();
    up.ws.write('pkg/lib/notes.txt', 'x');
    const { status, stdout } = await up.update('--write', '--commit');
    expect(stdout).toContain('its recipe has changes that are not committed');
    expect([status, up.text()]).toEqual([1, before]);
  });

  test('that git refuses puts everything back', async () => {
    await using up = await upstream();
    checkout(up);
    up.ws.write('.git/hooks/pre-commit', '#!/bin/sh\necho no >&2\nexit 1\n');
    execFileSync('chmod', ['+x', join(up.ws.layer, '.git/hooks/pre-commit')]);
    const before = up.text();
    const { status, stdout } = await up.update('--write', '--commit');
    expect(stdout).toContain(
      'lib: update to 1.3: git does not commit it\n        no\n        everything was put back\n',
    );
    expect([status, up.text(), git(up.ws.layer, 'status', '--porcelain')]).toEqual([1, before, '']);
  });
});
