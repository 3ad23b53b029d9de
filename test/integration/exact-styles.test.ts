import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ends, installs, reasonOf, repositoryCopy, toy, workspace } from '../support/workspace.ts';

const styled = (style: string, name: string) =>
  `import { ${style} } from '#mk';\nexport default ${style}({ build() {}, ${installs(`share/${name}`, `'${name}'`)} });\n`;

test('a style is part of the recipes that use it, and an image library of those that make images', async () => {
  await using ws = await workspace({
    'pkg/plain/build.ts': toy(installs('share/plain', "'plain'")),
    'pkg/made/build.ts': styled('make', 'made'),
    'pkg/configured/build.ts': styled('kconfig', 'configured'),
    'pkg/packed/build.ts': `import { sizeText } from '#mk/image';\n${toy(installs('share/packed', 'sizeText(1)'))}`,
  });
  const root = repositoryCopy(ws);
  const build = () => ws.start(['toy', 'box', '--layer', ws.layer], { root }).ended;
  const edit = (file: string) => {
    const path = join(root, 'src', file);
    writeFileSync(path, `${readFileSync(path, 'utf8')}// changed\n`);
  };
  const first = await build();
  expect(first.status, first.stderr).toBe(0);

  edit('recipe/kconfig.ts');
  const second = await build();
  expect(ends(second, 'built')).toEqual(['configured']);
  expect(reasonOf(second, 'configured')).toContain('kconfig.ts');

  edit('recipe/make.ts');
  expect(ends(await build(), 'built')).toEqual(['made']);

  edit('image/archive.ts');
  expect(ends(await build(), 'built')).toEqual(['packed']);

  edit('recipe/recipe.ts');
  expect(ends(await build(), 'built')).toEqual([]);
});
