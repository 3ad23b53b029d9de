import { isUtf8 } from 'node:buffer';

/**
 * Names in archives are bytes, in whatever encoding their author used. Here they are byte strings: each character is
 * one byte, so that no two names become one, and a file gets just the name that it had.
 */

/** The byte string of a text in UTF-8. */
export const bytesOf = (text: string): string => (isPlain(text) ? text : Buffer.from(text).toString('latin1'));

/** The name as functions for files take it. */
export const onDisk = (name: string): string | Buffer => (isPlain(name) ? name : Buffer.from(name, 'latin1'));

/** The byte string as a text, when it is one in UTF-8. */
export function textOf(name: string): string | undefined {
  if (isPlain(name)) return name;
  const bytes = Buffer.from(name, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : undefined;
}

/** The name as people may see it, without what a terminal would obey. */
export const shownName = (name: string): string =>
  Buffer.from(name, 'latin1')
    .toString('utf8')
    .replaceAll(/\p{Cc}/gu, '?');

// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant
const isPlain = (text: string): boolean => /^[\x00-\x7f]*$/.test(text);
