import { chmodSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { failuresOf } from '../../../src/base/failure.ts';
import type { Config } from '../../../src/recipe/config.ts';
import { openRecipes } from '../../../src/recipe/load.ts';
import { failuresFrom } from '../../support/recipes.ts';
import { type Files, type TemporaryTree, temporaryTree } from '../../support/tree.ts';

const engineRoot = join(import.meta.dirname, '../../..');
const config = { board: 'toy' } as Config;

/** The recipes of the packages that have a build.ts below pkg. */
function open(tree: TemporaryTree, names: readonly string[]) {
  const packages = new Map(names.map((name) => [name, join(tree.path, 'pkg', name)]));
  return openRecipes(packages, engineRoot, join(tree.path, 'cache'));
}

const plain = `import { recipe } from '#mk';\nexport default recipe({ license: 'MIT' });\n`;

/** Digests of the recipe \`a\` before and after a change of its files. */
async function digests(files: Files, change: (tree: TemporaryTree) => void): Promise<readonly [string, string]> {
  using tree = temporaryTree({ 'pkg/a/build.ts': plain, ...files });
  for (const link of ['x.ts', 'y.ts'])
    if ('lib/1/x.ts' in files) symlinkSync(`../../lib/1/${link}`, join(tree.path, 'pkg/a', link));
  const digest = async () => (await open(tree, ['a'])).load('a', config).digest;
  const before = await digest();
  change(tree);
  return [before, await digest()];
}

describe('the digest of a recipe moves with', () => {
  test.each<[string, Files, (tree: TemporaryTree) => void]>([
    ['its text', {}, ({ write }) => write({ 'pkg/a/build.ts': `${plain}// more\n` })],
    ['a file beside it', { 'pkg/a/x/y': '1' }, ({ write }) => write({ 'pkg/a/x/y': '2' })],
    ['a new file beside it', {}, ({ write }) => write({ 'pkg/a/0001-mend.patch': '' })],
    ['the permission to execute a file', { 'pkg/a/run': '' }, ({ path }) => chmodSync(join(path, 'pkg/a/run'), 0o755)],
    ['a link', {}, ({ path }) => symlinkSync('build.ts', join(path, 'pkg/a/link'))],
    [
      'a module elsewhere that it imports, directly or not',
      {
        'pkg/a/build.ts': `import { license } from '../b/one.ts';\nexport default { license };\n`,
        'pkg/b/one.ts': `export { license } from './two.ts';\n`,
        'pkg/b/two.ts': `export const license = 'MIT';\n`,
      },
      ({ write }) => write({ 'pkg/b/two.ts': `export const license = 'ISC';\n` }),
    ],
    [
      'two modules elsewhere that swap their places',
      {
        'pkg/a/build.ts': `import { v as a } from '../../lib/x.ts';\nimport { v as b } from '../../lib/y.ts';\nexport default { license: a + b };\n`,
        'lib/x.ts': `export const v = 'x';\n`,
        'lib/y.ts': `export const v = 'y';\n`,
      },
      ({ path }) => {
        renameSync(join(path, 'lib/x.ts'), join(path, 'lib/z.ts'));
        renameSync(join(path, 'lib/y.ts'), join(path, 'lib/x.ts'));
        renameSync(join(path, 'lib/z.ts'), join(path, 'lib/y.ts'));
      },
    ],
    [
      'modules behind two links that swap their places',
      {
        'pkg/a/build.ts': `import { v as a } from './x.ts';\nimport { v as b } from './y.ts';\nexport default { license: a + b };\n`,
        'lib/1/x.ts': `export const v = 'x';\n`,
        'lib/1/y.ts': `export const v = 'y';\n`,
        'lib/2/x.ts': `export const v = 'y';\n`,
        'lib/2/y.ts': `export const v = 'x';\n`,
      },
      ({ path }) => {
        renameSync(join(path, 'lib/1'), join(path, 'lib/0'));
        renameSync(join(path, 'lib/2'), join(path, 'lib/1'));
      },
    ],
    [
      'modules that have names like those that editors leave',
      {
        'pkg/a/build.ts': `import { v } from './gen~/v.ts';\nimport { w } from './sub/.#w.ts';\nexport default { license: v + w };\n`,
        'pkg/a/gen~/v.ts': `export const v = 'v';\n`,
        'pkg/a/sub/.#w.ts': `export const w = 'w';\n`,
      },
      ({ write }) => write({ 'pkg/a/sub/.#w.ts': `export const w = 'x';\n` }),
    ],
    [
      'a file with a tilde or a swap that no editor leaves',
      {},
      ({ write }) => write({ 'pkg/a/~x': '', 'pkg/a/x.swp': '' }),
    ],
  ])('%s', async (_what, files, change) => {
    const [before, after] = await digests(files, change);
    expect(after).not.toBe(before);
  });
});

describe('the digest of a recipe does not move with', () => {
  test.each<[string, Files, (tree: TemporaryTree) => void]>([
    ['another package', { 'pkg/b/build.ts': plain }, ({ write }) => write({ 'pkg/b/build.ts': `${plain}//` })],
    [
      'what editors leave beside its files',
      { 'pkg/a/x/y': '' },
      ({ path, write }) => {
        for (const name of ['build.ts~', '.build.ts.swp', '.#build.ts', '#build.ts#', '4913', 'x/.y.swo', 'x/y~'])
          write({ [`pkg/a/${name}`]: 'scratch' });
        rmSync(join(path, 'pkg/a/.#build.ts'));
        symlinkSync('me@host.1', join(path, 'pkg/a/.#build.ts'));
      },
    ],
    ['permissions that git does not keep', {}, ({ path }) => chmodSync(join(path, 'pkg/a/build.ts'), 0o600)],
  ])('%s', async (_what, files, change) => {
    const [before, after] = await digests(files, change);
    expect(after).toBe(before);
  });

  test('the place where it lies', async () => {
    const files = {
      'pkg/a/build.ts': `import { license } from '../b/one.ts';\nexport default { license };\n`,
      'pkg/b/one.ts': `export const license = 'MIT';\n`,
    };
    expect((await digests(files, () => undefined))[0]).toBe((await digests(files, () => undefined))[0]);
  });
});

describe('a recipe', () => {
  test('may be a function of the configuration', async () => {
    using tree = temporaryTree({ 'pkg/a/build.ts': 'export default ({ board }) => ({ depends: [board] });\n' });
    expect((await open(tree, ['a'])).load('a', config).recipe).toEqual({ depends: ['toy'] });
  });

  test('that throws is a failure with the place in its text', async () => {
    using tree = temporaryTree({
      'pkg/a/build.ts': `export default () => {\n  const list: string[] = [];\n  return { license: list[0]!.trim() };\n};\n`,
    });
    const recipes = await open(tree, ['a']);
    const [failure] = await failuresFrom((async () => recipes.load('a', config))());
    expect(failure).toMatchObject({
      code: 'recipe-invalid',
      place: { file: join(tree.path, 'pkg/a/build.ts'), line: 3 },
    });
    expect(failure?.message).toMatch(/^a: Cannot read properties of undefined/);
  });

  test.each([
    ['with a syntax error', 'export default {\n  depends: [\n};\n', 3],
    ['that imports what there is not', `import { recipee } from '#mk';\nexport default recipee({});\n`, 1],
  ])('%s is reported together with all others of its kind', async (_what, text, line) => {
    using tree = temporaryTree({ 'pkg/a/build.ts': text, 'pkg/b/build.ts': plain, 'pkg/c/build.ts': text });
    const failures = failuresOf(await open(tree, ['a', 'b', 'c']).catch((error: unknown) => error)) ?? [];
    const places = failures.map(({ code, place }) => [code, place?.file.slice(tree.path.length), place?.line]).sort();
    expect(places).toEqual([
      ['recipe-invalid', '/pkg/a/build.ts', line],
      ['recipe-invalid', '/pkg/c/build.ts', line],
    ]);
  });
});
