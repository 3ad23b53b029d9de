import { readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { Failure, type Place } from '../base/failure.ts';
import { placeAt } from '../base/place.ts';
import { isRegularFile, isThere } from './regular.ts';

/** A file or directory by override: the path of its most specific copy; undefined when no location has one. */
export function overridePath(
  { locations }: { readonly locations: readonly string[] },
  file: string,
): string | undefined {
  return locations.map((location) => join(location, checkedName(file))).find(isThere);
}

/** Every copy of a file, the most specific first. */
export function copies(locations: readonly string[], file: string): { readonly path: string; readonly text: string }[] {
  return locations
    .map((location) => join(location, checkedName(file)))
    .filter(isRegularFile)
    .map((path) => ({ path, text: plainText(readFileSync(path)) }));
}

/** The text of a file as editors of all systems write it: without a byte order mark, its lines ended by a newline alone. */
export const plainText = (bytes: Buffer): string =>
  bytes
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .replaceAll('\r\n', '\n');

/** The text of every copy, the most specific block first; a missing newline at the end never joins two lines. */
export function mergeTexts(locations: readonly string[], file: string): string {
  return copies(locations, file)
    .map(({ text }) => (text === '' || text.endsWith('\n') ? text : `${text}\n`))
    .join('');
}

/**
 * The items of a list file over all locations, sorted and each once. One item a line; `#` starts a comment;
 * `-name` takes away what a less specific location has added.
 */
export function mergeList(locations: readonly string[], file: string): string[] {
  const items = new Set<string>();
  for (const { text } of copies(locations, file).reverse()) {
    for (const item of itemsOf(text)) {
      if (item.startsWith('-')) items.delete(item.slice(1));
      else items.add(item);
    }
  }
  return [...items].sort();
}

/** Where the most specific copy of a list file that has this item has it. */
export function placeInList(locations: readonly string[], file: string, item: string): Place | undefined {
  for (const { path, text } of copies(locations, file)) {
    // Comments are blanked, not removed, so that everything stays where it is.
    const at = indexOfWord(text.replace(/#.*$/gm, blanks), item);
    if (at !== undefined) return placeAt(path, text, at, item.length);
  }
  return undefined;
}

/** Where the most specific copy of a file that has this word has it first. */
export function placeOfWord(locations: readonly string[], file: string, word: string): Place | undefined {
  for (const { path, text } of copies(locations, file)) {
    const at = indexOfWord(text, word);
    if (at !== undefined) return placeAt(path, text, at, word.length);
  }
  return undefined;
}

const blanks = (text: string): string => ' '.repeat(text.length);

/** Where a word stands that has no part of another word beside it. */
export function indexOfWord(text: string, word: string): number | undefined {
  const isEdge = (character: string | undefined) => character === undefined || /[\s"'=]/.test(character);
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (isEdge(text[at - 1]) && isEdge(text[at + word.length])) return at;
  }
  return undefined;
}

const itemsOf = (text: string): string[] =>
  text
    .split('\n')
    .flatMap((line) => line.replace(/#.*$/s, '').trim().split(/\s+/))
    .filter((item) => item !== '');

function checkedName(file: string): string {
  if (file !== '' && !isAbsolute(file) && !file.split('/').includes('..')) return file;
  throw new Failure('config-invalid', `"${file}" is no name of a configuration file`, {
    hint: 'configuration files are named relative to the board or product directory',
  });
}
