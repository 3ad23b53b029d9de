// The engine as one cached bundle: made by esbuild when a source file changed, found again by a few stat calls.
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const entries = { cli: 'src/cli.ts', runner: 'src/build/runner.ts' };
const week = 7 * 24 * 3600 * 1000;

/** The store, by the same rule as src/config/workspace.ts. */
export function storeDir() {
  const { MK_STORE: own, XDG_CACHE_HOME: cache } = process.env;
  if (own) return resolve(own);
  return cache?.startsWith('/') ? join(cache, 'mk') : join(homedir(), '.cache', 'mk');
}

/** The directory of the bundle made from today's sources in `root`: cli.js, runner.js and their chunks. */
export function engineDir(root) {
  const cache = join(storeDir(), 'engine');
  const stampFile = join(cache, `${digest(root).slice(0, 16)}.json`);
  const stamp = readStamp(stampFile);
  if (stamp !== undefined && isFresh(stamp)) return stamp.dir;
  return makeBundle(root, cache, stampFile);
}

function readStamp(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

function isFresh({ dir, inputs }) {
  try {
    statSync(join(dir, 'cli.js'));
    return Object.entries(inputs).every(([path, [time, size]]) => {
      const now = statSync(path);
      return now.mtimeMs === time && now.size === size;
    });
  } catch {
    return false;
  }
}

function makeBundle(root, cache, stampFile) {
  const { buildSync } = createRequire(join(root, 'package.json'))('esbuild');
  const { outputFiles, metafile } = buildSync({
    absWorkingDir: root,
    entryPoints: entries,
    outdir: '/bundle',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    sourcemap: 'linked',
    metafile: true,
    write: false,
    logLevel: 'error',
    // Found from the repository when a bundle has to be made; and an optional part of unzipper that nobody has.
    external: ['esbuild', '@aws-sdk/client-s3'],
    banner: {
      js: "import { createRequire as requireOfBundle } from 'node:module'; const require = requireOfBundle(import.meta.url);",
    },
  });
  const dir = join(cache, digest(outputFiles.map(({ path, hash }) => `${path} ${hash}`).join('\n')).slice(0, 32));
  publish(dir, outputFiles);
  const inputs = Object.keys(metafile.inputs).map((path) => {
    const full = resolve(root, path);
    const { mtimeMs, size } = statSync(full);
    return [full, [mtimeMs, size]];
  });
  replaceFile(stampFile, JSON.stringify({ dir, inputs: Object.fromEntries(inputs) }));
  removeOld(cache, dir);
  return dir;
}

/** Several runs may publish the same bundle at once: it appears whole or not at all. */
function publish(dir, files) {
  const temporary = `${dir}.${randomBytes(6).toString('hex')}.tmp`;
  for (const { path, contents } of files) {
    const file = join(temporary, path.slice('/bundle/'.length));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, contents);
  }
  try {
    renameSync(temporary, dir);
  } catch {
    rmSync(temporary, { recursive: true });
    utimesSync(dir, new Date(), new Date());
  }
}

function replaceFile(path, text) {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  writeFileSync(temporary, text);
  renameSync(temporary, path);
}

function removeOld(cache, current) {
  for (const name of readdirSync(cache)) {
    const path = join(cache, name);
    if (path === current || name.endsWith('.json') || Date.now() - statSync(path).mtimeMs < week) continue;
    rmSync(path, { recursive: true, force: true });
  }
}

const digest = (text) => createHash('sha256').update(text).digest('hex');
