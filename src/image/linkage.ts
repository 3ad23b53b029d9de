import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readElf } from '../base/elf.ts';
import { walkTree } from '../base/files.ts';
import type { ArchiveEntry } from '../base/tar.ts';
import type { Content } from '../recipe/context.ts';
import { resolvePath } from './entries.ts';

/** Which libraries the files of a tree offer to others, and which they ask for. */
export interface Linkage {
  readonly offered: ReadonlySet<string>;
  readonly needed: ReadonlySet<string>;
}

/** Reads all ELF files of a tree; firmware and boot files are not for the system's own loader. */
export function linkageOf(tree: string): Linkage {
  const offered = new Set<string>();
  const needed = new Set<string>();
  for (const { path, kind } of walkTree(tree)) {
    if (isForeignCode(path) || kind === 'directory') continue;
    // A loader looks for a file by the name it needs, so a link offers its own name.
    if (kind === 'symlink') offered.add(basename(path));
    const elf = kind === 'file' ? readElf(join(tree, path)) : undefined;
    if (elf === undefined) continue;
    offered.add(basename(path));
    if (elf.soname !== undefined) offered.add(elf.soname);
    for (const library of elf.needed) needed.add(library);
  }
  return { offered, needed };
}

/**
 * The packages that belong in an image: all, without those that are there only for their libraries (`whenLinked`) when
 * no file of the others needs one of these, directly or through such a package.
 */
export function linkedContents(contents: readonly Content[]): readonly Content[] {
  if (!contents.some(({ whenLinked }) => whenLinked)) return contents;
  const linkage = new Map(contents.map(({ name, tree }) => [name, linkageOf(tree)]));
  const included = new Set(contents.filter(({ whenLinked }) => !whenLinked).map(({ name }) => name));
  for (let before = -1; before !== included.size; ) {
    before = included.size;
    const needed = new Set([...included].flatMap((name) => [...(linkage.get(name)?.needed ?? [])]));
    for (const { name } of contents) {
      const offered = linkage.get(name)?.offered ?? new Set();
      if (!offered.isDisjointFrom(needed)) included.add(name);
    }
  }
  return contents.filter(({ name }) => included.has(name));
}

/** A program or library of an image that cannot be loaded there. */
export interface Unloadable {
  readonly path: string;
  /** The library or program loader that no file of the image is. */
  readonly missing: string;
}

/** Every ELF file of an image whose libraries or program loader are not in it. */
export function unloadable(entries: ReadonlyMap<string, ArchiveEntry>): readonly Unloadable[] {
  const offered = new Set<string>();
  const wanted: Unloadable[] = [];
  for (const { path, kind, content } of entries.values()) {
    if (isForeignCode(path) || kind === 'directory') continue;
    offered.add(basename(path));
    const elf = content !== undefined && 'file' in content ? readElf(content.file) : undefined;
    if (elf === undefined) continue;
    if (elf.soname !== undefined) offered.add(elf.soname);
    wanted.push(...elf.needed.map((missing) => ({ path, missing })));
    if (elf.interpreter !== undefined && resolvePath(entries, elf.interpreter) === undefined)
      wanted.push({ path, missing: elf.interpreter });
  }
  return wanted.filter(({ missing }) => missing.startsWith('/') || !offered.has(missing));
}

/** The package whose tree has the file that `missing` names, if one of them has. */
export function packageWith(missing: string, contents: readonly Content[]): string | undefined {
  return contents.find(({ tree }) => existing(join(tree, 'lib')).includes(basename(missing)))?.name;
}

const isForeignCode = (path: string): boolean => /^(boot|lib\/firmware)\//.test(path);

function existing(dir: string): readonly string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}
