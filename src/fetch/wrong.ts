import { closeSync, openSync, readSync, renameSync } from 'node:fs';
import { isErrno } from '../base/files.ts';
import type { Received } from './receive.ts';

/** What came instead of the file, to be read after its source: a web page is named by its title. */
export function describeWrong(path: string, { size, contentType }: Received): string {
  if (size === 0) return 'gave an empty file';
  const start = startOf(path);
  if (!isWebPage(start, contentType)) return 'gave another file than the recipe describes';
  const title = titleOf(start);
  return title === undefined ? 'gave a web page without a title' : `gave a web page with the title "${title}"`;
}

/** Moves a wrong file out of the way, for people to look at: mk never reads it again. Undefined when it is gone already. */
export function keepAside(file: string, path: string, { sha256 }: Received): string | undefined {
  const aside = `${path}.bad-${sha256.slice(0, 12)}`;
  try {
    renameSync(file, aside);
    return aside;
  } catch (error) {
    // Another process saw the same and was faster.
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}

const isWebPage = (start: string, contentType: string | undefined): boolean =>
  /\bhtml\b/i.test(contentType ?? '') || /^\s*(?:<!doctype html|<html|<\?xml[^>]*>\s*<!doctype html)/i.test(start);

/** Without anything that a terminal might take for a command. */
function titleOf(page: string): string | undefined {
  const text = /<title[^>]*>([^<]*)/i.exec(page)?.[1] ?? '';
  const title = text
    .replaceAll('&amp;', '&')
    .replaceAll(/[\p{C}\s]+/gu, ' ')
    .trim();
  return title === '' ? undefined : title.length > 80 ? `${title.slice(0, 79)}…` : title;
}

function startOf(path: string): string {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(64 * 1024);
    return bytes.toString('utf8', 0, readSync(file, bytes));
  } finally {
    closeSync(file);
  }
}
