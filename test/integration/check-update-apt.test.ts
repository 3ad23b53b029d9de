import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findProgram } from '../../src/base/command.ts';
import { digestOf, digestOfFile } from '../../src/base/digest.ts';
import { tarball } from '../support/tarball.ts';
import { hasNamespaces, installs, workspace } from '../support/workspace.ts';

/** A machine whose apt knows one archive, in a directory of the workspace, with these files of the package `lib`. */
function archiveOf(dir: string, files: readonly string[]) {
  for (const name of ['archive/pool', 'etc']) mkdirSync(join(dir, name), { recursive: true });
  const lines = files.map((file) => {
    const path = join(dir, 'archive/pool', file);
    return ` ${digestOfFile(path)} ${readFileSync(path).length} ${file}`;
  });
  const sources = `Package: lib\nVersion: 1\nDirectory: pool\nChecksums-Sha256:\n${lines.join('\n')}\n\n`;
  writeFileSync(join(dir, 'archive/Sources'), sources);
  const sum = ` ${digestOf(sources)} ${sources.length} Sources`;
  writeFileSync(join(dir, 'archive/Release'), `Date: Thu, 01 Jan 2026 00:00:00 UTC\nSHA256:\n${sum}\n`);
  writeFileSync(join(dir, 'etc/sources.list'), `deb [trusted=yes] file:${dir}/archive ./\n`);
  writeFileSync(
    join(dir, 'apt.conf'),
    `Dir::Etc::sourcelist "${dir}/etc/sources.list";\nDir::Etc::sourceparts "${dir}/etc/none";\n`,
  );
  return { APT_CONFIG: join(dir, 'apt.conf'), MK_MIRRORS: 'apt:' };
}

/** A workspace with `lib` 1.2, and 1.3 in the archive under this name. */
async function setUp(freshName: string, more = '') {
  const ws = await workspace();
  // Lists of archives have no names with blanks.
  const dir = mkdtempSync(join(tmpdir(), 'apt-'));
  const pool = join(dir, 'archive/pool');
  mkdirSync(pool, { recursive: true });
  const [old, fresh] = ['1.2', '1.3'].map((version) => tarball(ws, ['lib', version], { notes: `notes of ${version}` }));
  if (old === undefined || fresh === undefined) throw new Error('no tarballs');
  renameSync(old.path, join(pool, 'lib_1.2.orig.tar.gz'));
  renameSync(fresh.path, join(pool, freshName));
  const hook = installs('lib/notes', 'await ctx.read(`${ctx.sourceDir}/notes`)');
  ws.write(
    'pkg/lib/build.ts',
    `import { recipe } from '#mk';\nexport default recipe({${old.fields},\n${more}${hook} });\n`,
  );
  const env = archiveOf(dir, ['lib_1.2.orig.tar.gz', freshName]);
  const update = (...args: string[]) => ws.start(['check-update', '--layer', ws.layer, 'lib', ...args], { env }).ended;
  return {
    ...{ ws, pool, fresh, update },
    text: () => readFileSync(join(ws.layer, 'pkg/lib/build.ts'), 'utf8'),
    async [Symbol.asyncDispose]() {
      await ws[Symbol.asyncDispose]();
      rmSync(dir, { recursive: true });
    },
  };
}

const withApt = test.skipIf(findProgram('apt-get') === undefined);

withApt('without any network a newer version is found in the source archive, applied and built', async () => {
  await using given = await setUp('lib_1.3.orig.tar.gz');
  const { ws, fresh, update, text } = given;
  ws.write('product/box/ROOTFS', 'lib\n');
  expect(await update('--apt')).toMatchObject({ status: 10, stdout: 'new     lib 1.2 1.3\n' });
  const { status, stdout } = await update('--apt', '--write', ...(hasNamespaces ? ['--build', 'toy', 'box'] : []));
  expect(stdout).toContain("lib_1.3.orig.tar.gz of the distribution's source archive stands for its file\n");
  expect([status, text().includes(`version: '1.3'`), text().includes(fresh.sha256)]).toEqual([0, true, true]);
  if (hasNamespaces) expect(ws.built('deploy/lib/lib/notes')).toBe('notes of 1.3');
});

withApt('a file that the distribution packed anew does not stand for that of upstream', async () => {
  await using given = await setUp('lib_1.3+dfsg1.orig.tar.gz');
  const { update, text } = given;
  const before = text();
  expect(await update('--apt')).toMatchObject({ stdout: 'new     lib 1.2 1.3\n' });
  const { status, stdout } = await update('--apt', '--write');
  expect(stdout).toContain('lib_1.3+dfsg1.orig.tar.gz of the source archive is not the same file');
  expect([status, text()]).toEqual([1, before]);
});

withApt("why the archive's file does not stand for that of upstream is told", async () => {
  const alternatives = `  alternatives: [{ file: 'lib_1.2.orig.tar.gz', sha256: '${'a'.repeat(64)}' }],\n`;
  await using given = await setUp('lib_1.3.orig.tar.gz', alternatives);
  const alternative = await given.update('--apt', '--write');
  expect([alternative.status, alternative.stdout]).toEqual([
    1,
    expect.stringContaining('is what the recipe names as alternative'),
  ]);
  await using other = await setUp('lib_1.3.orig.tar.xz');
  const { status, stdout } = await other.update('--apt', '--write');
  expect(stdout).toContain(
    'is not asked for, and the source archive has lib_1.3.orig.tar.xz, which is of another kind',
  );
  expect(status).toBe(1);
});

withApt(
  'a recipe may name the archive as its upstream; what that lists and does not have cannot be applied',
  async () => {
    await using given = await setUp('lib_1.3.orig.tar.gz', "  update: { from: 'apt', source: 'lib' },\n");
    const { pool, update, text } = given;
    expect(await update()).toMatchObject({ status: 10, stdout: 'new     lib 1.2 1.3\n' });
    rmSync(join(pool, 'lib_1.3.orig.tar.gz'));
    const before = text();
    expect(await update('--apt', '--write')).toMatchObject({ status: 1 });
    expect(text()).toBe(before);
  },
);
