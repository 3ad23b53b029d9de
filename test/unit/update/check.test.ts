import { describe, expect, test } from 'vitest';
import { Failure } from '../../../src/base/failure.ts';
import type { Recipe } from '../../../src/recipe/recipe.ts';
import { checkPackage } from '../../../src/update/check.ts';
import { loadedRecipe } from '../../support/recipes.ts';

const source = {
  version: '1.2.3',
  url: (v: string) => `https://example.org/pub/zlib-${v}.tar.xz`,
  sha256: 'a'.repeat(64),
};

/** The row of a recipe whose upstream has these pages. */
const check = (recipe: Recipe, pages: Readonly<Record<string, string>> = {}) =>
  checkPackage(loadedRecipe('zlib', recipe), async (url) => {
    const page = pages[url];
    if (page === undefined) throw new Failure('download-failed', `${url}: 404 Not Found`);
    return page;
  });

const listed = (...versions: readonly string[]) => ({
  'https://example.org/pub/': versions.map((version) => `<a href="zlib-${version}.tar.xz">`).join(),
});

describe('a package with a source', () => {
  test.each([
    ['new', ['1.2.2', '1.2.4'], '1.2.4'],
    ['same', ['1.2.2', '1.2.3'], '1.2.3'],
    ['older', ['1.2.2'], '1.2.2'],
  ])('is %s when upstream has %j', async (state, versions, newest) => {
    expect(await check(source, listed(...versions))).toEqual({
      ...{ package: 'zlib', current: '1.2.3', newest, state, note: undefined },
    });
  });

  test('is failed when upstream names no version, for that is no "up to date"', async () => {
    expect(await check(source, listed())).toMatchObject({
      ...{ state: 'failed', newest: undefined, note: 'upstream names no version' },
    });
  });

  test('is failed when upstream cannot be asked, and says why', async () => {
    expect(await check(source)).toMatchObject({ state: 'failed', note: 'https://example.org/pub/: 404 Not Found' });
  });

  test('may name another page to look at', async () => {
    const update = { from: 'listing', url: 'https://example.org/news', pattern: /zlib ([\d.]+) is out/ } as const;
    expect(await check({ ...source, update }, { 'https://example.org/news': 'zlib 1.3 is out' })).toMatchObject({
      ...{ state: 'new', newest: '1.3' },
    });
  });

  test('may say that there is nowhere to ask, and why', async () => {
    expect(await check({ ...source, update: { from: 'nowhere', because: 'dead since 2009' } })).toEqual({
      ...{ package: 'zlib', current: '1.2.3', newest: undefined, state: 'unknown', note: 'dead since 2009' },
    });
  });
});

describe('the checkUpdate hook', () => {
  test('is asked instead of the listing, and can read pages and compare versions', async () => {
    const recipe: Recipe = {
      ...source,
      async checkUpdate({ name, version, fetchText, greatest }) {
        const text = await fetchText(`https://example.org/${name}/${version}`);
        return greatest(text.split(' '));
      },
    };
    expect(await check(recipe, { 'https://example.org/zlib/1.2.3': '1.9 1.10 1.8' })).toMatchObject({ newest: '1.10' });
  });

  test('that breaks is told in the row and breaks nothing else', async () => {
    const checkUpdate = () => {
      throw new RangeError('no such page');
    };
    expect(await check({ ...source, checkUpdate })).toMatchObject({ state: 'failed', note: 'no such page' });
    const rejects = () => Promise.reject('a text');
    expect(await check({ ...source, checkUpdate: rejects })).toMatchObject({ state: 'failed', note: 'a text' });
  });

  test('that cannot tell is no newer version', async () => {
    expect(await check({ ...source, checkUpdate: () => undefined })).toMatchObject({ state: 'failed' });
  });
});

test('a package without a version has no row', async () => {
  expect(await check({ license: 'MIT' })).toBeUndefined();
});

test('a package with a version and nowhere to ask is not up to date', async () => {
  expect(await check({ version: '1' })).toMatchObject({ state: 'failed' });
});
