import { lstatSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { digestOfFile } from '../base/digest.ts';
import { Failure } from '../base/failure.ts';
import { emptyDir, linkEntry, type TreeEntry, walkTree } from '../base/files.ts';

/** A deploy tree to stage, with the package that made it. */
export interface StagedTree {
  readonly package: string;
  readonly tree: string;
}

/**
 * Merges deploy trees into the new directory `into`, by hard links where possible.
 * One path in two trees is fine when both have the same there; otherwise it is a Failure that names both packages.
 */
export function stageTrees(trees: readonly StagedTree[], into: string, forWhom: string): void {
  emptyDir(into);
  const owners = new Map<string, StagedTree & { readonly kind: TreeEntry['kind'] }>();
  for (const staged of trees) {
    for (const { path, kind } of walkTree(staged.tree)) {
      const owner = owners.get(path);
      if (owner === undefined) {
        owners.set(path, { ...staged, kind });
        linkEntry(join(staged.tree, path), join(into, path), kind);
      } else if (!isSame(join(owner.tree, path), owner.kind, join(staged.tree, path), kind)) {
        throw new Failure('tree-conflict', `${owner.package} and ${staged.package} both install ${path}`, {
          detail: `staged together for ${forWhom}, with different content`,
          hint: 'remove the file in the deploy hook of one of them',
        });
      }
    }
  }
}

function isSame(a: string, kindA: TreeEntry['kind'], b: string, kindB: TreeEntry['kind']): boolean {
  if (kindA !== kindB) return false;
  if (kindA === 'directory') return true;
  if (kindA === 'symlink') return readlinkSync(a) === readlinkSync(b);
  const [statA, statB] = [lstatSync(a), lstatSync(b)];
  return statA.ino === statB.ino || (statA.size === statB.size && digestOfFile(a) === digestOfFile(b));
}
