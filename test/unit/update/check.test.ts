import { describe, expect, test } from 'vitest';
import type { Recipe } from '../../../src/recipe/recipe.ts';
import { rowOf as check, listingPage, rowsOf } from '../../support/upstream.ts';

const source = {
  version: '1.2.3',
  url: (v: string) => `https://example.org/pub/zlib-${v}.tar.xz`,
  sha256: 'a'.repeat(64),
};
const directory = 'https://example.org/pub/';

const listed = (...versions: readonly string[]) => ({
  [directory]: listingPage(...versions.map((version) => `zlib-${version}.tar.xz`)),
});

describe('a package with a source', () => {
  test.each([
    ['new', ['1.2.2', '1.2.4'], '1.2.4'],
    ['same', ['1.2.2', '1.2.3'], '1.2.3'],
    ['older', ['1.2.2'], '1.2.2'],
  ])('is %s when upstream has %j', async (state, versions, newest) => {
    const rest = { inSeries: undefined, overall: undefined, note: undefined };
    expect(await check(source, listed(...versions))).toEqual({
      ...{ package: 'zlib', current: '1.2.3', newest, state, ...rest },
    });
  });

  test('is failed when upstream names no version, for that is no "up to date"', async () => {
    expect(await check(source, listed())).toMatchObject({
      ...{ state: 'failed', newest: undefined, note: `no version of it is listed at ${directory}` },
    });
    expect(await check({ version: '1' })).toMatchObject({
      note: expect.stringContaining('neither `url` nor `update`'),
    });
  });

  test.each([
    [
      ['1.3-rc1'],
      {},
      "none of the 1 versions that upstream has is for this recipe: 1.3-rc1 is a pre-release (channel: 'any' takes it)",
    ],
    [
      ['1.3', '1.4'],
      { ignore: ['1.*'] },
      'none of the 2 versions that upstream has is for this recipe: 1.4 is to be ignored ("1.*")',
    ],
    [
      ['1.3'],
      { series: '1.2' },
      'none of the 1 versions that upstream has is for this recipe: 1.3 is not in the series 1.2',
    ],
  ])('tells why %j with %j has nothing for it', async (versions, choice, note) => {
    const update = { from: 'listing', ...choice } as const;
    expect(await check({ ...source, update }, listed(...versions))).toMatchObject({ state: 'failed', note });
  });

  test('is failed when upstream cannot be asked, and says why', async () => {
    expect(await check(source)).toMatchObject({
      state: 'failed',
      note: `${directory}: answered with HTTP status 404 (not found)`,
    });
  });

  test('may name another page to look at', async () => {
    const update = { from: 'page', url: 'https://example.org/news', pattern: /zlib ([\d.]+) is out/ } as const;
    expect(await check({ ...source, update }, { 'https://example.org/news': 'zlib 1.3 is out' })).toMatchObject({
      ...{ state: 'new', newest: '1.3' },
    });
  });

  test('may say that there is nowhere to ask, and why', async () => {
    expect(await check({ ...source, update: { from: 'nowhere', because: 'dead since 2009' } })).toMatchObject({
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
    expect(await check({ ...source, checkUpdate: () => undefined })).toMatchObject({
      ...{ state: 'failed', note: 'checkUpdate has found no version' },
    });
  });

  test.each([
    ['1.3-rc1', `checkUpdate answers "1.3-rc1", which is a pre-release (channel: 'any' takes it)`],
    ['../../x', 'checkUpdate answers "../../x", which is no version'],
    ['', 'checkUpdate answers "", which is no version'],
    ['1.4\n', 'checkUpdate answers "1.4\\n", which is no version'],
    ['9'.repeat(200), `checkUpdate answers "${'9'.repeat(60)}…", which is no version`],
    ['20150101', 'checkUpdate answers "20150101", which looks like a date (--yes takes it)'],
  ])('is believed no more than any upstream when it answers %j', async (answer, note) => {
    expect(await check({ ...source, checkUpdate: () => answer })).toMatchObject({ state: 'failed', note });
  });

  test('follows what the recipe says of its choice', async () => {
    const update = { from: 'listing', channel: 'any' } as const;
    const checkUpdate = () => '1.3-rc1';
    expect(await check({ ...source, update, checkUpdate })).toMatchObject({ state: 'new', newest: '1.3-rc1' });
  });
});

test('a package without a version has no row', async () => {
  expect(await check({ license: 'MIT' })).toBeUndefined();
});

test('a package with a version and nowhere to ask is not up to date', async () => {
  expect(await check({ version: '1' })).toMatchObject({ state: 'failed' });
});

describe('a newer version', () => {
  const url = (version: string) => source.url(version);

  test('whose file is not there yet is not claimed, and the row says so', async () => {
    const missing = { [url('1.3')]: 'no file (404)' };
    expect(await check(source, listed('1.2.3', '1.2.4', '1.3'), { missing })).toMatchObject({
      ...{ state: 'new', newest: '1.2.4', overall: '1.3', note: '1.3 is announced, but no file (404)' },
    });
    expect(await check(source, listed('1.2.3', '1.3'), { missing })).toMatchObject({
      ...{ state: 'announced', newest: '1.3', note: '1.3 is announced, but no file (404)' },
    });
  });

  test('of another series is told beside the newest of the recipe own', async () => {
    const update = { from: 'listing', series: '1.2' } as const;
    expect(await check({ ...source, update }, listed('1.2.3', '1.2.10', '1.3', '1.20'))).toMatchObject({
      ...{ state: 'new', newest: '1.2.10', inSeries: undefined, overall: '1.20' },
    });
    expect(await check(source, listed('1.2.3', '1.2.10', '2.0'))).toMatchObject({ newest: '2.0', inSeries: '1.2.10' });
  });

  test('that looks like a mistake is named and not taken, unless that is wanted', async () => {
    const pages = listed('1.2.3', '1.2.4', '20150101');
    expect(await check(source, pages)).toMatchObject({
      ...{ newest: '1.2.4', overall: undefined, note: '20150101 looks like a date (--yes takes it)' },
    });
    expect(await check(source, pages, { trusting: true })).toMatchObject({ newest: '20150101', note: undefined });
  });
});

describe('an extra source with a version of its own', () => {
  const extraSources = {
    gmp: { url: 'https://example.org/gmp/gmp-6.2.1.tar.xz', sha256: 'b'.repeat(64), version: '6.2.1' },
    doc: { url: 'https://example.org/doc-1.2.3.tar.gz', sha256: 'c'.repeat(64) },
  };

  test('has a row beside that of its recipe, and is looked for where its url is', async () => {
    const pages = {
      ...listed('1.2.4'),
      'https://example.org/gmp/': listingPage('gmp-6.2.1.tar.xz', 'gmp-6.3.0.tar.xz'),
    };
    expect(await rowsOf({ ...source, extraSources }, pages)).toMatchObject([
      { package: 'zlib', state: 'new', newest: '1.2.4' },
      { package: 'zlib/gmp', current: '6.2.1', state: 'new', newest: '6.3.0' },
    ]);
  });

  test('may have a strategy of its own', async () => {
    const gmp = { ...extraSources.gmp, update: { from: 'nowhere', because: 'tied to the compiler' } } as const;
    const rows = await rowsOf({ ...source, extraSources: { gmp } }, listed('1.2.3'));
    expect(rows[1]).toMatchObject({ state: 'unknown', note: 'tied to the compiler' });
  });
});

describe('the source archive of the distribution', () => {
  const archive = { zlib: ['1.2.13.dfsg', '1.2.3'], 'zlib-1': ['1.2.9'] };

  test('is asked for a recipe that names it, and for all when that is wanted', async () => {
    const update = { from: 'apt', source: 'zlib' } as const;
    expect(await check({ ...source, update }, {}, { archive })).toMatchObject({ state: 'new', newest: '1.2.13' });
    expect(await check(source, {}, { archive, onlyArchive: true })).toMatchObject({ newest: '1.2.13' });
  });

  test('may list what it does not have', async () => {
    const around = { archive, onlyArchive: true, missing: { 'zlib 1.2.13': 'it is not there (404)' } };
    expect(await check(source, {}, around)).toMatchObject({
      ...{ state: 'announced', newest: '1.2.13', note: '1.2.13 is announced, but it is not there (404)' },
    });
  });

  test('is asked by the name that it has in the file of an alternative, and within the series of the recipe', async () => {
    const alternatives = [{ file: 'zlib-1_1.2.3.orig.tar.xz', sha256: 'b'.repeat(64) }];
    const around = { archive, onlyArchive: true };
    expect(await check({ ...source, alternatives }, {}, around)).toMatchObject({ newest: '1.2.9' });
    expect(await check({ ...source, update: { from: 'listing', archive: 'zlib-1' } }, {}, around)).toMatchObject({
      newest: '1.2.9',
    });
    const update = { from: 'github', repo: 'a/zlib', series: '1.1' } as const;
    expect(await check({ ...source, update }, {}, around)).toMatchObject({ state: 'failed' });
  });
});
