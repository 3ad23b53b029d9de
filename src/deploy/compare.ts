import { closeSync, fstatSync, lstatSync, openSync, readFileSync, readlinkSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { type TreeEntry, walkTree } from '../base/files.ts';
import { differenceOf } from './compare-content.ts';

/** How two deploy trees compare, as far as the store keeps them apart. */
export interface Comparison {
  /** Files, directories and symlinks that are in one of them only or not the same in both. */
  readonly differing: number;
  /** Those that are in any of the two. */
  readonly compared: number;
  /** The first that differs, in the order of paths, with the part of it that differs; undefined when all is the same. */
  readonly first: string | undefined;
}

/** Compares what two builds of one package installed: paths, kinds, executable bits, targets of links, every byte. */
export function compareTrees(first: string, second: string): Comparison {
  const [before, after] = [entriesOf(first), entriesOf(second)];
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort();
  const differing = paths.filter((path) => !isSame(path, before.get(path), after.get(path), first, second));
  const [path] = differing;
  return {
    differing: differing.length,
    compared: paths.length,
    first: path && `/${path} ${describe(path, before.get(path), after.get(path), first, second)}`,
  };
}

type Kind = TreeEntry['kind'];

const entriesOf = (tree: string) => new Map([...walkTree(tree)].map(({ path, kind }): [string, Kind] => [path, kind]));

function isSame(path: string, kind: Kind | undefined, other: Kind | undefined, first: string, second: string): boolean {
  if (kind !== other) return false;
  const [a, b] = [join(first, path), join(second, path)];
  if (kind === 'symlink') return readlinkSync(a) === readlinkSync(b);
  return kind !== 'file' || (isProgram(a) === isProgram(b) && firstDifference(a, b) === undefined);
}

function describe(
  path: string,
  kind: Kind | undefined,
  other: Kind | undefined,
  first: string,
  second: string,
): string {
  if (other === undefined) return 'is there only the first time';
  if (kind === undefined) return 'is there only the second time';
  if (kind !== other) return `is a ${kind}, and the second time a ${other}`;
  const [a, b] = [join(first, path), join(second, path)];
  if (kind === 'symlink') return `is a link to ${readlinkSync(a)}, and the second time to ${readlinkSync(b)}`;
  const offset = firstDifference(a, b);
  if (offset === undefined) return `may be executed only the ${isProgram(a) ? 'first' : 'second'} time`;
  if (Math.max(lstatSync(a).size, lstatSync(b).size) > readWhole) return `differs: offset ${offset}`;
  return `differs: ${differenceOf(readFileSync(a), readFileSync(b))}`;
}

/** The owner's bit stands for all: the others follow it in the store. */
const isProgram = (path: string): boolean => (lstatSync(path).mode & 0o111) !== 0;

/** A file up to this size is taken apart in memory. */
const readWhole = 512 * 1024 * 1024;

const pieceSize = 1024 * 1024;

/** Offset of the first byte in which two files differ, which may be the end of the shorter one. */
function firstDifference(a: string, b: string): number | undefined {
  const [left, right] = [openSync(a, 'r'), openSync(b, 'r')];
  const [one, other] = [Buffer.allocUnsafe(pieceSize), Buffer.allocUnsafe(pieceSize)];
  try {
    const [sizeA, sizeB] = [fstatSync(left).size, fstatSync(right).size];
    for (let at = 0; at < Math.min(sizeA, sizeB); at += pieceSize) {
      const size = Math.min(readSync(left, one, 0, pieceSize, at), readSync(right, other, 0, pieceSize, at));
      if (one.compare(other, 0, size, 0, size) === 0) continue;
      return at + one.findIndex((byte, index) => byte !== other[index]);
    }
    return sizeA === sizeB ? undefined : Math.min(sizeA, sizeB);
  } finally {
    closeSync(left);
    closeSync(right);
  }
}
