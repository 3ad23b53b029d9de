import { readFileSync, realpathSync, statSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, isAbsolute, join } from 'node:path';
import type { Metafile, OnResolveResult, PartialMessage, Plugin } from 'esbuild';
import { Failure } from '../base/failure.ts';
import { placeAt } from '../base/place.ts';
import { guarded, guardOf, isMachine } from './guard.ts';

/** The real path of each file that was imported, by the path that its import names; links may make the two differ. */
export type Resolved = Map<string, string>;

/** Its messages have their hints as notes. */
export const exactImports = 'exact-imports';

/**
 * Resolves what recipes import so that nothing but the named file itself decides: an import is `#mk` or `#mk/image`, a module
 * of Node, or names a file exactly. No ending is tried, and no package.json, tsconfig.json or node_modules is looked at, for
 * a bundle must be known to be stale when any import means another file. The engine's own modules are left to esbuild.
 */
export function importsOf(engineRoot: string, entry: string, resolved: Resolved): Plugin {
  const doors: Readonly<Record<string, string>> = {
    '#mk': join(engineRoot, 'src/recipe/index.ts'),
    '#mk/image': join(engineRoot, 'src/image/index.ts'),
  };
  const engine = `${engineRoot}/src/`;
  const ofRecipes = new Set([entry]);
  const find = (path: string, importer: string): OnResolveResult => {
    if (!isAbsolute(path) && !/^\.\.?\//.test(path)) return refused(path, "name a file, as in './lib.ts', or '#mk'");
    const named = isAbsolute(path) ? path : join(dirname(importer), path);
    if (!isFile(named)) return refused(path, hintFor(path, named));
    const real = realpathSync(named);
    if (real.startsWith(engine)) return refused(path, "import from '#mk' or '#mk/image'");
    resolved.set(named, real);
    ofRecipes.add(real);
    return { path: real };
  };
  return {
    name: exactImports,
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^/ }, ({ path, importer }) => {
        const door = doors[path];
        if (door !== undefined) return { path: door };
        if (!ofRecipes.has(importer)) return undefined;
        if (isMachine(path)) return { path, namespace: guarded };
        return isBuiltin(path) ? { path, external: true } : find(path, importer);
      });
      onLoad({ filter: /^/, namespace: guarded }, ({ path }) => ({ contents: guardOf(path) }));
    },
  };
}

const refused = (path: string, hint: string | undefined): OnResolveResult => {
  const notes: PartialMessage['notes'] = hint === undefined ? [] : [{ text: hint }];
  return { errors: [{ text: `Could not resolve "${path}"`, notes }] };
};

/** What a bundler would have tried. */
function hintFor(path: string, named: string): string | undefined {
  const [bare = '', bareNamed] = [path, named].map((each) => each.replace(/\.[cm]?jsx?$/, ''));
  const endings = ['.ts', '.mts', '.js', '.mjs', '.cjs', '.json', '/index.ts', '/index.js'];
  const found = endings.find((ending) => isFile(`${bareNamed}${ending}`));
  return found && `write the whole name: '${bare}${found}'`;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/** Whether every import still names the file that it named. */
export const resolvesAsBefore = (resolved: Readonly<Record<string, string>>): boolean =>
  Object.entries(resolved).every(([named, real]) => realpathSync.native(named) === real);

/** What recipes import by a computed name, of which the bundler makes a pattern: files may come to fit it any time. */
export const patternsIn = (metafile: Metafile): Failure[] =>
  Object.entries(metafile.inputs).flatMap(([input, { imports }]) => {
    const patterns = imports.filter(({ path, external }) => external === true && /^\.\.?\/.*\*/.test(path));
    return patterns.map(({ path }) => {
      const file = `/${input}`;
      const text = readFileSync(file, 'utf8');
      const start = path.slice(0, path.indexOf('*'));
      const place = placeAt(file, text, Math.max(0, text.indexOf(start)), start.length);
      const hint = 'import each file by its whole name, and choose among them';
      return new Failure('recipe-invalid', `${file}: an import cannot be computed`, { place, hint });
    });
  });
