import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Metafile } from 'esbuild';
import { isScratch } from '../base/scratch.ts';
import { borrowedFrom, isBorrowed } from './borrowed.ts';
import type { Module } from './code.ts';
import { guarded } from './guard.ts';

/** A file that a recipe is made of. */
export interface CodeFile extends Module {
  /** Whether the files of the recipe's directory tell it already, and that it is imported. */
  readonly isOwn: boolean;
}

/** The files that each recipe is made of, without the engine's but for what a recipe takes from it as part of itself. */
export function codeFilesOf(packages: ReadonlyMap<string, string>, metafile: Metafile, engineRoot: string) {
  const codeFiles: Record<string, readonly CodeFile[]> = {};
  for (const [name, dir] of packages) codeFiles[name] = codeFilesIn(dir, metafile, engineRoot);
  return codeFiles;
}

function codeFilesIn(dir: string, metafile: Metafile, engineRoot: string): readonly CodeFile[] {
  const engine = `${engineRoot}/src/`;
  const own = `${realpathSync(dir)}/`;
  const found = new Map<string, { readonly uses: [number, string][]; isOwn: boolean }>();
  const borrowed = new Set<string>();
  const importsOf = (full: string) => metafile.inputs[full.slice(1)]?.imports ?? [];

  // In the order of the imports: a file is known by the number of its first one, wherever it lies.
  const visit = (full: string, number: number, from: string, specifier: string) => {
    if (full.startsWith(engine)) return;
    const known = found.get(full);
    const file = known ?? { uses: [], isOwn: full.startsWith(own) && !isScratch(full.slice(own.length)) };
    file.uses.push([number, specifier]);
    // Behind a link there may be another file tomorrow.
    if (join(dirname(from), specifier) !== full) file.isOwn = false;
    if (known !== undefined) return;
    const itsNumber = found.size;
    found.set(full, file);
    const imports = importsOf(full);
    for (const { path, original = path, external } of imports)
      if (external !== true && !path.startsWith(`${guarded}:`)) visit(`/${path}`, itsNumber, full, original);
    const doors = imports.flatMap(({ original = '' }) => (original.startsWith('#mk') ? [original] : []));
    for (const part of borrowedFrom(doors, full)) borrow(join(engine, part));
  };
  const borrow = (full: string) => {
    if (borrowed.has(full) || !isBorrowed(full.slice(engine.length))) return;
    borrowed.add(full);
    for (const { path } of importsOf(full)) borrow(`/${path}`);
  };
  // It may be a link to another recipe's.
  visit(realpathSync(join(dir, 'build.ts')), -1, join(own, 'build.ts'), './build.ts');
  return [
    ...[...found].map(([path, { uses, isOwn }]): CodeFile => ({ path, isOwn, ...(!isOwn && { uses }) })),
    ...[...borrowed].sort().map((path): CodeFile => ({ path, isOwn: false })),
  ];
}
