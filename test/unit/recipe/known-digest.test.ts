import { chmodSync, mkdirSync, renameSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { digestOf } from '../../../src/base/digest.ts';
import { isCurrent, keepDigest } from '../../../src/recipe/known-digest.ts';
import { temporaryTree } from '../../support/tree.ts';

const files = {
  'pkg/a/build.ts': 'one',
  'pkg/a/patches/1.patch': 'patch',
  'lib/x.ts': 'module',
  'pkg/b/build.ts': 'two',
};
const digest = digestOf('code');

/** Long enough after what the tests change. */
const later = () => Date.now() + 10_000;

test.each<[string, (root: string) => void]>([
  [
    'a file was written again, with the size and the times that it had',
    (root) => rewrite(join(root, 'pkg/a/build.ts')),
  ],
  ['a module was written again', (root) => rewrite(join(root, 'lib/x.ts'))],
  ['a module is gone', (root) => rmSync(join(root, 'lib/x.ts'))],
  ['a file came into a directory', (root) => writeFileSync(join(root, 'pkg/a/patches/2.patch'), '')],
  ['a file came into a directory that was empty', (root) => writeFileSync(join(root, 'pkg/a/empty/file'), '')],
  ['a file is gone', (root) => rmSync(join(root, 'pkg/a/patches/1.patch'))],
  ['a file was renamed', (root) => renameSync(join(root, 'pkg/a/build.ts'), join(root, 'pkg/a/other.ts'))],
  ['a file can be executed now', (root) => chmodSync(join(root, 'pkg/a/build.ts'), 0o755)],
  ['another directory has its name', (root) => replace(join(root, 'pkg/a'), join(root, 'pkg/b'))],
])('a digest is not known any more when %s', (_, change) => {
  using tree = temporaryTree(files);
  const [dir, modules] = [join(tree.path, 'pkg/a'), [{ path: join(tree.path, 'lib/x.ts'), uses: [] }]];
  mkdirSync(join(dir, 'empty'));
  symlinkSync('build.ts', join(dir, 'link'));
  const known = keepDigest(digest, { dir, modules, started: later() });
  if (known === undefined) throw new Error('it was not kept');
  expect(known.digest).toBe(digest);
  expect(isCurrent(known, dir, modules)).toBe(true);
  expect(isCurrent(known, dir, [{ path: join(tree.path, 'lib/x.ts') }])).toBe(false);
  change(tree.path);
  expect(isCurrent(known, dir, modules)).toBe(false);
});

test('a digest of what was changed a moment ago is not kept: it may be changed again at the same time', () => {
  using tree = temporaryTree(files);
  expect(keepDigest(digest, { dir: join(tree.path, 'pkg/a'), modules: [], started: Date.now() })).toBeUndefined();
});

function rewrite(path: string): void {
  const { size, atime, mtime } = statSync(path);
  writeFileSync(path, '?'.repeat(size));
  utimesSync(path, atime, mtime);
}

function replace(path: string, by: string): void {
  rmSync(path, { recursive: true });
  renameSync(by, path);
}
