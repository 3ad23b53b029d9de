import { lstatSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Digest, digestOf } from '../base/digest.ts';
import { walkTree } from '../base/files.ts';
import type { Module } from './code.ts';

/** The digest of a recipe's code, with the state of all that it was made from. */
export interface KnownDigest {
  readonly digest: Digest;
  /** Everything below the recipe's directory, and '' for that. */
  readonly paths: readonly string[];
  /** Of these paths and of the modules. */
  readonly state: Digest;
}

/**
 * What was changed so shortly ago, in milliseconds, may be changed once more without getting another time, where times are
 * coarsest.
 */
const unsettled = 2000;

/**
 * Keeps a digest to be known again, without reading what it was made from since `started`. Undefined when something of that
 * was changed so shortly before that it may have been changed since, unnoticed.
 */
export function keepDigest(
  digest: Digest,
  { dir, modules, started }: { readonly dir: string; readonly modules: readonly Module[]; readonly started: number },
): KnownDigest | undefined {
  const paths = ['', ...[...walkTree(dir)].map(({ path }) => path)];
  const found = stateOf(paths, dir, modules);
  return found === undefined || found.changed > started - unsettled ? undefined : { digest, paths, state: found.state };
}

/** Whether all that the digest was made from is as it was: nothing can be changed without its change time, which nobody can set. */
export const isCurrent = ({ paths, state }: KnownDigest, dir: string, modules: readonly Module[]): boolean =>
  stateOf(paths, dir, modules)?.state === state;

/** With the time of the last change. Undefined when one of them is gone. */
function stateOf(
  paths: readonly string[],
  dir: string,
  modules: readonly Module[],
): { readonly state: Digest; readonly changed: number } | undefined {
  const all = [
    ...paths.map((path) => (path === '' ? statSync(dir, quiet) : lstatSync(join(dir, path), quiet))),
    ...modules.map(({ path }) => statSync(path, quiet)),
  ];
  let changed = 0;
  // Another mk may make another digest of the same files.
  let text = `${import.meta.url}\n${JSON.stringify(modules)}\n`;
  for (const stats of all) {
    if (stats === undefined) return undefined;
    const { dev, ino, mode, size, mtimeMs, ctimeMs } = stats;
    text += `${dev} ${ino} ${mode} ${size} ${mtimeMs} ${ctimeMs}\n`;
    changed = Math.max(changed, ctimeMs, mtimeMs);
  }
  return { state: digestOf(text), changed };
}

const quiet = { throwIfNoEntry: false } as const;
