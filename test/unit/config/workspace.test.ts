import { mkdirSync, symlinkSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openWorkspace, refuseBuildInside } from '../../../src/config/workspace.ts';
import { temporaryTree } from '../../support/tree.ts';

const repository = {
  'repo/pkg/zlib/build.ts': '',
  'repo/pkg/notes/README': '',
  'repo/pkg/.hidden/build.ts': '',
  'repo/board/rpi/TOOLCHAIN': '',
  'repo/board/README': '',
  'repo/product/router/ROOTFS': '',
};

/** A repository and a build directory beside it, opened as `mk` does. */
function workspaceOf(path: string, layers: readonly string[] = [], env: Readonly<Record<string, string>> = {}) {
  mkdirSync(join(path, 'work'), { recursive: true });
  return openWorkspace({ root: join(path, 'repo'), layers, cwd: join(path, 'work'), env });
}

test('boards and products are directories; packages are directories with a build.ts', () => {
  using tree = temporaryTree(repository);
  expect(workspaceOf(tree.path)).toMatchObject({
    boards: ['rpi'],
    products: ['router'],
    packages: new Map([['zlib', join(tree.path, 'repo/pkg/zlib')]]),
  });
});

test('everything that is generated goes below the current directory', () => {
  using tree = temporaryTree(repository);
  const work = join(tree.path, 'work');
  expect(workspaceOf(tree.path)).toMatchObject({
    buildDir: work,
    downloadDir: join(work, 'download'),
    sourcesDir: join(work, 'src'),
  });
});

describe('a further tree', () => {
  test('adds boards, products and packages, and replaces packages of the same name', () => {
    using tree = temporaryTree({
      ...repository,
      'own/pkg/zlib/build.ts': '',
      'own/pkg/app/build.ts': '',
      'own/board/custom/TOOLCHAIN': '',
    });
    const { boards, products, packages } = workspaceOf(tree.path, ['../own']);
    expect(boards).toEqual(['custom', 'rpi']);
    expect(products).toEqual(['router']);
    expect([...packages]).toEqual([
      ['app', join(tree.path, 'own/pkg/app')],
      ['zlib', join(tree.path, 'own/pkg/zlib')],
    ]);
  });

  test.each(['../nowhere', '../repo/pkg'])('%s that has none of pkg, board and product is refused', (layer) => {
    using tree = temporaryTree(repository);
    expect(() => workspaceOf(tree.path, [layer])).toThrow(expect.objectContaining({ code: 'usage' }));
  });
});

describe('the store', () => {
  const storeDir = (env: Readonly<Record<string, string>>) => {
    using tree = temporaryTree(repository);
    return workspaceOf(tree.path, [], env).storeDir.replace(tree.path, '…');
  };

  test('is where MK_STORE says, from the current directory', () => {
    expect(storeDir({ MK_STORE: '/big/store', XDG_CACHE_HOME: '/cache' })).toBe('/big/store');
    expect(storeDir({ MK_STORE: '../store' })).toBe('…/store');
  });

  test("is else in the user's cache directory", () => {
    expect(storeDir({ XDG_CACHE_HOME: '/cache' })).toBe('/cache/mk');
    expect(storeDir({ XDG_CACHE_HOME: 'not-absolute' })).toBe(join(homedir(), '.cache/mk'));
    expect(storeDir({ MK_STORE: '' })).toBe(join(homedir(), '.cache/mk'));
  });
});

describe('building inside a tree', () => {
  test.each(['repo', 'repo/pkg', 'own'])('is refused in %s', (dir) => {
    using tree = temporaryTree({ ...repository, 'own/pkg/app/build.ts': '' });
    const workspace = openWorkspace({
      root: join(tree.path, 'repo'),
      layers: [join(tree.path, 'own')],
      cwd: join(tree.path, dir),
      env: {},
    });
    expect(() => refuseBuildInside(workspace)).toThrow(expect.objectContaining({ code: 'usage' }));
  });

  test('is refused also when a symbolic link leads there', () => {
    using tree = temporaryTree(repository);
    symlinkSync('repo', join(tree.path, 'link'));
    const workspace = openWorkspace({
      root: join(tree.path, 'repo'),
      layers: [],
      cwd: join(tree.path, 'link'),
      env: {},
    });
    expect(() => refuseBuildInside(workspace)).toThrow(/is inside/);
  });

  test('is fine beside it, also in a directory whose name starts the same', () => {
    using tree = temporaryTree({ ...repository, 'repo-build/x': '' });
    const cwd = join(tree.path, 'repo-build');
    refuseBuildInside(openWorkspace({ root: join(tree.path, 'repo'), layers: [], cwd, env: {} }));
  });
});
