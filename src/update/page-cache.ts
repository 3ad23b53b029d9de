import { join } from 'node:path';
import { digestOf } from '../base/digest.ts';
import { readIfPresent, writeAtomic } from '../base/files.ts';
import type { Page } from '../base/http-page.ts';

/** Pages of earlier runs with what a server needs to tell whether they are still the same. */
export interface PageCache {
  find(name: string): { readonly page: Page; readonly conditions: Readonly<Record<string, string>> } | undefined;
  /** Keeps a page that can be asked for conditionally; a cache that cannot be written is no reason to fail. */
  put(name: string, page: Page): void;
}

export function openPageCache(dir: string): PageCache {
  const fileOf = (name: string) => join(dir, `${digestOf(name)}.json`);
  return {
    find(name) {
      const page = parse(readIfPresent(fileOf(name)));
      const conditions = page && conditionsOf(page);
      return page === undefined || conditions === undefined ? undefined : { page, conditions };
    },
    put(name, page) {
      if (conditionsOf(page) === undefined) return;
      try {
        writeAtomic(fileOf(name), JSON.stringify(page));
      } catch {
        // The next run asks again.
      }
    },
  };
}

function conditionsOf({ headers }: Page): Readonly<Record<string, string>> | undefined {
  const { etag, 'last-modified': date } = headers;
  if (etag === undefined && date === undefined) return undefined;
  return { ...(etag && { 'if-none-match': etag }), ...(date && { 'if-modified-since': date }) };
}

function parse(text: string | undefined): Page | undefined {
  try {
    const page = JSON.parse(text ?? 'null') as Page | null;
    const isPage = typeof page?.text === 'string' && page.status === 200 && typeof page.headers === 'object';
    return isPage && page.headers !== null ? page : undefined;
  } catch {
    return undefined;
  }
}
