import { renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { failuresOf } from '../../../src/base/failure.ts';
import { openRecipes } from '../../../src/recipe/load.ts';
import { type Files, type TemporaryTree, temporaryTree } from '../../support/tree.ts';

const engineRoot = join(import.meta.dirname, '../../..');

async function load({ path }: TemporaryTree) {
  const packages = new Map([['a', join(path, 'pkg/a')]]);
  const { recipe, digest } = (await openRecipes(packages, engineRoot, join(path, 'cache'))).load('a', {} as never);
  return { license: recipe.license, digest };
}

const importing = (specifier: string) => `import { v } from '${specifier}';\nexport default { license: v };\n`;
const is = (value: string) => `export const v = '${value}';\n`;

function relink(target: string, path: string) {
  rmSync(path, { force: true });
  symlinkSync(target, path);
}

test.each<[string, Files, { readonly before: (root: string) => void; readonly change: (root: string) => void }]>([
  [
    'a module is a link that is pointed elsewhere',
    { 'pkg/a/build.ts': importing('../../lib/v.ts'), 'lib/1.ts': is('1'), 'lib/2.ts': is('2') },
    {
      before: (root) => relink('1.ts', join(root, 'lib/v.ts')),
      change: (root) => relink('2.ts', join(root, 'lib/v.ts')),
    },
  ],
  [
    'a directory on the way to a module is a link that is pointed elsewhere',
    { 'pkg/a/build.ts': importing('../../lib/v.ts'), 'one/v.ts': is('1'), 'two/v.ts': is('2') },
    { before: (root) => relink('one', join(root, 'lib')), change: (root) => relink('two', join(root, 'lib')) },
  ],
  [
    'a directory is moved and a link left in its place, and its module imports from above',
    {
      'pkg/a/build.ts': importing('../../lib/v.ts'),
      'lib/v.ts': `export { v } from '../w.ts';\n`,
      'w.ts': is('1'),
      'other/w.ts': is('2'),
    },
    {
      before: () => undefined,
      change(root) {
        renameSync(join(root, 'lib'), join(root, 'other/lib'));
        relink('other/lib', join(root, 'lib'));
      },
    },
  ],
  [
    'its build.ts is a link that is pointed elsewhere',
    {
      'pkg/a/x': '',
      'pkg/b/1.ts': `${importing('./v.ts')}`,
      'pkg/b/v.ts': is('1'),
      'pkg/b/2.ts': `export default { license: '2' };`,
    },
    {
      before: (root) => relink('../b/1.ts', join(root, 'pkg/a/build.ts')),
      change: (root) => relink('../b/2.ts', join(root, 'pkg/a/build.ts')),
    },
  ],
])('a recipe is read again when %s', async (_what, files, { before, change }) => {
  using tree = temporaryTree(files);
  before(tree.path);
  const first = await load(tree);
  expect(first.license).toBe('1');
  expect(await load(tree)).toEqual(first);
  change(tree.path);
  const second = await load(tree);
  expect(second.license).toBe('2');
  expect(second.digest).not.toBe(first.digest);
});

test('an import means the named file, whatever is added beside it', async () => {
  using tree = temporaryTree({
    'pkg/a/build.ts': `import '../../lib/effect.ts';\nimport { v } from '../../lib/v.js';\nexport default { license: v + globalThis.effect };\n`,
    'lib/v.js': is('1'),
    'lib/effect.ts': 'Object.assign(globalThis, { effect: 1 });\n',
  });
  const first = await load(tree);
  expect(first.license).toBe('11');
  tree.write({
    'lib/v.ts': is('2'),
    'lib/v.js.ts': is('3'),
    'lib/package.json': '{ "sideEffects": false, "type": "commonjs" }',
    'tsconfig.json':
      '{ "compilerOptions": { "paths": { "*": ["./lib/v.ts"] }, "target": "es5", "verbatimModuleSyntax": true } }',
  });
  rmSync(join(tree.path, 'cache'), { recursive: true });
  expect(await load(tree)).toEqual(first);
});

test.each<[string, string, string | undefined]>([
  ['without an ending', '../../lib/v', "write the whole name: '../../lib/v.ts'"],
  ['of a directory', '../../lib/in', "write the whole name: '../../lib/in/index.ts'"],
  ['with the ending that its JavaScript would have', '../../lib/v.js', "write the whole name: '../../lib/v.ts'"],
  ['that a tsconfig.json explains', '@lib/v', "name a file, as in './lib.ts', or '#mk'"],
  ['that a package.json explains', '#lib', "name a file, as in './lib.ts', or '#mk'"],
  ['of a library', 'library', "name a file, as in './lib.ts', or '#mk'"],
  ["of the engine's own modules", join(engineRoot, 'src/recipe/make.ts'), "import from '#mk' or '#mk/image'"],
  ['of nothing', './none.ts', undefined],
])('an import %s is refused with its line and what to write', async (_what, specifier, hint) => {
  using tree = temporaryTree({
    'pkg/a/build.ts': `// first\n${importing(specifier)}`,
    'lib/v.ts': is('1'),
    'lib/in/index.ts': is('1'),
    'tsconfig.json': '{ "compilerOptions": { "paths": { "@lib/*": ["./lib/*.ts"] } } }',
    'package.json': '{ "imports": { "#lib": "./lib/v.ts" } }',
    'node_modules/library/index.js': is('1'),
  });
  const [failure] = failuresOf(await load(tree).catch((error: unknown) => error)) ?? [];
  const file = join(tree.path, 'pkg/a/build.ts');
  expect(failure?.message).toBe(`${file}: Could not resolve "${specifier}"`);
  expect(failure?.place).toMatchObject({ file, line: 2 });
  expect(failure?.hint).toBe(hint);
});

test.each(['require(`../../lib/${name}.ts`).v', "require('../../none/' + name + '.ts').v"])(
  'an import of a computed name is refused: %s',
  async (expression) => {
    using tree = temporaryTree({
      'pkg/a/build.ts': `const name = 'v';\nexport default { license: ${expression} };\n`,
      'lib/v.ts': is('1'),
      'none/x': '',
    });
    const [failure] = failuresOf(await load(tree).catch((error: unknown) => error)) ?? [];
    const file = join(tree.path, 'pkg/a/build.ts');
    expect(failure?.message).toBe(`${file}: an import cannot be computed`);
    expect(failure?.place).toMatchObject({ file, line: 2 });
  },
);
