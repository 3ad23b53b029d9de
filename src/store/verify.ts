import { existsSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Digest } from '../base/digest.ts';
import { isTemporary } from '../base/files.ts';
import { type Lock, takeLock } from '../base/lock.ts';
import { treeEntries, writeTar } from '../base/tar.ts';
import { openEntries } from './entries.ts';
import { bootId, type Journal, openJournal } from './journal.ts';
import { type Layout, layoutOf, syncDirectory, withParent } from './layout.ts';
import { isIntactArchive } from './objects.ts';
import { hasArchive, listObjects, madeBy, surveyEntries } from './survey.ts';
import { restoreTree } from './tree.ts';
import { heldByOthers, openWork, type Work } from './work.ts';

/** Something in the store that was not as it was made. */
export interface Damage {
  /** Packages, or the path of what no result names. */
  readonly name: string;
  /** What was made, or an entry through which it is found. */
  readonly kind: 'result' | 'entry';
  readonly what: string;
  readonly outcome: 'mended' | 'dropped';
}

/**
 * Reads every archive and every tree of the store. Of an output's two forms, one that is intact mends the other; where
 * neither is, the output and what names it are dropped. Running builds go on meanwhile: a file that is mended is
 * replaced by rename, and a damaged tree that a build holds stays until that has ended. Returns the number of outputs.
 */
export async function verifyStore(dir: string, onDamage: (damage: Damage) => void): Promise<number> {
  const layout = layoutOf(dir);
  const keeper = takeLock(layout.keeperLock, `store ${dir}`);
  const work = openWork(layout);
  try {
    const journal = openJournal(layout, bootId());
    const entries = openEntries(layout);
    for (const { path, entry } of entries.all()) {
      // A commit may be writing one.
      if (entry === undefined && !isTemporary(path))
        onDamage({ name: path, kind: 'entry', what: 'an entry that cannot be read', outcome: 'dropped' });
    }
    const { results } = surveyEntries(entries, () => true);
    const outputs = new Set([...results.keys(), ...listObjects(layout).outputs]);
    for (const output of [...outputs].sort()) {
      const damage = await review(layout, work, journal, output);
      if (damage !== undefined) onDamage({ ...damage, kind: 'result', name: madeBy(results.get(output)) });
    }
    underLock(layout, () => {
      for (const path of surveyEntries(entries, hasArchive(layout)).deadEntries) rmSync(path, { force: true });
    });
    return outputs.size;
  } finally {
    work.close();
    keeper.release();
  }
}

type Found = Omit<Damage, 'name' | 'kind'> | undefined;

async function review(layout: Layout, work: Work, journal: Journal, output: Digest): Promise<Found> {
  const [archive, tree] = [layout.archive(output), layout.tree(output)];
  if (isIntactArchive(layout, output)) {
    if (!existsSync(tree)) return undefined;
    const restored = mend(layout, journal, output);
    return restored.length === 0 ? undefined : { what: `its tree (${someOf(restored)})`, outcome: 'mended' };
  }
  const what = existsSync(archive) ? 'its archive' : 'its archive, which is gone';
  if (!existsSync(tree)) return drop(layout, work, output, what);
  const again = work.newFile('archive');
  const { digest } = await writeTar(treeEntries(tree), again);
  if (digest !== output) return drop(layout, work, output, `${what}, and its tree`);
  underLock(layout, () => renameSync(again, withParent(archive)));
  syncDirectory(dirname(archive));
  return { what, outcome: 'mended' };
}

function mend(layout: Layout, journal: Journal, output: Digest): readonly string[] {
  let lock: Lock | undefined;
  try {
    return restoreTree(layout.archive(output), layout.tree(output), () => {
      // Not before: nearly all trees are as they should be.
      lock = takeLock(layout.objectsLock, layout.dir, { wait: true });
      journal.add(output, layout.tree(output));
    });
  } finally {
    lock?.release();
  }
}

function drop(layout: Layout, work: Work, output: Digest, what: string): Found {
  return underLock(layout, () => {
    // A build may have made it again meanwhile.
    if (isIntactArchive(layout, output)) return { what, outcome: 'mended' };
    const trash = work.dir(output);
    // Without its archive it is not found any more.
    if (existsSync(layout.archive(output))) renameSync(layout.archive(output), join(trash, 'archive'));
    if (existsSync(layout.tree(output)) && !heldByOthers(layout).has(output))
      renameSync(layout.tree(output), join(trash, 'tree'));
    return { what, outcome: 'dropped' };
  });
}

function underLock<T>(layout: Layout, act: () => T): T {
  const lock = takeLock(layout.objectsLock, layout.dir, { wait: true });
  try {
    return act();
  } finally {
    lock.release();
  }
}

const someOf = (paths: readonly string[]): string =>
  paths.length > 3 ? `${paths.slice(0, 3).join(', ')} and ${paths.length - 3} more` : paths.join(', ');
