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
  // This is done for every package of every run, with thousands of members: in order, they need no texts of their own.
  if (isInOrder(value)) return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map((each) => canonicalJson(each)).join(',')}]`;
  const members = value as Readonly<Record<string, unknown>>;
  let text = '';
  for (const name of Object.keys(members).sort()) {
    const member = members[name];
    if (member !== undefined) text += `${text === '' ? '' : ','}${JSON.stringify(name)}:${canonicalJson(member)}`;
  }
  return `{${text}}`;
}

/** Whether the keys are sorted at every depth. */
function isInOrder(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every((each) => isInOrder(each));
  const members = value as Readonly<Record<string, unknown>>;
  let last = '';
  for (const name of Object.keys(members)) {
    if (name < last || !isInOrder(members[name])) return false;
    last = name;
  }
  return true;
}
