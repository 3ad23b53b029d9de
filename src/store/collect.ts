import { existsSync, mkdirSync, readdirSync, renameSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Digest } from '../base/digest.ts';
import { removeTree, subdirectories } from '../base/files.ts';
import { takeLock } from '../base/lock.ts';
import { diskUsage } from '../base/size.ts';
import { removeStaleLocks, sizeOfCaches, unusedCaches } from './caches.ts';
import { openEntries } from './entries.ts';
import { type Layout, layoutOf } from './layout.ts';
import { hasArchive, listObjects, madeBy, surveyEntries } from './survey.ts';
import { heldByOthers, openWork, removeAbandonedWork, type Work } from './work.ts';

export interface CollectOptions {
  /** Bytes of results that the store may keep; undefined for no limit. */
  readonly maxSize: number | undefined;
  readonly dryRun: boolean;
  readonly now?: number;
}

/** What was removed, or would be. Sizes are bytes on disk. */
export interface Collected {
  /** Results, the least recently used first, and outputs without one. */
  readonly outputs: readonly { readonly name: string; readonly size: number }[];
  /** Number of caches, bundles and leftovers. */
  readonly others: number;
  readonly freed: number;
  readonly left: number;
  /** Of what is left, what mk has beside the results for its own speed; no limit counts it. */
  readonly caches: number;
  /** Of what is left, what mk that run at this moment use. */
  readonly held: number;
}

interface Candidate {
  readonly output: Digest;
  readonly name: string;
  readonly size: number;
}

/**
 * Removes what no lookup can find, and, as long as the store without its caches is larger than `maxSize`, the results that were not used
 * for longest. Nothing that a running mk holds is removed, also when it comes to hold it at this moment:
 *
 * A build first writes into its file that it holds an output, and then looks whether its archive is there. We first move
 * the archive away, and then read the files. So when the build has found the archive, it had written before we moved it,
 * and we read that and put it back; in between, the build works with the tree, which stays until the files were read.
 * When the build has not found it, it builds anew what we remove. It could then give a new tree the name of the old one
 * before we remove that: therefore objects get and lose their names under a lock, which commits take too.
 */
export function collect(dir: string, { maxSize, dryRun, now = Date.now() }: CollectOptions): Collected {
  const layout = layoutOf(dir);
  const keeper = takeLock(layout.keeperLock, `store ${dir}`);
  try {
    if (!dryRun) removeAbandonedWork(layout);
    const total = diskUsage(dir);
    const { size, ...removed } = remove(layout, total, { maxSize, dryRun, now });
    const left = dryRun ? Math.max(0, total - size) : diskUsage(dir);
    return { ...removed, freed: Math.max(0, total - left), left, caches: sizeOfCaches(layout) };
  } finally {
    keeper.release();
  }
}

function remove(layout: Layout, total: number, { maxSize, dryRun, now }: Required<CollectOptions>) {
  const work = openWork(layout);
  try {
    const caches = unusedCaches(layout, now);
    const cacheSize = caches.reduce((sum, path) => sum + diskUsage(path), 0);
    const allCaches = sizeOfCaches(layout);
    const objects = takeLock(layout.objectsLock, layout.dir, { wait: true });
    let removed: { readonly outputs: readonly Candidate[]; readonly others: number; readonly held: number };
    try {
      removed = nameless(layout, work, maxSize === undefined ? undefined : maxSize + allCaches, total, dryRun);
    } finally {
      objects.release();
    }
    if (!dryRun) {
      for (const path of caches) removeTree(path);
      removeStaleLocks(layout);
    }
    const size = removed.outputs.reduce((sum, candidate) => sum + candidate.size, cacheSize);
    return { ...removed, others: caches.length + removed.others, size };
  } finally {
    work.close();
  }
}

/** Takes the names from what is to be removed, whose content goes with our work directory. */
function nameless(layout: Layout, work: Work, maxSize: number | undefined, total: number, dryRun: boolean) {
  const entries = openEntries(layout);
  const isThere = hasArchive(layout);
  const { results, deadEntries } = surveyEntries(entries, isThere);
  const held = heldByOthers(layout);
  const { outputs, others } = listObjects(layout);
  const sizes = new Map(
    [...outputs].map((output) => [output, diskUsage(layout.archive(output)) + diskUsage(layout.tree(output))]),
  );
  const candidate = (output: Digest): Candidate => ({
    output,
    name: madeBy(results.get(output)),
    size: sizes.get(output) ?? 0,
  });
  const chosen = [...outputs].filter((output) => !results.has(output) && !held.has(output)).map(candidate);
  let rest = total - chosen.reduce((sum, { size }) => sum + size, 0);
  for (const output of byLastUse(layout, [...results.keys()])) {
    if (maxSize === undefined || rest <= maxSize) break;
    if (held.has(output)) continue;
    chosen.push(candidate(output));
    rest -= sizes.get(output) ?? 0;
  }
  const heldSize = [...outputs].reduce((sum, output) => sum + (held.has(output) ? (sizes.get(output) ?? 0) : 0), 0);
  if (dryRun) return { outputs: chosen, others: others.length + deadEntries.length, held: heldSize };

  const trash = work.dir('trash');
  const removed = removeOutputs(layout, chosen, trash);
  for (const [at, path] of others.entries()) renameSync(path, join(trash, `${at}`));
  // Again, since what was removed has left entries that lead to nothing.
  const dead = surveyEntries(entries, isThere).deadEntries;
  for (const path of dead) rmSync(path);
  removeEmptyShards(layout);
  return { outputs: removed, others: others.length + deadEntries.length, held: heldSize };
}

/** With the lock on objects; only a tree whose archive is there is unpacked without it, and so keeps its directory. */
function removeEmptyShards({ dir }: Layout): void {
  for (const part of ['ac', 'cas', 'tree']) {
    for (const shard of subdirectories(join(dir, part))) {
      const mayBeFilled = part === 'tree' && existsSync(join(dir, 'cas', basename(shard)));
      if (!mayBeFilled && readdirSync(shard).length === 0) rmdirSync(shard);
    }
  }
}

function removeOutputs(layout: Layout, chosen: readonly Candidate[], trash: string): readonly Candidate[] {
  for (const part of ['cas', 'tree']) mkdirSync(join(trash, part));
  const aside = chosen.filter(({ output }) => moveIfThere(layout.archive(output), join(trash, 'cas', output)));
  const heldNow = heldByOthers(layout);
  for (const { output } of aside) {
    if (heldNow.has(output)) renameSync(join(trash, 'cas', output), layout.archive(output));
  }
  const removed = chosen.filter(({ output }) => !heldNow.has(output));
  for (const { output } of removed) moveIfThere(layout.tree(output), join(trash, 'tree', output));
  return removed;
}

function byLastUse(layout: Layout, outputs: readonly Digest[]): readonly Digest[] {
  const used = new Map(
    outputs.map((output) => [output, statSync(layout.archive(output), { throwIfNoEntry: false })?.mtimeMs ?? 0]),
  );
  return outputs.toSorted((a, b) => (used.get(a) ?? 0) - (used.get(b) ?? 0));
}

function moveIfThere(from: string, to: string): boolean {
  if (statSync(from, { throwIfNoEntry: false }) === undefined) return false;
  renameSync(from, to);
  return true;
}
