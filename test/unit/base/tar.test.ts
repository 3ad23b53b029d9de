import { chmodSync, readFileSync, symlinkSync, truncateSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { capture } from '../../../src/base/command.ts';
import { digestOfFile } from '../../../src/base/digest.ts';
import { type ArchiveEntry, treeEntries, writeTar } from '../../../src/base/tar.ts';
import { temporaryTree } from '../../support/tree.ts';

const owner = { uid: 0, gid: 0 };

/** What the machine's own tar says of the archive. */
async function listing(archive: string): Promise<string[]> {
  const { status, stdout, stderr } = await capture(
    ['tar', '--numeric-owner', '--utc', '--full-time', '-tvf', archive],
    {
      env: { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8', TZ: 'UTC' },
    },
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/\s+/g, ' '));
}

const everyKind: readonly ArchiveEntry[] = [
  { path: '', kind: 'directory', mode: 0o755, ...owner },
  { path: 'bin', kind: 'directory', mode: 0o1777, ...owner },
  { path: 'bin/su', kind: 'file', mode: 0o4755, uid: 0, gid: 5, content: { text: 'grün\n' } },
  { path: 'bin/sh', kind: 'symlink', mode: 0o777, ...owner, target: '../x' },
  { path: 'dev/console', kind: 'character-device', mode: 0o600, ...owner, device: { major: 5, minor: 1 } },
  { path: 'dev/sda', kind: 'block-device', mode: 0o660, uid: 0, gid: 6, device: { major: 8, minor: 0 } },
  { path: 'empty', kind: 'file', mode: 0o644, uid: 1000, gid: 65534 },
];

describe('an archive', () => {
  test('has kinds, modes, owners, devices and one time, as the system tar reads them', async () => {
    using tree = temporaryTree();
    await writeTar(everyKind, join(tree.path, 'a.tar'));
    expect(await listing(join(tree.path, 'a.tar'))).toMatchInlineSnapshot(`
      [
        "drwxr-xr-x 0/0 0 1980-01-01 00:00:00 .",
        "drwxrwxrwt 0/0 0 1980-01-01 00:00:00 bin",
        "-rwsr-xr-x 0/5 6 1980-01-01 00:00:00 bin/su",
        "lrwxrwxrwx 0/0 0 1980-01-01 00:00:00 bin/sh -> ../x",
        "crw------- 0/0 5,1 1980-01-01 00:00:00 dev/console",
        "brw-rw---- 0/6 8,0 1980-01-01 00:00:00 dev/sda",
        "-rw-r--r-- 1000/65534 0 1980-01-01 00:00:00 empty",
      ]
    `);
  });

  test('reports its digest and size', async () => {
    using tree = temporaryTree();
    const path = join(tree.path, 'a.tar');
    const { digest, size } = await writeTar(everyKind, path);
    expect({ digest, size }).toEqual({ digest: digestOfFile(path), size: readFileSync(path).length });
  });

  test('of the same entries has the same bytes for ever', async () => {
    using tree = temporaryTree();
    const { digest } = await writeTar(everyKind, join(tree.path, 'a.tar'));
    expect(digest).toMatchInlineSnapshot(`"e5113c59d2edd8f2380cd28480e0b35226303c4c0d28ea77d14370b1de4699e4"`);
  });

  test.each([99, 100, 101, 155, 156, 256, 1000])('keeps a name of %i characters', async (length) => {
    using tree = temporaryTree();
    const path = `${'d'.repeat(49)}/`
      .repeat(30)
      .slice(0, length - 1)
      .concat('x');
    const link: ArchiveEntry = { path: 'link', kind: 'symlink', mode: 0o777, ...owner, target: path };
    await writeTar([{ path, kind: 'file', mode: 0o644, ...owner }, link], join(tree.path, 'a.tar'));
    expect(await listing(join(tree.path, 'a.tar'))).toEqual([
      `-rw-r--r-- 0/0 0 1980-01-01 00:00:00 ${path}`,
      `lrwxrwxrwx 0/0 0 1980-01-01 00:00:00 link -> ${path}`,
    ]);
  });

  test('keeps names beyond ASCII', async () => {
    using tree = temporaryTree();
    await writeTar([{ path: 'Zürich/東京', kind: 'file', mode: 0o644, ...owner }], join(tree.path, 'a.tar'));
    const { stdout } = await capture(['tar', '--quoting-style=literal', '-tf', join(tree.path, 'a.tar')]);
    expect(stdout).toBe('Zürich/東京\n');
  });

  test('takes large files in pieces', async () => {
    using tree = temporaryTree({ large: 'x' });
    truncateSync(join(tree.path, 'large'), 20_000_000);
    using archive = temporaryTree();
    const { size } = await writeTar(treeEntries(tree.path), join(archive.path, 'a.tar'));
    expect(size).toBe(512 + 20_000_256 + 1024);
    expect(await listing(join(archive.path, 'a.tar'))).toEqual(['-rw-r--r-- 0/0 20000000 1980-01-01 00:00:00 large']);
  });

  test('fails when a file cannot be read, and does not wait for ever', async () => {
    using tree = temporaryTree();
    const missing: ArchiveEntry = { path: 'a', kind: 'file', mode: 0o644, ...owner, content: { file: '/nowhere/a' } };
    await expect(writeTar([missing], join(tree.path, 'a.tar'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('the archive of a tree', () => {
  const files = { 'b/file': 'text', 'b/tool': 'text', a: '', B: '' };
  /** The archive itself is not among the files. */
  const digestOfTree = async (path: string): Promise<string> => {
    using archive = temporaryTree();
    return (await writeTar(treeEntries(path), join(archive.path, 'a.tar'))).digest;
  };

  test('does not depend on where the tree lies, on times and on the modes of whoever made it', async () => {
    using one = temporaryTree(files);
    using other = temporaryTree(Object.fromEntries(Object.entries(files).reverse()));
    chmodSync(join(one.path, 'b/tool'), 0o700);
    chmodSync(join(other.path, 'b/tool'), 0o755);
    chmodSync(join(one.path, 'b/file'), 0o640);
    chmodSync(join(one.path, 'b'), 0o700);
    utimesSync(join(other.path, 'b/file'), 1, 1);
    expect(await digestOfTree(one.path)).toBe(await digestOfTree(other.path));
  });

  test('changes with a name, a content, an exec bit and the target of a link', async () => {
    using tree = temporaryTree(files);
    const seen = [await digestOfTree(tree.path)];
    tree.write({ 'b/file': 'Text' });
    seen.push(await digestOfTree(tree.path));
    chmodSync(join(tree.path, 'b/file'), 0o755);
    seen.push(await digestOfTree(tree.path));
    symlinkSync('a', join(tree.path, 'link'));
    seen.push(await digestOfTree(tree.path));
    expect(new Set(seen).size).toBe(seen.length);
    expect([...treeEntries(tree.path)].map(({ path, kind, mode }) => `${mode.toString(8)} ${kind} ${path}`)).toEqual([
      ...['644 file B', '644 file a', '755 directory b', '755 file b/file', '644 file b/tool', '777 symlink link'],
    ]);
  });
});
