import { isAbsolute } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findProgram } from '../base/command.ts';
import { Failure } from '../base/failure.ts';

/**
 * A place that may have any distfile. It is not trusted: what comes from it must have the digest that a recipe names.
 * Directories and sites hold a file as `<name>` or as `sha256/<first two digits>/<sha256>`.
 */
export type Mirror =
  | { readonly kind: 'directory'; readonly dir: string }
  | { readonly kind: 'site'; readonly url: string }
  /** The source archive of the machine's own distribution. */
  | { readonly kind: 'apt'; readonly last: boolean };

/**
 * Reads MK_MIRRORS: absolute directories, file:, http: and https: URLs and `apt:`, separated by blanks, first tried
 * first. Without the variable there is one mirror, `apt:`, tried after everything else, if the machine has apt.
 * Fails with usage for any other word.
 */
export function parseMirrors(text: string | undefined): readonly Mirror[] {
  if (text === undefined) return findProgram('apt-get') === undefined ? [] : [{ kind: 'apt', last: true }];
  return text.split(/\s+/).filter(Boolean).map(parseMirror);
}

/** Where a mirror may keep a file, relative to its root. */
export const mirrorPaths = (file: string, sha256: string): readonly [string, string] => [
  file,
  `sha256/${sha256.slice(0, 2)}/${sha256}`,
];

function parseMirror(word: string): Mirror {
  if (word === 'apt:') return { kind: 'apt', last: false };
  if (isAbsolute(word)) return { kind: 'directory', dir: word };
  if (/^file:/.test(word) && URL.canParse(word)) return { kind: 'directory', dir: fileURLToPath(word) };
  if (/^https?:/.test(word) && URL.canParse(word)) return { kind: 'site', url: word.replace(/\/+$/, '') };
  throw new Failure('usage', `MK_MIRRORS: "${word}" is not a mirror`, {
    hint: 'use an absolute directory, a file:, http: or https: URL, or apt:',
  });
}
