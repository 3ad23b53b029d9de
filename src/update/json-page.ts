import { Failure } from '../base/failure.ts';
import type { Page } from '../base/http-page.ts';
import { type Found, releases, type Tools } from './strategy.ts';

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
export const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);
export const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** The value that a page holds; fails with download-failed for a page that is no JSON. */
export function jsonOf({ text }: Page): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Failure('download-failed', 'the answer is no JSON', { detail: text.slice(0, 200) });
  }
}

/** Pages of one list that are read; beyond them are versions from long ago. */
const pagesRead = 10;

/** A list that may be spread over several pages, each naming the next in its header Link. */
export async function listAt(
  url: string,
  tools: Tools,
  headers: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  const all: unknown[] = [];
  let next: string | undefined = url;
  for (let read = 0; next !== undefined && read < pagesRead; read++) {
    const page: Page = await tools.page(next, { headers });
    const items = jsonOf(page);
    if (!isList(items)) return items;
    all.push(...items);
    const link: string | undefined = /<([^<>]*)>\s*;[^,<]*\brel="?next\b/.exec(page.headers['link'] ?? '')?.[1];
    next = link === undefined ? undefined : new URL(link, next).href;
    // A server that sends us elsewhere is not to see the user's token.
    if (next !== undefined && new URL(next).origin !== new URL(url).origin) next = undefined;
  }
  return all;
}

/**
 * The texts and numbers at a path such as `releases.*.version`: `*` is every item of a list or member of an object; at
 * the end of a path that leads to an object it is the members' names.
 */
export function valuesAt(value: unknown, path: string): string[] {
  let now: readonly unknown[] = [value];
  const steps = path.split('.').filter(Boolean);
  for (const [at, step] of steps.entries()) {
    const isLast = at === steps.length - 1;
    now = now.flatMap((each) => {
      if (step !== '*')
        return isList(each) ? [each[Number(step)]] : isRecord(each) && Object.hasOwn(each, step) ? [each[step]] : [];
      if (isList(each)) return each;
      return isRecord(each) ? (isLast ? Object.keys(each) : Object.values(each)) : [];
    });
  }
  return now.flat().flatMap((each) => (typeof each === 'string' || typeof each === 'number' ? [String(each)] : []));
}

interface Json {
  readonly url: string;
  readonly path: string;
  readonly pattern?: RegExp;
}

export async function askJson({ url, path, pattern }: Json, tools: Tools): Promise<readonly Found[]> {
  const values = valuesAt(jsonOf(await tools.page(url)), path);
  return releases(pattern === undefined ? values : (await tools.match(pattern, values)).flat());
}
