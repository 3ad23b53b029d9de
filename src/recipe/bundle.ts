import { readFileSync, statSync, utimesSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Message, Metafile } from 'esbuild';
import { type Digest, digestOf } from '../base/digest.ts';
import { Failure, throwCollected } from '../base/failure.ts';
import { readIfPresent, writeAtomic } from '../base/files.ts';
import { placeAt } from '../base/place.ts';
import { type CodeFile, codeFilesOf } from './code-files.ts';
import { guarded } from './guard.ts';
import { exactImports, importsOf, patternsIn, type Resolved, resolvesAsBefore } from './imports.ts';
import type { KnownDigest } from './known-digest.ts';
import { isWhole, publish, type Sizes } from './publish.ts';

/** All recipes as one JavaScript module whose default export has a lazy thunk for each, which evaluates it at once. */
export interface RecipeBundle {
  /** The module, alone in its directory with its source map. */
  readonly path: string;
  /** For each package, the files that it is made of. */
  readonly codeFiles: Readonly<Record<string, readonly CodeFile[]>>;
  /** Every file that is in it, as it was then. */
  readonly inputs: Readonly<Record<string, FileStamp>>;
  /** What the paths of all imports led to. */
  readonly resolved: Readonly<Record<string, string>>;
  /** Names of recipes whose modules are known to come to their end. */
  readonly sound: readonly string[];
  /** Digests of the code of recipes, by name, that were made of the files that are in it. */
  readonly digests: Readonly<Record<string, KnownDigest>>;
  /** Adds to these two, for the next run. */
  keep(sound: readonly string[], digests: ReadonlyMap<string, KnownDigest>): void;
}

/** Times in milliseconds. What a file holds cannot change without its change time, which nobody can set. */
interface FileStamp {
  readonly time: number;
  readonly changeTime: number;
  readonly inode: number;
  readonly size: number;
}

const day = 24 * 3600 * 1000;

interface Stamp {
  readonly entry: Digest;
  readonly bundle: Omit<RecipeBundle, 'keep'>;
  readonly sizes: Sizes;
}

const moduleName = 'recipes.mjs';

/**
 * Bundles the build.ts of every package, or finds the bundle made before from the same files.
 * Syntax errors and unknown imports are reported for all recipes at once.
 */
export async function bundleRecipes(
  packages: ReadonlyMap<string, string>,
  engineRoot: string,
  cacheDir: string,
): Promise<RecipeBundle> {
  const entry = entryText(packages);
  const name = digestOf(`${entry}\n${engineRoot}`);
  const stampFile = join(cacheDir, `${name}.json`);
  const known = parseStamp(readIfPresent(stampFile));
  const write = (stamp: Stamp) => writeAtomic(stampFile, JSON.stringify(stamp));
  if (known !== undefined && isFresh(known)) return keeping(known, write);

  const { text, map, metafile, inputs, resolved, isCertain } = await runUndisturbed(entry, engineRoot);
  const bundleDir = join(cacheDir, digestOf(text));
  const codeFiles = codeFilesOf(packages, metafile, engineRoot);
  const bundle = { path: join(bundleDir, moduleName), codeFiles, inputs, resolved, sound: [], digests: {} };
  const sizes = publish(bundleDir, { [moduleName]: text, [`${moduleName}.map`]: map });
  const stamp: Stamp = { entry: digestOf(entry), bundle, sizes };
  if (isCertain) write(stamp);
  return keeping(stamp, isCertain ? write : () => {});
}

function keeping({ bundle, ...stamp }: Stamp, write: (stamp: Stamp) => void): RecipeBundle {
  const keep: RecipeBundle['keep'] = (names, digests) =>
    write({
      ...stamp,
      bundle: {
        ...bundle,
        sound: [...new Set([...bundle.sound, ...names])].sort(),
        digests: { ...bundle.digests, ...Object.fromEntries(digests) },
      },
    });
  return { ...inUse(bundle), keep };
}

/** Whether a file that is in the bundle still is what it was then. */
export function isUnchanged({ inputs }: Pick<RecipeBundle, 'inputs'>, path: string): boolean {
  const [then, now] = [inputs[path], fileStamp(path)];
  return (
    now.time === then?.time && now.changeTime === then.changeTime && now.inode === then.inode && now.size === then.size
  );
}

/** How far the clock of the file system may lag behind ours. */
const clockStep = 20;

/** Bundles again when a file was written meanwhile: nobody knows which of its contents was read. */
async function runUndisturbed(entry: string, engineRoot: string, attempts = 3) {
  const started = Date.now();
  const made = await runEsbuild(entry, engineRoot);
  const inputs = Object.fromEntries(inputPaths(made.metafile, engineRoot).map((path) => [path, fileStamp(path)]));
  const [from, until] = [started - clockStep, Date.now() + clockStep];
  const isCertain = Object.values(inputs).every(({ changeTime }) => changeTime < from || changeTime > until);
  if (!isCertain && attempts > 1) return runUndisturbed(entry, engineRoot, attempts - 1);
  return { ...made, inputs, isCertain };
}

function entryText(packages: ReadonlyMap<string, string>): string {
  const thunks = [...packages].map(
    ([name, dir]) => `  ${JSON.stringify(name)}: () => require(${JSON.stringify(join(dir, 'build.ts'))}),\n`,
  );
  return `export default {\n${thunks.join('')}};\n`;
}

function parseStamp(text: string | undefined): Stamp | undefined {
  try {
    const stamp = JSON.parse(text ?? 'null') as Stamp | null;
    const { path, codeFiles, inputs, resolved, sound, digests } = stamp?.bundle ?? {};
    const isStamp =
      [codeFiles, inputs, resolved, digests].every((each) => typeof each === 'object' && each !== null) &&
      typeof stamp?.sizes?.[moduleName] === 'number' &&
      typeof path === 'string' &&
      Array.isArray(sound);
    return isStamp ? stamp : undefined;
  } catch {
    return undefined;
  }
}

function isFresh({ bundle, sizes }: Stamp): boolean {
  try {
    return (
      isWhole(dirname(bundle.path), sizes) &&
      Object.keys(bundle.inputs).every((path) => isUnchanged(bundle, path)) &&
      resolvesAsBefore(bundle.resolved)
    );
  } catch {
    return false;
  }
}

/** What nobody has used for a month may be removed. */
function inUse<T extends Pick<RecipeBundle, 'path'>>(bundle: T): T {
  const dir = dirname(bundle.path);
  if (Date.now() - statSync(dir).mtimeMs > day) utimesSync(dir, new Date(), new Date());
  return bundle;
}

function fileStamp(path: string): FileStamp {
  const { mtimeMs, ctimeMs, ino, size } = statSync(path);
  return { time: mtimeMs, changeTime: ctimeMs, inode: ino, size };
}

async function runEsbuild(entry: string, engineRoot: string) {
  const load = createRequire(join(engineRoot, 'package.json'));
  const { build, stop } = load('esbuild') as typeof import('esbuild');
  const resolved: Resolved = new Map();
  const result = await build({
    stdin: { contents: entry, resolveDir: engineRoot, sourcefile: 'recipes.ts' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    sourcemap: 'linked',
    metafile: true,
    charset: 'utf8',
    write: false,
    outfile: '/recipes.mjs',
    absWorkingDir: '/',
    logLevel: 'silent',
    logLimit: 0,
    banner: {
      js: "import { createRequire as createRequireOfBundle } from 'node:module';\nconst require = createRequireOfBundle(import.meta.url);",
    },
    tsconfigRaw: '{}',
    plugins: [importsOf(engineRoot, join(engineRoot, 'recipes.ts'), resolved)],
  }).catch((error: { errors?: Message[] }) => {
    throwCollected((error.errors ?? []).map(failureOf));
    throw error;
  });
  // Its process would stay as long as ours.
  await stop();
  const file = (ending: string) => result.outputFiles.find(({ path }) => path.endsWith(ending))?.text ?? '';
  throwCollected([...patternsIn(result.metafile), ...waitingModules(file('.mjs'))]);
  return { text: file('.mjs'), map: file('.map'), metafile: result.metafile, resolved: Object.fromEntries(resolved) };
}

function failureOf({ text, location, notes, pluginName }: Message): Failure {
  if (location === null) return new Failure('recipe-invalid', text);
  const { line, column, length } = location;
  const file = `/${location.file}`;
  const place = { file, text: readFileSync(file, 'utf8'), line, column: column + 1, length: Math.max(1, length) };
  const hint = pluginName === exactImports ? notes[0]?.text : undefined;
  return new Failure('recipe-invalid', `${file}: ${text}`, { place, ...(hint && { hint }) });
}

/** Recipes are evaluated at once: what a module waits for would come after its recipe was wanted. */
function waitingModules(text: string): Failure[] {
  return [...text.matchAll(/^ {2}async "([^"]+)"\(\) \{$/gm)].flatMap(([, path]) => {
    const file = `/${path}`;
    const code = readFileSync(file, 'utf8');
    // Whoever imports such a module waits too, and says nothing of it.
    const at = code.search(/(?<=^(?:\S.*[^\w.])?)await\b/m);
    const place = at < 0 ? [] : [placeAt(file, code, at, 'await'.length)];
    return place.map((where) => {
      const hint = 'do in a hook what takes time, and import data as JSON or through config';
      return new Failure('recipe-invalid', `${file}: a recipe cannot use top-level await`, { place: where, hint });
    });
  });
}

/** The text of the entry is no file, nor are guards. */
const inputPaths = (metafile: Metafile, engineRoot: string): string[] =>
  Object.keys(metafile.inputs)
    .filter((path) => !path.startsWith(`${guarded}:`))
    .map((path) => `/${path}`)
    .filter((path) => path !== join(engineRoot, 'recipes.ts'));
