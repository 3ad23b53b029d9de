import { existsSync, lstatSync, statfsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** So little room that the next file will not find any. */
const little = 1 << 20;

/** Where the file system is mounted that one of these paths is on and that has no room; undefined when all have. */
export function fullFileSystem(paths: readonly string[]): string | undefined {
  for (const path of paths) {
    const there = existingPart(path);
    const { bavail, bsize, files, ffree } = statfsSync(there);
    if (bavail * bsize < little || (files > 0 && ffree === 0)) return mountOf(there);
  }
  return undefined;
}

/** What to do about a file system without room, which is named where it is found among these paths or the usual ones. */
export function roomHint(paths: readonly string[] = []): string {
  const { MK_STORE: own, XDG_CACHE_HOME: cache } = process.env;
  const store = own ?? (cache?.startsWith('/') ? join(cache, 'mk') : join(homedir(), '.cache', 'mk'));
  const mount = fullFileSystem([...paths, process.cwd(), store]);
  // What a failed program had written may be gone by now, or was where only its hook could see it.
  if (mount === undefined)
    return "none of mk's file systems is full now: was it /tmp or /dev/shm of the hook, which are in memory, or something that is removed by now?";
  const isStoreThere = mountOf(existingPart(store)) === mount;
  const remedy = isStoreThere
    ? 'remove what is not needed there, such as old results: mk gc --max-size 10G'
    : 'remove what is not needed there';
  return `the file system at ${mount} is full: ${remedy}`;
}

function existingPart(path: string): string {
  let at = resolve(path);
  while (!existsSync(at)) at = dirname(at);
  return at;
}

function mountOf(path: string): string {
  let at = resolve(path);
  const { dev } = lstatSync(at);
  while (at !== '/' && lstatSync(dirname(at)).dev === dev) at = dirname(at);
  return at;
}
