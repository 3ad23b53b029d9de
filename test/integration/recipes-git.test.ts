import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { commit, git, gitServer } from '../support/git-server.ts';
import { ends, failuresIn, installs, type TestWorkspace, toy, workspace } from '../support/workspace.ts';

const word = installs('share/word', 'await ctx.read(`${ctx.sourceDir}/word`)');
const unknown = '0'.repeat(64);

/** A workspace with a package `app` from a repository, and a server that has it. */
async function place() {
  const ws = await workspace({ 'product/box/ROOTFS': 'app\n' });
  const root = join(ws.dir, 'served');
  mkdirSync(root);
  const server = await gitServer(root);
  const app = join(root, 'app.git');
  const first = commit(app, { word: 'one\n', run: '#!/bin/sh\n', link: '-> word' });
  const write = (id: string, sha256: string, more = '') =>
    ws.write(
      'pkg/app/build.ts',
      toy(
        `\n  version: '1',\n  git: { url: '${server.url}/app.git', commit: '${id}'${more} },\n  sha256: '${sha256}',\n  ${word}`,
      ),
    );
  /** Asks mk for the digest as an author of a recipe does. */
  const digestOf = async (id: string) => {
    write(id, unknown);
    const [failure] = failuresIn(await run(ws));
    return /write sha256: '([0-9a-f]{64})'/.exec(failure?.hint ?? '')?.[1] ?? 'none';
  };
  return {
    ...{ ws, server, app, first, write, digestOf },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await ws[Symbol.asyncDispose]();
    },
  };
}

const run = (ws: TestWorkspace, args: readonly string[] = ['toy', 'box'], env: Readonly<Record<string, string>> = {}) =>
  ws.start([...args, '--layer', ws.layer], { env }).ended;

test('a recipe may name a commit: mk tells its digest, fetches it once, and needs no network later', async () => {
  await using at = await place();
  const { ws, server, first } = at;
  const digest = await at.digestOf(first);
  at.write(first, digest, ', tag: (v) => `v${v}`');
  git(at.app, 'tag', 'v1');
  const archive = `app-${first.slice(0, 12)}.tar`;
  const fetched = await run(ws, ['fetch', 'toy', 'box']);
  expect(fetched.stdout, fetched.stderr).toBe(`${join(ws.here, 'download', archive)}\n`);
  expect(await run(ws, ['mirror', join(ws.dir, 'mirror')])).toMatchObject({ status: 0 });
  const requests = server.requests.length;

  expect((await run(ws, ['toy', 'box', '--offline'])).status).toBe(0);
  expect(ws.built('deploy/app/share/word')).toBe('one\n');
  for (const part of ['download', 'toy-box']) rmSync(join(ws.here, part), { recursive: true });
  const offline = ['toy', 'box', '--offline', '--rebuild', 'app'];
  expect((await run(ws, offline)).status).toBe(1);
  expect((await run(ws, offline, { MK_MIRRORS: pathToFileURL(join(ws.dir, 'mirror')).href })).status).toBe(0);
  expect(readdirSync(join(ws.here, 'download'))).toEqual([archive]);
  expect(server.requests.length).toBe(requests);
});

test('another commit is told as the reason, is part of the key, and is built', async () => {
  await using at = await place();
  const { ws, first } = at;
  at.write(first, await at.digestOf(first));
  expect((await run(ws)).status).toBe(0);
  const second = commit(at.app, { word: 'two\n' });
  const digest = await at.digestOf(second);
  at.write(second, digest);
  expect((await run(ws, ['toy', 'box', '-n'])).stdout).toMatch(/^build +app +its distfile changed \(build\.ts:\d+\)$/m);
  expect((await run(ws, ['why', 'toy', 'box', 'app'])).stdout).toContain('its distfile changed (build.ts:');
  const key = JSON.parse((await run(ws, ['key', 'toy', 'box', 'app'])).stdout) as { document: { distfiles: unknown } };
  expect(key.document.distfiles).toEqual({ '': [digest] });
  expect(ends(await run(ws), 'built')).toContain('app');
  expect(ws.built('deploy/app/share/word')).toBe('two\n');
});

test('a tag that moved stops the build with both commits', async () => {
  await using at = await place();
  const { ws, first } = at;
  const digest = await at.digestOf(first);
  const second = commit(at.app, { word: 'two\n' });
  git(at.app, 'tag', 'v1');
  at.write(first, digest, ', tag: (v) => `v${v}`');
  const failed = await run(ws);
  expect(failed.status).toBe(1);
  expect(failed.stderr).toContain('tag v1 is not the commit that the recipe names');
  expect(failed.stderr).toContain(first);
  expect(failed.stderr).toContain(second);
});

test('files that are not to be unpacked lie in the source tree under the names of their addresses', async () => {
  await using ws = await workspace({ 'product/box/ROOTFS': 'tool\n' });
  const file = (name: string, text: string) => {
    ws.write(`../files/${name}`, text);
    return `file://${join(ws.dir, 'files', name).replaceAll(' ', '%20').replace('é', '%C3%A9')}`;
  };
  const { createHash } = await import('node:crypto');
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  const fields = (
    unpack: string,
  ) => `version: '1', url: () => '${file('word', 'a word')}', sha256: '${sha256('a word')}', ${unpack}
    extraSources: { 'deep/er': { url: '${file('blob.bin', 'blob')}', sha256: '${sha256('blob')}', unpack: false } },`;
  const both = installs(
    'share/both',
    'await ctx.read(`${ctx.sourceDir}/word`) + await ctx.read(`${ctx.sourceDir}/deep/er/blob.bin`)',
  );
  ws.write('pkg/tool/build.ts', toy(fields('') + both));
  const refused = await run(ws);
  expect(refused.stderr).toContain('word: is no archive, but a file of another kind');
  expect(refused.stderr).toContain('write `unpack: false` below its sha256');
  ws.write('pkg/tool/build.ts', toy(fields('unpack: false,') + both));
  const built = await run(ws);
  expect(built.status, built.stderr).toBe(0);
  expect(ws.built('deploy/tool/share/both')).toBe('a wordblob');
});
