import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { failuresOf } from '../base/failure.ts';
import { placeAt } from '../base/place.ts';
import { isScratch } from '../base/scratch.ts';
import { didYouMean } from '../base/suggest.ts';
import { copies, indexOfWord } from './layers.ts';
import { type Mentions, mentionsIn } from './mentions.ts';
import type { Target } from './target.ts';
import { readVariables } from './variables.ts';

/** The variables that every configuration may have, as the README tells of them. */
const documentedVariables: Readonly<Record<string, readonly string[]>> = {
  TOOLCHAIN: [
    ...['TARGET', 'GCC_CPU', 'GCC_EXTRACFG', 'MUSL_CPU', 'LINUXPKG', 'LINUX_CPU', 'LINUX_TGT', 'LINUX_DEFCONFIG'],
    ...['LINUX_DTB', 'INITRAMFS', 'UBOOT_DEFCONFIG', 'OPENSSL_TARGET', 'TOOLCHAINPKG'],
  ],
  INIT: ['GETTY_TTY', 'HWCLOCK', 'DHCP_PORTS', 'SERVICES', 'MODULES', 'ROOT_PASSWORD'],
  DISK: ['BOOTLOADER', 'KERNEL_ARGS', 'DEVICE_TREE', 'BOOT_SIZE', 'OVERLAY_SIZE'],
  QEMU: ['PROGRAM', 'MACHINE', 'CPU', 'MEMORY', 'CONSOLE', 'DRIVE', 'DTB', 'NETWORK', 'APPEND', 'ARGS'],
};

const documentedFiles = [
  ...Object.keys(documentedVariables),
  'ROOTFS',
  'LDPATH',
  'PREFER',
  'BOARDS',
  'BASE',
  'patches',
];

interface Read {
  readonly kind: string;
  readonly name: string;
}

/** What is known of a target's configuration before anything is built. */
export interface Known {
  /** What the fields of its recipes have asked for. */
  readonly reads: Iterable<Read>;
  /** The text of all recipes there are. */
  readonly recipes: string;
  readonly boards: readonly string[];
  /** The packages of the image that do not run without this one; none when it is not in the image. */
  neededBy(name: string): readonly string[];
}

/**
 * What in the configuration has no effect and looks like a mistake, each in a sentence with its place: a file or a variable
 * that no recipe names and whose own name is nearly that of one that is documented or read, and a `-name` that takes
 * nothing away. Other names are the business of whoever made them up.
 */
export function suspicions({ locations }: Pick<Target, 'locations'>, known: Known): readonly string[] {
  const mentions = mentionsIn(known.recipes);
  const reads = [...known.reads];
  const lists = new Set(['ROOTFS', ...reads.filter(({ kind }) => kind === 'list').map(({ name }) => name)]);
  const variables = reads.filter(({ kind }) => kind === 'variable').map(({ name }) => splitName(name));
  const sets = new Set([
    ...Object.keys(documentedVariables),
    ...mentions.variableFiles,
    ...variables.map(({ file }) => file),
  ]);
  const files = new Set([
    ...[...documentedFiles, ...sets, ...lists, ...mentions.files],
    ...reads.filter(({ kind }) => kind !== 'variable').map(({ name }) => name),
  ]);
  return [
    ...unreadFiles(locations, files, mentions, known.boards),
    ...[...sets].sort().flatMap((file) => {
      const read = variables.filter((each) => each.file === file).map(({ variable }) => variable);
      return unreadVariables(locations, file, read, mentions);
    }),
    ...[...lists].sort().flatMap((file) => idleRemovals(locations, file, known)),
  ];
}

function splitName(name: string): { readonly file: string; readonly variable: string } {
  const colon = name.lastIndexOf(':');
  return { file: name.slice(0, colon), variable: name.slice(colon + 1) };
}

/** Files and directories with the name of none that is read, but with nearly that of one. */
function unreadFiles(
  locations: readonly string[],
  files: ReadonlySet<string>,
  mentions: Mentions,
  boards: readonly string[],
): string[] {
  const found: string[] = [];
  for (const location of locations.toReversed()) {
    for (const entry of readdirSync(location, { withFileTypes: true })) {
      const { name } = entry;
      if (files.has(name) || boards.includes(name) || isScratch(name) || name.startsWith('.') || mentions.has(name))
        continue;
      const names = entry.isDirectory() ? [...files, ...boards] : files;
      const hint = inOtherCase(name, names) ?? didYouMean(name, names);
      if (hint !== undefined) found.push(`${join(location, name)}: nobody reads it: ${hint}`);
    }
  }
  return found;
}

const inOtherCase = (name: string, names: Iterable<string>): string | undefined => {
  const same = [...names].find((each) => each.toLowerCase() === name.toLowerCase());
  return same && `did you mean "${same}"?`;
};

function unreadVariables(
  locations: readonly string[],
  file: string,
  read: readonly string[],
  mentions: Mentions,
): string[] {
  const known = new Set([...(documentedVariables[file] ?? mentions.variables), ...read]);
  const variables = variablesIn(locations, file);
  const texts = copies(locations, file).map(({ text }) => text);
  return [...variables].flatMap(([name, { file: path, text, from }]) => {
    if (known.has(name) || mentions.has(name)) return [];
    // Others may be made of it.
    const isUsed = new RegExp(`\\$(\\{${name}\\}|${name}\\b)`);
    const uses = texts.flatMap((each) => each.match(new RegExp(isUsed, 'g')) ?? []).length;
    const own = texts.flatMap((each) => each.match(new RegExp(`^\\s*${name}=.*${isUsed.source}`, 'gm')) ?? []).length;
    const hint = didYouMean(name, known);
    if (uses > own || hint === undefined || name.length < 4) return [];
    // The name stands before its value, with nothing but the sign between them.
    return [`${at(path, text, from - name.length - 1)}: nobody reads ${name}: ${hint}`];
  });
}

/** Nothing of a file that cannot be read: who needs it is told so. */
function variablesIn(locations: readonly string[], file: string): ReturnType<typeof readVariables> {
  try {
    return readVariables(locations, file);
  } catch (error) {
    if (failuresOf(error) === undefined) throw error;
    return new Map();
  }
}

/** Where items are taken away that no more general location has added, or that others in the image bring back. */
function idleRemovals(locations: readonly string[], file: string, { neededBy }: Pick<Known, 'neededBy'>): string[] {
  const added = new Set<string>();
  const found: string[] = [];
  for (const { path, text } of copies(locations, file).reverse()) {
    for (const item of text.replace(/#.*$/gm, '').split(/\s+/)) {
      const taken = item.slice(1);
      if (!item.startsWith('-')) added.add(item);
      else {
        const wasAdded = added.delete(taken);
        const [user] = neededBy(taken);
        if (wasAdded && user === undefined) continue;
        const why = user === undefined ? didYouMean(taken, added) : `${user} needs it`;
        const place = at(path, text, indexOfWord(text, item) ?? 0);
        found.push(`${place}: ${item} takes nothing away: ${why ?? 'no more general place has added it'}`);
      }
    }
  }
  return found;
}

function at(path: string, text: string, from: number): string {
  const { line, column } = placeAt(path, text, from, 1);
  return `${path}:${line}:${column}`;
}
