import { constants, copyFileSync, lstatSync, lutimesSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { digestOfFile } from '../base/digest.ts';
import { Failure } from '../base/failure.ts';
import { emptyDir, linkEntry, type TreeEntry, walkTree } from '../base/files.ts';

/** A deploy tree to stage, with the package that made it. */
export interface StagedTree {
  readonly package: string;
  readonly tree: string;
}

/** Whose entry was staged under a path. */
interface Owner extends StagedTree {
  readonly kind: TreeEntry['kind'];
}

/**
 * Links share their files with the trees that they come from, and are for whoever cannot write to them, as hooks in a
 * sandbox. Copies are for all others; where the file system can, they share what is on disk until one is changed.
 */
export type Staging = 'links' | 'copies';

/**
 * Merges deploy trees into the new directory `into`, with links by default (and copies where the file system has none).
 * One path in two trees is fine when both have the same there; otherwise it is a Failure that names both packages.
 */
export function stageTrees(
  trees: readonly StagedTree[],
  into: string,
  forWhom: string,
  staging: Staging = 'links',
): void {
  emptyDir(into);
  const owners = new Map<string, Owner>();
  for (const staged of trees) {
    for (const { path, kind } of walkTree(staged.tree)) {
      const owner = owners.get(path);
      if (owner === undefined) {
        owners.set(path, { ...staged, kind });
        placeEntry(join(staged.tree, path), join(into, path), kind, staging);
        continue;
      }
      const difference = differenceOf(owner, staged, path, kind);
      if (difference === undefined) continue;
      throw new Failure('tree-conflict', `${owner.package} and ${staged.package} both install ${path}`, {
        detail: `staged together for ${forWhom}, ${difference}`,
        hint: 'remove the file in the deploy hook of one of them',
      });
    }
  }
}

/** Places one entry with the time that it has in the store, so that no result depends on when it was staged. */
function placeEntry(from: string, to: string, kind: TreeEntry['kind'], staging: Staging): void {
  const isCopied = kind === 'file' && staging === 'copies';
  if (isCopied) copyFileSync(from, to, constants.COPYFILE_FICLONE);
  else linkEntry(from, to, kind);
  if (!isCopied && kind !== 'symlink') return;
  const { atime, mtime } = lstatSync(from);
  lutimesSync(to, atime, mtime);
}

/** What tells two entries of one path apart, in words; undefined when it does not matter whose is taken. */
function differenceOf(a: Owner, b: StagedTree, path: string, kind: TreeEntry['kind']): string | undefined {
  if (a.kind !== kind) return `as a ${a.kind} in ${a.package} and a ${kind} in ${b.package}`;
  if (kind === 'directory') return undefined;
  const [fileA, fileB] = [join(a.tree, path), join(b.tree, path)];
  if (kind === 'symlink') {
    const [toA, toB] = [readlinkSync(fileA), readlinkSync(fileB)];
    return toA === toB ? undefined : `as a symlink to ${toA} in ${a.package} and to ${toB} in ${b.package}`;
  }
  const [statA, statB] = [lstatSync(fileA), lstatSync(fileB)];
  if (statA.ino === statB.ino) return undefined;
  if (statA.size !== statB.size || digestOfFile(fileA) !== digestOfFile(fileB)) return 'with different content';
  return (statA.mode & 0o111) === (statB.mode & 0o111) ? undefined : 'executable in only one of them';
}
