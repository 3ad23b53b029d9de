import { lstatSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isDigest } from '../base/digest.ts';
import { readIfPresent } from '../base/files.ts';
import { tryLock } from '../base/lock.ts';
import { diskUsage } from '../base/size.ts';
import { caches, type Layout } from './layout.ts';

const day = 24 * 3600 * 1000;
const month = 30 * day;

/** Bundles and other caches that lie beside the results and were not used for a month. */
export function unusedCaches(layout: Layout, now: number): readonly string[] {
  const unused: string[] = [];
  for (const name of readdirSync(layout.dir)) {
    const path = join(layout.dir, name);
    // A link leads to what others use too.
    if (!caches.includes(name) || lstatSync(path).isSymbolicLink()) continue;
    if (name === 'engine' || name === 'recipes') unused.push(...unusedBundles(path, now));
    else if (now - newestTime(path) > month) unused.push(path);
  }
  return unused;
}

/** Bytes on disk of everything that lies beside the results and can be had again. */
export const sizeOfCaches = ({ dir }: Layout): number =>
  caches.map((name) => join(dir, name)).reduce((sum, path) => sum + diskUsage(path), 0);

/** Whoever uses a bundle gives its directory a new time, at most once a day. A stamp goes with its bundle. */
function unusedBundles(dir: string, now: number): readonly string[] {
  const ages = new Map(readdirSync(dir).map((name) => [name, now - statSync(join(dir, name)).mtimeMs]));
  const unused = [...ages].filter(([name, age]) => {
    if (name.endsWith('.tmp')) return age > day;
    return !name.endsWith('.json') && age > month;
  });
  const gone = new Set(unused.map(([name]) => name));
  const isStale = (name: string) => {
    const bundle = bundleOf(readIfPresent(join(dir, name)));
    return bundle === undefined || gone.has(bundle) || !ages.has(bundle);
  };
  const stamps = [...ages.keys()].filter((name) => name.endsWith('.json') && isStale(name));
  return [...gone, ...stamps].map((name) => join(dir, name));
}

/** Name of the directory that a stamp of the engine or of recipes points to. */
function bundleOf(stamp: string | undefined): string | undefined {
  return /"(?:dir|path)":"(?:[^"\\]|\\.)*\/(?:engine|recipes)\/([^/"]+)/.exec(stamp ?? '')?.[1];
}

/** Of the cache and what lies directly in it. */
function newestTime(path: string): number {
  const stats = lstatSync(path);
  const inside = stats.isDirectory() ? readdirSync(path).map((name) => join(path, name)) : [];
  const times = inside.map((each) => lstatSync(each, { throwIfNoEntry: false })?.mtimeMs ?? 0);
  return Math.max(stats.mtimeMs, ...times);
}

/** Removes what mk that were killed while they built something have left. */
export function removeStaleLocks({ lockDir }: Layout): void {
  for (const name of readdirSync(lockDir))
    if (isDigest(name)) tryLock(join(lockDir, name), { temporary: true })?.release();
}
