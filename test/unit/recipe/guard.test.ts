import { join } from 'node:path';
import { expect, test } from 'vitest';
import { failuresOf } from '../../../src/base/failure.ts';
import { openRecipes } from '../../../src/recipe/load.ts';
import { temporaryTree } from '../../support/tree.ts';

const engineRoot = join(import.meta.dirname, '../../..');

async function load(text: string) {
  using tree = temporaryTree({ 'pkg/a/build.ts': text });
  const packages = new Map([['a', join(tree.path, 'pkg/a')]]);
  const recipes = await openRecipes(packages, engineRoot, join(tree.path, 'cache'));
  try {
    return recipes.load('a', {} as never).recipe;
  } catch (error) {
    return failuresOf(error)?.[0];
  }
}

test.each([
  [
    'reads a file',
    `import { readFileSync } from 'node:fs';\nexport default { license: readFileSync('/etc/hostname', 'utf8') };\n`,
  ],
  [
    'reads a file by the old name',
    `import fs from 'fs';\nexport default { license: fs.readFileSync('/etc/hostname', 'utf8') };\n`,
  ],
  [
    'reads a file with require',
    `const fs = require('fs');\nexport default { license: fs.readFileSync('/etc/hostname', 'utf8') };\n`,
  ],
  [
    'reads a file in its function',
    `import * as fs from 'node:fs';\nexport default () => ({ license: fs.readFileSync('/etc/hostname', 'utf8') });\n`,
  ],
  ['asks the machine', `import { hostname } from 'node:os';\nexport default { license: hostname() };\n`],
  [
    'runs a program',
    `import { execSync } from 'node:child_process';\nexport default { license: execSync('id -un') };\n`,
  ],
])('a recipe that %s while it is evaluated is refused with its line', async (_what, text) => {
  const found = await load(text);
  expect(found).toMatchObject({ code: 'recipe-invalid', place: { line: 2 } });
  expect(found).toHaveProperty('message', expect.stringMatching(/^a: \w+ of (node:)?\w+ is for hooks/));
});

test('a recipe may import for its hooks what reaches the machine, and use what does not', async () => {
  const text = `import { constants, statSync } from 'node:fs';
import { promises } from 'fs';
import { basename } from 'node:path';
export default { license: basename('a/MIT'), deploy() { return [statSync, promises, constants]; } };
`;
  expect(await load(text)).toMatchObject({ license: 'MIT' });
});
