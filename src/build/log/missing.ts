import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { HookPaths } from '../action.ts';
import type { Need } from './rule.ts';

/** Something that a build lacks. */
export interface Missing {
  /** Where a deploy tree would have it, the likeliest first. */
  readonly paths: readonly string[];
  /** A program runs on the build machine, everything else is of the kind of package that is built. */
  readonly isProgram: boolean;
}

/** Finds a package that has one of these; undefined for none. */
export type FindProvider = (missing: Missing) => { readonly package: string; readonly path: string } | undefined;

/** A name of which no part leads elsewhere. */
const harmless = (name: string): boolean =>
  name.length < 200 && !name.split('/').includes('..') && !name.startsWith('/');

function missingFor({ kind, name }: NonNullable<Need>): Missing {
  const pkgConfig = (of: string) => ['lib', 'share'].map((dir) => `${dir}/pkgconfig/${of}.pc`);
  const lower = name.toLowerCase();
  const paths = {
    header: [`include/${name}`],
    library: [`lib/lib${name}.so`, `lib/lib${name}.a`],
    'pkg-config': [...pkgConfig(name), `lib/lib${name.replace(/^lib/, '')}.so`, `lib/lib${name.replace(/^lib/, '')}.a`],
    program: [`bin/${name}`],
    'cmake-package': [
      `lib/cmake/${name}/${name}Config.cmake`,
      `lib/cmake/${lower}/${lower}-config.cmake`,
      ...pkgConfig(lower),
      `lib/lib${lower}.so`,
      `lib/lib${lower}.a`,
      `include/${lower}.h`,
    ],
  }[kind];
  return { paths, isProgram: kind === 'program' };
}

/** What the reader can do about something missing, as an instruction; undefined where nobody knows. */
export function remedyFor(
  need: Need,
  { findProvider, paths, recipe }: { findProvider?: FindProvider | undefined; paths: HookPaths; recipe: string },
): string | undefined {
  if (need === undefined || !harmless(need.name)) return undefined;
  const missing = missingFor(need);
  const staged = missing.isProgram ? paths.toolchainDir : paths.sysroot;
  // What is there, and not found all the same, is no missing dependency.
  if (staged !== '' && missing.paths.some((path) => existsSync(join(staged, path)))) return undefined;
  const provider = findProvider?.(missing);
  if (provider !== undefined) return `${provider.package} provides ${provider.path}: add it to "depends" of ${recipe}`;
  if (!missing.isProgram) return undefined;
  return `if ${need.name} is a program of the build machine, add it to "programs" of ${recipe}; if a package makes it, to "depends"`;
}
