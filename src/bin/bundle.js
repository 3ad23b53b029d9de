// The engine as one cached bundle: made by esbuild when a source file changed, found again by a few stat calls.
const { createHash, randomBytes } = require('node:crypto');
const {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} = require('node:fs');
const { homedir } = require('node:os');
const { dirname, join, resolve } = require('node:path');

const entries = { cli: 'src/cli.ts', runner: 'src/build/runner.ts', hook: 'src/update/hook-worker.ts' };
/** Big libraries that few runs need: each is a file of its own. */
const libraries = ['undici', 'unzipper'];
/** The script and the style of the page that each run leaves: they work in a browser. */
const pageEntries = { page: 'src/report/page/page.ts', style: 'src/report/page/page.css' };
/** Files that decide what a bundle looks like without being in it. */
const settings = ['package.json', 'tsconfig.json', 'src/bin/bundle.js', 'node_modules/esbuild/package.json'];
/** Below a bundle's directory, what Node has compiled of it and of recipes. */
const compiledName = 'compiled';
const day = 24 * 3600 * 1000;

module.exports = { compiledName, engineDir, storeDir };

/** The store, by the same rule as src/config/workspace.ts. */
function storeDir() {
  const { MK_STORE: own, XDG_CACHE_HOME: cache } = process.env;
  if (own) return resolve(own);
  return cache?.startsWith('/') ? join(cache, 'mk') : join(homedir(), '.cache', 'mk');
}

/** The directory of the bundle made from today's sources in `root`: cli.js, runner.js, hook.js and what they need. */
async function engineDir(root) {
  const cache = cacheDir();
  const stampFile = join(cache, `${digest(root).slice(0, 16)}.json`);
  const stamp = readStamp(stampFile);
  if (stamp !== undefined && isFresh(stamp)) return inUse(stamp.dir);
  if (stamp !== undefined && hasSameContent(stamp)) {
    replaceFile(stampFile, JSON.stringify({ ...stamp, inputs: inputsOf(Object.keys(stamp.inputs)) }));
    return inUse(stamp.dir);
  }
  return makeBundle(root, cache, stampFile);
}

/** Its real path: stores may share it by a link, and one of them may go. */
function cacheDir() {
  const dir = join(storeDir(), 'engine');
  mkdirSync(dir, { recursive: true });
  return realpathSync(dir);
}

/** Undefined unless it tells of a bundle that has all its files, as long as they were: a cut one would never heal. */
function readStamp(file) {
  try {
    const stamp = JSON.parse(readFileSync(file, 'utf8'));
    const isWhole = Object.entries(stamp.files).every(([name, size]) => statSync(join(stamp.dir, name)).size === size);
    return isWhole && 'cli.js' in stamp.files && Object.values(stamp.inputs).every(({ sum }) => sum)
      ? stamp
      : undefined;
  } catch {
    return undefined;
  }
}

function isFresh({ inputs }) {
  return Object.entries(inputs).every(([path, { time, size }]) => {
    const now = statSync(path, { throwIfNoEntry: false });
    return now?.ctimeMs === time && now.size === size;
  });
}

/** A checkout of another branch and back gives the same files new times. */
function hasSameContent({ inputs }) {
  return Object.entries(inputs).every(([path, { sum }]) => existsSync(path) && digest(readFileSync(path)) === sum);
}

/** What nobody has used for a week may be removed. */
function inUse(dir) {
  if (Date.now() - statSync(dir).mtimeMs > day) {
    utimesSync(dir, new Date(), new Date());
    // It has recipes as well, of which many are not as they were.
    rmSync(join(dir, compiledName), { recursive: true, force: true });
  }
  return dir;
}

async function makeBundle(root, cache, stampFile) {
  const started = Date.now();
  const { build, stop } = require('esbuild');
  const engine = {
    absWorkingDir: root,
    outdir: '/bundle',
    bundle: true,
    // One file that asks for nothing before it needs it starts in half the time of modules.
    format: 'cjs',
    define: { 'import.meta.url': 'urlOfBundle' },
    banner: { js: "const urlOfBundle = require('node:url').pathToFileURL(__filename).href;" },
    platform: 'node',
    target: 'node24',
    sourcemap: 'linked',
    sourcesContent: false,
    metafile: true,
    write: false,
    logLevel: 'error',
    // Found from the repository when a bundle has to be made; and an optional part of unzipper that nobody has.
    external: ['esbuild', '@aws-sdk/client-s3'],
  };
  const page = {
    absWorkingDir: root,
    entryPoints: pageEntries,
    outdir: '/bundle',
    bundle: true,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    minify: true,
    // Also in a page without any other encoding.
    charset: 'ascii',
    metafile: true,
    write: false,
    logLevel: 'error',
  };
  const made = [
    await build({ ...engine, entryPoints: entries, plugins: [separateLibraries, quickWidth] }),
    await build({ ...engine, entryPoints: Object.fromEntries(libraries.map((name) => [`library-${name}`, name])) }),
    await build(page),
  ];
  await stop();
  const outputFiles = made.flatMap((each) => each.outputFiles);
  const dir = join(cache, digest(outputFiles.map(({ path, hash }) => `${path} ${hash}`).join('\n')).slice(0, 32));
  const bundle = [...outputFiles, { path: '/bundle/package.json', contents: Buffer.from('{ "type": "commonjs" }\n') }];
  publish(dir, bundle);
  const bundled = made.flatMap(({ metafile }) => Object.keys(metafile.inputs));
  const paths = [...new Set([...bundled, ...settings])].map((path) => resolve(root, path));
  const inputs = inputsOf(paths.filter((path) => existsSync(path)));
  // A file that was changed meanwhile may be in the bundle as it was before: the next run looks again.
  if (Object.values(inputs).every(({ time }) => time < started))
    replaceFile(stampFile, JSON.stringify({ dir, files: sizesOf(bundle), inputs }));
  removeOld(cache, dir);
  return dir;
}

/** They are loaded from beside the engine. */
const separateLibraries = {
  name: 'separate-libraries',
  setup: ({ onResolve }) =>
    onResolve({ filter: new RegExp(`^(${libraries.join('|')})$`) }, ({ path }) => {
      return { path: `./library-${path}.js`, external: true };
    }),
};

/**
 * What yargs measures texts with takes longer to load than all of the engine, and the texts of its help are plain; and of
 * Node's assertions it needs one.
 */
const quickWidth = {
  name: 'quick-width',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^assert$/ }, ({ path, importer }) =>
      /\/node_modules\/yargs\//.test(importer) ? { path, namespace: 'quick-assert' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'quick-assert' }, () => {
      return { contents: quickAssert };
    });
    onResolve({ filter: /^string-width$/ }, ({ path, importer }) =>
      /\/node_modules\/(yargs|cliui|wrap-ansi)\//.test(importer) ? { path, namespace: 'quick-width' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'quick-width' }, () => {
      return { contents: 'export default (text) => [...String(text)].length;' };
    });
  },
};

const quickAssert = `
const check = (holds) => { if (!holds) throw new TypeError('yargs: an assertion does not hold'); };
export const notStrictEqual = (a, b) => check(!Object.is(a, b));
export const strictEqual = (a, b) => check(Object.is(a, b));`;

function inputsOf(paths) {
  const inputOf = (path) => {
    const { ctimeMs: time, size } = statSync(path);
    return { time, size, sum: digest(readFileSync(path)) };
  };
  return Object.fromEntries(paths.map((path) => [path, inputOf(path)]));
}

const nameOf = ({ path }) => path.slice('/bundle/'.length);

const sizesOf = (files) => Object.fromEntries(files.map((file) => [nameOf(file), file.contents.length]));

/** Several runs may publish the same bundle at once: it appears whole or not at all. A damaged one is replaced. */
function publish(dir, files) {
  const temporary = `${dir}.${randomBytes(6).toString('hex')}.tmp`;
  for (const each of files) {
    const file = join(temporary, nameOf(each));
    mkdirSync(dirname(file), { recursive: true });
    // On disk before its name is: a bundle cut short by a power failure would be made twice.
    writeFileSync(file, each.contents, { flush: true });
  }
  if (existsSync(dir) && !isIntact(dir, files)) moveAway(dir);
  try {
    renameSync(temporary, dir);
  } catch (error) {
    rmSync(temporary, { recursive: true });
    if (!existsSync(dir)) throw error;
    utimesSync(dir, new Date(), new Date());
  }
}

function isIntact(dir, files) {
  return files.every((each) => {
    const file = join(dir, nameOf(each));
    return existsSync(file) && readFileSync(file).equals(each.contents);
  });
}

/** Another run may do the same. */
function moveAway(dir) {
  const damaged = `${dir}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    renameSync(dir, damaged);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  rmSync(damaged, { recursive: true, force: true });
}

function replaceFile(path, text) {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  writeFileSync(temporary, text);
  renameSync(temporary, path);
}

function removeOld(cache, current) {
  for (const name of readdirSync(cache)) {
    const path = join(cache, name);
    // What another run was making has its name by now.
    const time = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (path === current || name.endsWith('.json') || Date.now() - time < 7 * day) continue;
    rmSync(path, { recursive: true, force: true });
  }
}

const digest = (content) => createHash('sha256').update(content).digest('hex');
