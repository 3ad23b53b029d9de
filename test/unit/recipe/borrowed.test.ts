import { join } from 'node:path';
import { expect, test } from 'vitest';
import { borrowedFrom } from '../../../src/recipe/borrowed.ts';
import { openRecipes } from '../../../src/recipe/load.ts';
import { temporaryTree } from '../../support/tree.ts';

const engineRoot = join(import.meta.dirname, '../../..');
const all = ['autotools', 'cmake', 'kconfig', 'make', 'meson'];

/** The styles that are part of a recipe with this text. */
async function stylesIn(text: string): Promise<readonly string[]> {
  using tree = temporaryTree({ 'pkg/a/build.ts': text });
  const packages = new Map([['a', join(tree.path, 'pkg/a')]]);
  const { modules } = (await openRecipes(packages, engineRoot, join(tree.path, 'cache'))).load('a', {} as never);
  return modules.flatMap(({ path }) => all.filter((style) => path.endsWith(`/src/recipe/${style}.ts`)));
}

const used = 'export default a({ build() {}, deploy() {} });\n';

test.each([
  ['with names', `import { autotools as a, type Config } from '#mk';\n${used}`],
  ['over lines', `import {\n  autotools as a,\n  recipe,\n} from '#mk';\nvoid recipe;\n${used}`],
  ['without blanks', `import{autotools as a}from"#mk";${used}`],
  ['beside one of types', `import type { Config } from '#mk';\nimport { autotools as a } from '#mk';\n${used}`],
])('a plain import %s makes its styles part of a recipe', async (_how, text) => {
  expect(await stylesIn(text)).toEqual(['autotools']);
});

test('a recipe of no style has none as part', async () => {
  expect(await stylesIn(`import { recipe as a } from '#mk';\n${used}`)).toEqual([]);
});

test.each([
  ['of everything', `import * as mk from '#mk';\nconst a = mk.autotools;\n${used}`],
  ['with a comment in its clause', `import { recipe, /* it's */ autotools as a } from '#mk';\nvoid recipe;\n${used}`],
  ['with a comment before its clause', `import /* it's "so" */ { autotools as a } from '#mk';\n${used}`],
  ['with a comment behind its clause', `import { autotools as a } /* ; */ from '#mk';\n${used}`],
  ['with a name in quotes', `import { 'autotools' as a } from '#mk';\n${used}`],
  ['with an escape in its name', `import { \\u0061utotools as a } from '#mk';\n${used}`],
  [
    'with an escape in its door',
    `import { recipe } from '#mk';\nimport { autotools as a } from '\\x23mk';\nrecipe({});${used}`,
  ],
  [
    'behind one in a comment',
    `// import make\nimport { autotools as a } from '#mk';\n${used}`.replace(' from', '/**/from'),
  ],
  ['by require', `const a = require('#mk').autotools;\n${used}`],
  [
    'by require beside a plain one',
    `import { recipe } from '#mk';\nconst a = require('#mk').autotools;\nrecipe({});${used}`,
  ],
  ['passed on', `export * from '#mk';\nimport { autotools as a } from '#mk';\n${used}`],
])('an import %s makes all styles part of a recipe', async (_how, text) => {
  expect(await stylesIn(text)).toEqual(all);
});

test('a file without a door borrows nothing', () => {
  expect(borrowedFrom([], '/absent')).toEqual([]);
});
