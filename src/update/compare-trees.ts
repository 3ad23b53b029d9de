import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { readElf } from '../base/elf.ts';
import { walkTree } from '../base/files.ts';

/** What of a deploy tree others depend on. */
export interface TreeFacts {
  readonly bytes: number;
  /** Files and links by path. */
  readonly files: ReadonlySet<string>;
  /** `path: SONAME` of the shared libraries. */
  readonly sonames: ReadonlySet<string>;
  /** All that its programs and libraries need. */
  readonly needed: ReadonlySet<string>;
}

export function factsOf(tree: string): TreeFacts {
  const facts = { bytes: 0, files: new Set<string>(), sonames: new Set<string>(), needed: new Set<string>() };
  for (const { path, kind } of walkTree(tree)) {
    if (kind === 'directory') continue;
    facts.files.add(path);
    if (kind !== 'file') continue;
    facts.bytes += lstatSync(join(tree, path)).size;
    const elf = readElf(join(tree, path));
    // A library of another version has another file name, and the same SONAME if it still fits.
    if (elf?.soname !== undefined) facts.sonames.add(elf.soname);
    for (const name of elf?.needed ?? []) facts.needed.add(name);
  }
  return facts;
}

/** What changed from one tree to the other, one line each; empty when nothing did that others depend on. */
export function treeChanges(before: TreeFacts, after: TreeFacts): string[] {
  const { format } = new Intl.NumberFormat('en', { signDisplay: 'exceptZero' });
  const grown = after.bytes - before.bytes;
  const size = grown === 0 ? [] : [`size: ${after.bytes} bytes (${format(grown)})`];
  return [
    ...size,
    ...setChanges('file', before.files, after.files),
    ...setChanges('SONAME', before.sonames, after.sonames),
    ...setChanges('needs', before.needed, after.needed),
  ];
}

/** At most this many lines of one kind: a new release may rename a thousand files. */
const most = 40;

export function setChanges(what: string, before: ReadonlySet<string>, after: ReadonlySet<string>): string[] {
  const lines = [
    ...[...before].filter((each) => !after.has(each)).map((each) => `${what} removed: ${each}`),
    ...[...after].filter((each) => !before.has(each)).map((each) => `${what} added: ${each}`),
  ];
  return lines.length <= most ? lines : [...lines.slice(0, most), `${what}: ${lines.length - most} more changes`];
}
