import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { describe, expect, test } from 'vitest';

const sourceDir = join(import.meta.dirname, '../../src');

/** Folders of src in the order in which work passes through them. */
const stages = [
  ...['base', 'report', 'recipe', 'config', 'graph', 'store', 'plan', 'fetch'],
  ...['build', 'deploy', 'image', 'run', 'update'],
];

interface Import {
  /** Both relative to src. */
  readonly from: string;
  readonly to: string;
  readonly line: number;
  /** It is gone when the program runs: `import type`, `export type … from` and `typeof import(…)`. */
  readonly isType: boolean;
}

/** What a file imports from other files of ours, in any form. */
function importsOf(from: string, text: string): Import[] {
  const statement =
    /^(?:import|export)\s+(?<type>type\s)?(?:[^;'"]*?\sfrom\s*)?['"](?<static>[^'"]+)['"]|(?<typeof>typeof\s+)?\bimport\(\s*['"](?<dynamic>[^'"]+)['"]/gm;
  return [...text.matchAll(statement)].flatMap(({ groups = {}, index }) => {
    const path = groups['static'] ?? groups['dynamic'] ?? '';
    if (!path.startsWith('.')) return [];
    const isType = (groups['type'] ?? groups['typeof']) !== undefined;
    return [{ from, to: posix.join(dirname(from), path), line: text.slice(0, index).split('\n').length, isType }];
  });
}

/** Files directly in src, what makes a target, and the commands tie the stages together. */
const stageOf = (file: string): string | undefined => {
  const [folder = '', ...rest] = file.split('/');
  return rest.length === 0 || ['make', 'commands', 'bin'].includes(folder) ? undefined : folder;
};

/** Why an import is against the rule; undefined when it is not. */
function violation({ from, to, isType }: Import): string | undefined {
  const [importer, imported] = [stageOf(from), stageOf(to)];
  if (importer === undefined || imported === 'base' || imported === importer) return undefined;
  if (imported === undefined) return 'a stage imports what ties the stages together';
  // The program inside the sandbox builds and settles in one process.
  if (from === 'build/runner.ts' && imported === 'deploy') return undefined;
  const [at, other] = [stages.indexOf(importer), stages.indexOf(imported)];
  if (at < 0 || other < 0) return 'a folder that has no place in the order';
  if (other > at) return 'nothing is imported from a later folder';
  return isType ? undefined : 'from an earlier folder only types are imported';
}

const sources = readdirSync(sourceDir, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name))
  .map((path) => ({ file: path.slice(sourceDir.length + 1), text: readFileSync(path, 'utf8') }))
  .sort((a, b) => (a.file < b.file ? -1 : 1));
const imports = sources.flatMap(({ file, text }) => importsOf(file, text));

describe('the reader of imports', () => {
  test('finds every form, and knows which are gone at run time', () => {
    const text = [
      "import { a } from './a.ts';",
      "import type { B } from '../base/b.ts';",
      'import {\n  c,\n  type D,\n} from "./c.ts";',
      "export * from './e.ts';",
      "export type * from './f.ts';",
      "import './g.ts';",
      "const h = await import('./h.ts');",
      "type I = typeof import('./i.ts');",
      "import { join } from 'node:path';",
    ].join('\n');
    expect(importsOf('plan/x.ts', text).map(({ to, line, isType }) => `${to}:${line}${isType ? ' type' : ''}`)).toEqual(
      [
        'plan/a.ts:1',
        'base/b.ts:2 type',
        'plan/c.ts:3',
        'plan/e.ts:7',
        'plan/f.ts:8 type',
        'plan/g.ts:9',
        'plan/h.ts:10',
        'plan/i.ts:11 type',
      ],
    );
  });

  test.each([
    ['plan/a.ts', 'base/b.ts', false, undefined],
    ['plan/a.ts', 'plan/b.ts', false, undefined],
    ['plan/a.ts', 'graph/b.ts', true, undefined],
    ['plan/a.ts', 'graph/b.ts', false, 'from an earlier folder only types are imported'],
    ['plan/a.ts', 'build/b.ts', true, 'nothing is imported from a later folder'],
    ['base/a.ts', 'recipe/b.ts', true, 'nothing is imported from a later folder'],
    ['plan/a.ts', 'mk.ts', true, 'a stage imports what ties the stages together'],
    ['plan/a.ts', 'other/b.ts', true, 'a folder that has no place in the order'],
    ['mk.ts', 'plan/b.ts', false, undefined],
    ['commands/a.ts', 'run/b.ts', false, undefined],
    ['build/runner.ts', 'deploy/b.ts', false, undefined],
    ['build/other.ts', 'deploy/b.ts', false, 'nothing is imported from a later folder'],
  ])('judges that %s imports %s (type: %s) as: %s', (from, to, isType, expected) => {
    expect(violation({ from, to, isType, line: 1 })).toBe(expected);
  });
});

test('data moves right and knowledge stays left: no import breaks the order of the stages', () => {
  const broken = imports.flatMap((each) => {
    const why = violation(each);
    return why === undefined ? [] : [`src/${each.from}:${each.line} imports ${each.to}: ${why}`];
  });
  expect(imports.length).toBeGreaterThan(200);
  expect(broken).toEqual([]);
});

test('every import names a file that exists', () => {
  const files = new Set(sources.map(({ file }) => file));
  expect(imports.filter(({ to }) => !files.has(to)).map(({ from, to }) => `${from}: ${to}`)).toEqual([]);
});

test('no files import values from each other in a circle', () => {
  const next = new Map(sources.map(({ file }) => [file, new Set<string>()]));
  for (const { from, to, isType } of imports) if (!isType) next.get(from)?.add(to);
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (file: string, path: readonly string[]) => {
    if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(' -> '));
    if (done.has(file) || path.includes(file)) return;
    for (const to of next.get(file) ?? []) visit(to, [...path, file]);
    done.add(file);
  };
  for (const { file } of sources) visit(file, []);
  expect(circles).toEqual([]);
});

test('a file has at most 250 lines, and a test file too', () => {
  const testDir = join(sourceDir, '../test');
  const tests = readdirSync(testDir, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => ({ file: `test/${file}`, text: readFileSync(join(testDir, file), 'utf8') }));
  const long = [...sources, ...tests].filter(({ text }) => text.split('\n').length - 1 > 250);
  expect(long.map(({ file }) => file)).toEqual([]);
});

test('a library that only some commands need is loaded by the module that wraps it, and that one only when it is used', () => {
  const wrappers: Readonly<Record<string, string>> = {
    undici: 'base/undici.ts',
    esbuild: 'recipe/bundle.ts',
    unzipper: 'build/unzip.ts',
  };
  for (const [library, wrapper] of Object.entries(wrappers)) {
    const users = sources.filter(({ text }) =>
      new RegExp(`from '${library}'`).test(text.replace(/^import type.*$/gm, '')),
    );
    expect(users.map(({ file }) => file).filter((file) => file !== wrapper)).toEqual([]);
  }
  const eager = imports.filter(({ to, isType }) => !isType && (to === 'base/undici.ts' || to === 'build/unzip.ts'));
  const texts = new Map(sources.map(({ file, text }) => [file, text.split('\n')]));
  expect(
    eager.map(({ from, line }) => texts.get(from)?.[line - 1]).filter((text) => !text?.includes('await import(')),
  ).toEqual([]);
});
