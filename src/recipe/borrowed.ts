import { readFileSync } from 'node:fs';

/** For what recipes import from `#mk`, the module that it comes from: a style is as much a part of a recipe as its hooks. */
const styles: Readonly<Record<string, string>> = {
  autotools: 'recipe/autotools.ts',
  configure: 'recipe/autotools.ts',
  runMake: 'recipe/autotools.ts',
  makeInstall: 'recipe/autotools.ts',
  cmake: 'recipe/cmake.ts',
  kconfig: 'recipe/kconfig.ts',
  m: 'recipe/kconfig.ts',
  make: 'recipe/make.ts',
  meson: 'recipe/meson.ts',
};

/** What is the same for every recipe; the engine's epoch speaks for it. */
const neutral = new Set(['recipe', 'compareVersions', 'greatestVersion']);

const allStyles = [...new Set(Object.values(styles))];

/**
 * The modules of the engine, relative to its src/, that `file` makes part of its recipe with imports of these `doors`.
 * Its text is searched, not parsed: where any mention of `#mk` is not a plain import of names, all styles are taken.
 */
export function borrowedFrom(doors: readonly string[], file: string): readonly string[] {
  const image = doors.includes('#mk/image') ? ['image/index.ts'] : [];
  const imports = doors.filter((door) => door === '#mk').length;
  if (imports === 0) return image;
  const text = readFileSync(file, 'utf8');
  const clauses = [...text.matchAll(plainImport)];
  const mentions = [...text.matchAll(/['"`]#mk['"`]/g)];
  const values = clauses.flatMap(([, type, names = '']) => (type === undefined ? [names] : []));
  // Fewer clauses than imports: one of them is written with escapes.
  if (clauses.length < mentions.length || values.length < imports) return [...image, ...allStyles];
  return [...image, ...values.flatMap(namesIn).flatMap(modulesOf)];
}

/** Nothing but names between the braces: no comment, no quote, no escape. */
const plainImport = /(?<![\w$.])(?:import|export)\s*(type\s*)?\{([\w$\s,]*)\}\s*from\s*['"]#mk['"]/g;

/** `a, b as c, type D` names a and b. */
const namesIn = (clause: string): string[] =>
  clause
    .split(',')
    .map((item) => item.trim().split(/\s/)[0] ?? '')
    .filter((name) => name !== '' && name !== 'type');

function modulesOf(name: string): readonly string[] {
  if (neutral.has(name)) return [];
  const style = styles[name];
  // A name that is not known may be a style.
  return style === undefined ? allStyles : [style];
}

/** Whether a module of the engine can be part of a recipe at all. */
export const isBorrowed = (file: string): boolean => allStyles.includes(file) || file.startsWith('image/');
