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

/** The modules of the engine, relative to its src/, that `file` makes part of its recipe with an import of `door`. */
export function borrowedFrom(door: string | undefined, file: string): readonly string[] {
  if (door === '#mk/image') return ['image/index.ts'];
  if (door !== '#mk') return [];
  const clauses = [
    ...readFileSync(file, 'utf8').matchAll(/\b(?:import|export)\s+(type\s)?([^'";]*?)\s*from\s*['"]#mk['"]/g),
  ];
  const names = clauses.flatMap(([, type, clause = '']) => (type === undefined ? namesIn(clause) : []));
  return names.flatMap((name) => {
    if (neutral.has(name)) return [];
    const style = styles[name];
    // Whoever takes everything may use anything.
    return style === undefined ? allStyles : [style];
  });
}

/** `{ a, b as c, type D }` names a and b; `* as mk` names what is no export. */
const namesIn = (clause: string): string[] =>
  clause
    .replace(/[{}]/g, '')
    .split(',')
    .map((item) => item.trim().split(/\s/)[0] ?? '')
    .filter((name) => name !== '' && name !== 'type');

/** Whether a module of the engine can be part of a recipe at all. */
export const isBorrowed = (file: string): boolean => allStyles.includes(file) || file.startsWith('image/');
