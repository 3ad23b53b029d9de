import { createHash, hash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';

declare const digestBrand: unique symbol;

/** A SHA-256 digest as 64 lower-case hexadecimal digits. */
export type Digest = string & { readonly [digestBrand]: true };

const pattern = /^[0-9a-f]{64}$/;

export const isDigest = (text: string): text is Digest => pattern.test(text);

/** Digest of a text (as UTF-8) or of bytes. */
export const digestOf = (content: string | Uint8Array): Digest => hash('sha256', content) as Digest;

/** Digest of a value as canonical JSON: keys sorted, no blanks, so that equal documents have equal digests. */
export const digestOfDocument = (document: unknown): Digest => digestOf(canonicalJson(document));

/** Digest of a file's content, read in pieces. */
export function digestOfFile(path: string | Buffer): Digest {
  const sum = createHash('sha256');
  const buffer = Buffer.allocUnsafe(256 * 1024);
  const file = openSync(path, 'r');
  try {
    for (let size = readSync(file, buffer); size > 0; size = readSync(file, buffer))
      sum.update(buffer.subarray(0, size));
  } finally {
    closeSync(file);
  }
  return sum.digest('hex') as Digest;
}

/** JSON with sorted keys; `undefined` members are left out. */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (Array.isArray(value))
    return value.length === 0 ? '[]' : `[${value.map((each) => canonicalJson(each)).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  // This is done for every package of every run, with thousands of members: no array is made for each.
  const members = value as Readonly<Record<string, unknown>>;
  const keys = Object.keys(members);
  if (keys.length === 0) return '{}';
  const isSorted = areSorted(keys);
  if (isSorted && keys.every((name) => typeof members[name] === 'string')) return JSON.stringify(members);
  let text = '';
  for (const name of isSorted ? keys : keys.sort()) {
    const member = members[name];
    if (member !== undefined) text += `${text === '' ? '' : ','}${JSON.stringify(name)}:${canonicalJson(member)}`;
  }
  return `{${text}}`;
}

function areSorted(keys: readonly string[]): boolean {
  for (let at = 1; at < keys.length; at++) if ((keys[at - 1] ?? '') > (keys[at] ?? '')) return false;
  return true;
}
