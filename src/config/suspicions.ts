import { failuresOf } from '../base/failure.ts';
import { placeAt } from '../base/place.ts';
import { didYouMean } from '../base/suggest.ts';
import { copies, indexOfWord } from './layers.ts';
import type { Target } from './target.ts';
import { readVariables } from './variables.ts';

/** The variables that every configuration may have, as the README tells of them. */
const documented: Readonly<Record<string, readonly string[]>> = {
  TOOLCHAIN: [
    ...['TARGET', 'GCC_CPU', 'GCC_EXTRACFG', 'MUSL_CPU', 'LINUXPKG', 'LINUX_CPU', 'LINUX_TGT', 'LINUX_DEFCONFIG'],
    ...['LINUX_DTB', 'INITRAMFS', 'UBOOT_DEFCONFIG', 'OPENSSL_TARGET', 'TOOLCHAINPKG'],
  ],
  INIT: ['GETTY_TTY', 'HWCLOCK', 'DHCP_PORTS', 'SERVICES', 'MODULES', 'ROOT_PASSWORD'],
};

interface Read {
  readonly kind: string;
  readonly name: string;
}

/**
 * What in the configuration has no effect and looks like a mistake, each in a sentence with its place: a variable that
 * nobody reads and whose name is nearly that of one that is known or read, and a `-name` that takes nothing away. `reads`
 * is all that the recipes of the target have asked for. Other names are the business of whoever made them up.
 */
export function suspicions({ locations }: Pick<Target, 'locations'>, reads: Iterable<Read>): readonly string[] {
  const asked = Map.groupBy(reads, ({ kind }) => (kind === 'list' ? 'list' : 'variable'));
  const names = Map.groupBy(
    (asked.get('variable') ?? []).filter(({ kind }) => kind === 'variable').map(({ name }) => splitName(name)),
    ({ file }) => file,
  );
  const files = new Set([...Object.keys(documented), ...names.keys()]);
  const lists = new Set((asked.get('list') ?? []).map(({ name }) => name));
  return [
    ...[...files].sort().flatMap((file) =>
      unreadVariables(
        locations,
        file,
        (names.get(file) ?? []).map((each) => each.variable),
      ),
    ),
    ...[...lists].sort().flatMap((file) => idleRemovals(locations, file)),
  ];
}

function splitName(name: string): { readonly file: string; readonly variable: string } {
  const colon = name.lastIndexOf(':');
  return { file: name.slice(0, colon), variable: name.slice(colon + 1) };
}

function unreadVariables(locations: readonly string[], file: string, read: readonly string[]): string[] {
  const known = new Set([...(documented[file] ?? []), ...read]);
  const variables = variablesIn(locations, file);
  const texts = copies(locations, file).map(({ text }) => text);
  return [...variables].flatMap(([name, { file: path, text, from }]) => {
    if (known.has(name)) return [];
    // Others may be made of it.
    const isUsed = new RegExp(`\\$(\\{${name}\\}|${name}\\b)`);
    const uses = texts.flatMap((each) => each.match(new RegExp(isUsed, 'g')) ?? []).length;
    const own = texts.flatMap((each) => each.match(new RegExp(`^\\s*${name}=.*${isUsed.source}`, 'gm')) ?? []).length;
    const hint = didYouMean(name, known);
    if (uses > own || hint === undefined || name.length < 4) return [];
    return [`${at(path, text, from)}: nobody reads ${name}: ${hint}`];
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

/** Where items are taken away that no more general location has added. */
function idleRemovals(locations: readonly string[], file: string): string[] {
  const added = new Set<string>();
  const found: string[] = [];
  for (const { path, text } of copies(locations, file).reverse()) {
    for (const item of text.replace(/#.*$/gm, '').split(/\s+/)) {
      const taken = item.slice(1);
      if (!item.startsWith('-')) added.add(item);
      else if (!added.delete(taken)) {
        const hint = didYouMean(taken, added) ?? 'no more general place has added it';
        found.push(`${at(path, text, indexOfWord(text, item) ?? 0)}: ${item} takes nothing away: ${hint}`);
      }
    }
  }
  return found;
}

function at(path: string, text: string, from: number): string {
  const { line, column } = placeAt(path, text, from, 1);
  return `${path}:${line}:${column}`;
}
