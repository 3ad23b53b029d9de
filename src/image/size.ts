import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { walkTree } from '../base/files.ts';
import type { Content } from '../recipe/context.ts';
import { linkedContents } from './linkage.ts';
import { isRuntime } from './runtime.ts';

/** A file of an image, with the package that it comes from. */
export interface ImageFile {
  readonly path: string;
  readonly package: string;
  readonly bytes: number;
}

/** What an image has from one package, before it is packed. */
export interface ImageShare {
  readonly package: string;
  readonly files: number;
  readonly bytes: number;
}

/** What is in an image: what a running system uses of the packages, without libraries that nothing there needs. */
export interface ImageSize {
  /** The packages of the image, the greatest first. */
  readonly packages: readonly ImageShare[];
  /** The regular files, the greatest first. */
  readonly files: readonly ImageFile[];
  readonly bytes: number;
}

/** Measures the image that holds these packages. A path that two of them have the same counts for the first. */
export function imageSize(contents: readonly Content[]): ImageSize {
  const files = new Map<string, ImageFile>();
  const linked = linkedContents(contents);
  for (const { name, tree } of linked) {
    for (const { path, kind } of walkTree(tree)) {
      if (kind !== 'file' || files.has(path) || !isRuntime(tree, path)) continue;
      files.set(path, { path, package: name, bytes: lstatSync(join(tree, path)).size });
    }
  }
  const sorted = [...files.values()].sort((a, b) => b.bytes - a.bytes || (a.path < b.path ? -1 : 1));
  const byPackage = Map.groupBy(sorted, (file) => file.package);
  const packages = linked.map(({ name }): ImageShare => {
    const own = byPackage.get(name) ?? [];
    return { package: name, files: own.length, bytes: sum(own) };
  });
  packages.sort((a, b) => b.bytes - a.bytes || (a.package < b.package ? -1 : 1));
  return { packages, files: sorted, bytes: sum(sorted) };
}

/** Bytes and number of the regular files of a tree, or of those that count. */
export function treeSize(
  tree: string,
  counts: (path: string) => boolean = () => true,
): { readonly files: number; readonly bytes: number } {
  let [files, bytes] = [0, 0];
  for (const { path, kind } of walkTree(tree)) {
    if (kind !== 'file' || !counts(path)) continue;
    files++;
    bytes += lstatSync(join(tree, path)).size;
  }
  return { files, bytes };
}

const sum = (sizes: readonly { readonly bytes: number }[]): number =>
  sizes.reduce((total, { bytes }) => total + bytes, 0);
