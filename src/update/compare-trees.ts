import { lstatSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { digestOfFile } from '../base/digest.ts';
import { readElf } from '../base/elf.ts';
import { walkTree } from '../base/files.ts';

/** What of a deploy tree others depend on. */
export interface TreeFacts {
  readonly bytes: number;
  /** Files and links by path, with what stands for their content. */
  readonly files: ReadonlyMap<string, string>;
  /** `path: SONAME` of the shared libraries. */
  readonly sonames: ReadonlySet<string>;
  /** All that its programs and libraries need. */
  readonly needed: ReadonlySet<string>;
}

export function factsOf(tree: string): TreeFacts {
  const facts = { bytes: 0, files: new Map<string, string>(), sonames: new Set<string>(), needed: new Set<string>() };
  for (const { path, kind } of walkTree(tree)) {
    if (kind === 'directory') continue;
    facts.files.set(path, kind === 'file' ? digestOfFile(join(tree, path)) : linkOf(join(tree, path), kind));
    if (kind !== 'file') continue;
    facts.bytes += lstatSync(join(tree, path)).size;
    const elf = readElf(join(tree, path));
    // A library of another version has another file name, and the same SONAME if it still fits.
    if (elf?.soname !== undefined) facts.sonames.add(elf.soname);
    for (const name of elf?.needed ?? []) facts.needed.add(name);
  }
  return facts;
}

const linkOf = (path: string, kind: string): string => (kind === 'symlink' ? `-> ${readlinkSync(path)}` : kind);

/** What changed from one tree to the other, one line each, and what others depend on that did not; empty when nothing did. */
export function treeChanges(before: TreeFacts, after: TreeFacts): string[] {
  const { format } = new Intl.NumberFormat('en', { signDisplay: 'exceptZero' });
  const grown = after.bytes - before.bytes;
  const size = grown === 0 ? [] : [`size: ${after.bytes} bytes (${format(grown)})`];
  const names = setChanges('file', new Set(before.files.keys()), new Set(after.files.keys()));
  const contents = contentChanges(before.files, after.files, names.length === 0);
  const sonames = setChanges('SONAME', before.sonames, after.sonames);
  const needed = setChanges('needs', before.needed, after.needed);
  const changes = [...size, ...names, ...contents, ...sonames, ...needed];
  const same = [
    ...(after.sonames.size > 0 && sonames.length === 0 ? ['SONAME'] : []),
    ...(after.needed.size > 0 && needed.length === 0 ? ['NEEDED'] : []),
  ];
  return changes.length === 0 || same.length === 0 ? changes : [...changes, `as before: ${same.join(' and ')}`];
}

/** So many files are named whose content changed. */
const mostNamed = 8;

function contentChanges(before: TreeFacts['files'], after: TreeFacts['files'], sameNames: boolean): string[] {
  const changed = [...after].filter(([path, content]) => (before.get(path) ?? content) !== content);
  if (changed.length === 0) return [];
  const named = changed.slice(0, mostNamed).map(([path]) => path);
  const more = changed.length > mostNamed ? ', …' : '';
  return [`${sameNames ? 'same files; ' : ''}content of ${changed.length} differs: ${named.join(', ')}${more}`];
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
