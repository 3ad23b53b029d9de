import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Digest, digestOf } from '../base/digest.ts';
import { readIfPresent, writeAtomic } from '../base/files.ts';

/** The start of a file that a broken transfer has left, and what the server recognises the body by. */
export interface Note {
  readonly received: number;
  readonly validator: string;
}

const oneDay = 24 * 3600 * 1000;

/** Where a file lies while it comes in: one name for all who want this digest under this path, so that none begins anew. */
export const partialName = (path: string, sha256: Digest): string => `${path}.part-${sha256.slice(0, 12)}`;

const noteName = (part: string): string => `${part}.json`;

/** What an earlier transfer from this very address has left; undefined when there is nothing to go on from. */
export function readNote(part: string, url: string): Note | undefined {
  const received = statSync(part, { throwIfNoEntry: false })?.size ?? 0;
  const text = readIfPresent(noteName(part));
  if (received === 0 || text === undefined) return undefined;
  try {
    const note = JSON.parse(text) as { readonly url?: unknown; readonly validator?: unknown };
    if (note.url !== digestOf(url) || typeof note.validator !== 'string') return undefined;
    return { received, validator: note.validator };
  } catch {
    return undefined;
  }
}

/** To be called before the first byte is written. The address is kept as a digest, since it may hold a password. */
export function writeNote(part: string, url: string, validator: string | undefined): void {
  if (validator === undefined) rmSync(noteName(part), { force: true });
  else writeAtomic(noteName(part), JSON.stringify({ url: digestOf(url), validator }));
}

/** Drops the note; the file is complete, or no good. */
export const removeNote = (part: string): void => rmSync(noteName(part), { force: true });

/** Removes what nobody can go on from: a file without a note, or an empty one. */
export function tidyPartial(part: string): void {
  const size = statSync(part, { throwIfNoEntry: false })?.size ?? 0;
  if (size === 0 || readIfPresent(noteName(part)) === undefined) discardPartial(part);
}

export function discardPartial(part: string): void {
  rmSync(part, { force: true });
  removeNote(part);
}

/** Removes what transfers left that were killed more than a day ago, or broke more than a week ago. */
export function removeStale(dir: string): void {
  for (const name of readdirSync(dir)) {
    const days = /\.\d+-[0-9a-f]{12}\.tmp$/.test(name)
      ? 1
      : /\.part-[0-9a-f]{12}(?:\.json|\.lock)?$/.test(name)
        ? 7
        : 0;
    if (days === 0) continue;
    const path = join(dir, name);
    const written = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
    if (written !== undefined && Date.now() - written > days * oneDay) rmSync(path, { force: true, recursive: true });
  }
}
