import { Failure } from '../../src/base/failure.ts';
import type { Page } from '../../src/base/http-page.ts';
import { greatestVersion } from '../../src/base/version.ts';
import { orders } from '../../src/base/version-schemes.ts';
import type { Recipe } from '../../src/recipe/recipe.ts';
import { type Checking, checkPackage, type UpdateRow } from '../../src/update/check.ts';
import { openPatterns } from '../../src/update/patterns.ts';
import type { Tools } from '../../src/update/strategy.ts';
import { loadedRecipe } from './recipes.ts';

/** What upstream answers: the text of a page by its address, or a whole page. */
export type Upstream = Readonly<Record<string, string | Partial<Page>>>;

export interface Around {
  /** Addresses of files that are not there, with the reason. */
  readonly missing?: Readonly<Record<string, string>>;
  readonly archive?: Readonly<Record<string, readonly string[]>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly trusting?: boolean;
  readonly onlyArchive?: boolean;
}

/** Tools that find these pages and nothing else; `asked` collects the addresses. */
export function toolsFor(upstream: Upstream, { archive = {}, env = {} }: Around = {}, asked: string[] = []): Tools {
  const pageAt = (url: string): Page => {
    asked.push(url);
    const found = upstream[url];
    if (found === undefined) throw new Failure('download-failed', `${url}: answered with HTTP status 404 (not found)`);
    const page = { status: 200, headers: {}, text: '', ...(typeof found === 'string' ? { text: found } : found) };
    if (page.status >= 400) throw new Failure('download-failed', `${url}: answered with HTTP status ${page.status}`);
    return page;
  };
  return {
    page: async (url) => pageAt(url),
    headers: async (url) => pageAt(url),
    post: async (url, body) => pageAt(`${url} ${body}`),
    match: patterns.match,
    archived: async (source) => archive[source] ?? [],
    token: (name) => env[name],
  };
}

const patterns = openPatterns();

/** The row of the recipe `zlib` with these pages upstream. */
export async function rowOf(
  recipe: Recipe,
  upstream: Upstream = {},
  around: Around = {},
): Promise<UpdateRow | undefined> {
  return (await rowsOf(recipe, upstream, around))[0];
}

/** The same with the rows of its extra sources. */
export async function rowsOf(
  recipe: Recipe,
  upstream: Upstream = {},
  around: Around = {},
): Promise<readonly UpdateRow[]> {
  const tools = toolsFor(upstream, around);
  const checking: Checking = {
    tools,
    ownAnswer: async ({ name, recipe: { version = '', checkUpdate } }, scheme) =>
      checkUpdate?.({
        ...{ name, version },
        fetchText: async (url) => (await tools.page(url)).text,
        greatest: (versions) => greatestVersion(versions, orders[scheme]),
      }),
    missing: async (url) => around.missing?.[url],
    missingInArchive: async (source, version) => around.missing?.[`${source} ${version}`],
    trusting: around.trusting ?? false,
    archive: around.onlyArchive ?? false,
  };
  return checkPackage('zlib', () => loadedRecipe('zlib', recipe), checking);
}

/** A directory page as a web server writes one. */
export const listingPage = (...names: readonly string[]): string =>
  `<html><body><h1>Index of /</h1><pre><a href="../">../</a>\n${names
    .map((name) => `<a href="${name}">${name}</a>   01-Jan-2024 10:00   1M\n`)
    .join('')}</pre></body></html>`;
