import { describe, expect, test } from 'vitest';
import { greatestVersion } from '../../../src/base/version.ts';
import { askListing, walkTo } from '../../../src/update/listing.ts';
import { listingPage, toolsFor, type Upstream } from '../../support/upstream.ts';

type Url = (version: string) => string;

/** All versions that the default listing of a recipe finds. */
async function found(url: Url, version: string, pages: Upstream, asked: string[] = []): Promise<string[]> {
  const versions = await askListing({}, toolsFor(pages, {}, asked), { name: 'x', version, url });
  return versions.map((each) => each.version);
}

/** The newest version of a file in a directory with these. */
async function newest(file: Url, version: string, ...files: readonly string[]): Promise<string | undefined> {
  const url: Url = (v) => `https://example.org/pub/${file(v)}`;
  return greatestVersion(await found(url, version, { 'https://example.org/pub/': listingPage(...files) }));
}
const zlib: Url = (v) => `zlib-${v}.tar.xz`;

describe('the listing of a distfile', () => {
  test('is the directory it lies in', () => {
    const walk = walkTo({ name: 'zlib', version: '1.2', url: (v) => `https://example.org/pub/zlib-${v}.tar.xz` });
    expect(walk?.root).toBe('https://example.org/pub/');
    expect(walk?.levels).toHaveLength(1);
  });

  test('names any version of that file', async () => {
    expect(await newest(zlib, '1.2.9', 'zlib-1.2.11.tar.xz', 'zlib-1.2.9.tar.xz', 'zlib-1.10.tar.xz')).toBe('1.10');
  });

  test('does not mind other files, signatures and packages with a longer name', async () => {
    const others = [
      'zlib-1.9.tar.xz.asc',
      'myzlib-1.9.tar.xz',
      'zlib-ng-1.9.tar.xz',
      'zlib-doc-1.9.tar.xz',
      'zlib-x.tar.xz',
    ];
    expect(await newest(zlib, '1.2', 'zlib-1.3.tar.xz', ...others, 'zlib-1.9.tar.xz.sha256')).toBe('1.3');
  });

  test('sees a release that is packed in another way', async () => {
    expect(await newest(zlib, '1.2', 'zlib-1.2.tar.xz', 'zlib-1.3.tar.gz')).toBe('1.3');
  });

  test('takes a name as it is: a dot is a dot', async () => {
    const files = ['aXb+c-2.0.tgz', 'a.bbc-3.0.tgz', 'a.b+c-1.1.tgz'];
    expect(await newest((v) => `a.b+c-${v}.tgz`, '1.0', ...files)).toBe('1.1');
  });

  test('has a version that stands twice in a name twice', async () => {
    const files = ['gcc-1.3-core-1.2.tar.xz', 'gcc-1.3-core-1.3.tar.xz'];
    expect(await newest((v) => `gcc-${v}-core-${v}.tar.xz`, '1.2', ...files)).toBe('1.3');
  });

  test('finds letters, dates and stages', async () => {
    const files = ['a-1.1.1w.tar.xz', 'a-20240101.tar.xz', 'a-2024b.tar.xz', 'a-2.0-rc1.tar.xz', 'a-9.8p1.tar.xz'];
    const url: Url = (v) => `https://example.org/a-${v}.tar.xz`;
    const versions = await found(url, '1.0', { 'https://example.org/': listingPage(...files) });
    expect(versions).toEqual(['1.1.1w', '20240101', '2024b', '2.0-rc1', '9.8p1']);
  });

  test('that is empty names nothing', async () => {
    expect(await newest(zlib, '1.2')).toBeUndefined();
  });
});

describe('directories with versions in their names are walked', () => {
  const root = 'https://example.org/util/';

  test('when the name has the whole version', async () => {
    const pages = {
      [root]: listingPage(
        'gcc-9.1/',
        'gcc-12.2.0/',
        'gcc-13.1.0/',
        'gcc.txt',
        'other/',
        'gcc-10.1/',
        'infrastructure/',
      ),
      [`${root}gcc-13.1.0/`]: listingPage('gcc-13.1.0.tar.xz', 'gcc-13.1.0.tar.xz.sig'),
      [`${root}gcc-12.2.0/`]: listingPage('gcc-12.2.0.tar.xz'),
      [`${root}gcc-10.1/`]: listingPage(),
    };
    const asked: string[] = [];
    expect(await found((v) => `${root}gcc-${v}/gcc-${v}.tar.xz`, '12.2.0', pages, asked)).toEqual(['13.1.0', '12.2.0']);
    // The oldest is not worth a question.
    expect(asked).not.toContain(`${root}gcc-9.1/`);
  });

  test('when the name has the first numbers of it', async () => {
    const url: Url = (v) => `${root}v${v.split('.').slice(0, 2).join('.')}/util-linux-${v}.tar.xz`;
    const pages = {
      [root]: listingPage('v2.39/', 'v2.40/', 'v2.9/'),
      [`${root}v2.40/`]: listingPage(
        'util-linux-2.40.tar.xz',
        'util-linux-2.40.2.tar.xz',
        'util-linux-2.40-rc1.tar.xz',
      ),
      [`${root}v2.39/`]: listingPage('util-linux-2.39.4.tar.xz'),
      [`${root}v2.9/`]: listingPage(),
    };
    expect(await found(url, '2.39.4', pages)).toEqual(['2.40', '2.40.2', '2.40-rc1', '2.39.4']);
  });

  test('when only the directory has it', async () => {
    const pages = { [root]: listingPage('1.2/', '1.3/', 'latest/') };
    const versions = await found((v) => `${root}${v}/download.tar.gz`, '1.2', pages);
    expect(versions).toEqual(['1.2', '1.3']);
  });
  test('but not where the name stays the same', () => {
    const url: Url = (v) => `https://example.org/linux/v6.x/linux-${v}.tar.xz`;
    expect(walkTo({ name: 'linux', version: '6.1.176', url })?.root).toBe('https://example.org/linux/v6.x/');
  });
});

describe('a recipe may name', () => {
  const asked = { name: 'zlib', version: '1.2', url: (v: string) => `https://example.org/zlib-${v}.tar.xz` };

  test('another directory', async () => {
    const pages = { 'https://other.example.org/': listingPage('zlib-1.3.tar.xz') };
    expect(await askListing({ url: 'https://other.example.org/' }, toolsFor(pages), asked)).toEqual([
      { version: '1.3' },
    ]);
  });

  test('what the entries look like, of which each is tried by itself', async () => {
    const pages = { 'https://example.org/': listingPage('zlib_1_3.zip', 'zlib_1_4.zip', 'x') };
    const found = await askListing({ pattern: /^zlib_(\d+)_(\d+)\.zip$/ }, toolsFor(pages), asked);
    expect(found.map(({ version }) => version)).toEqual(['1.3', '1.4']);
  });
});

test('a package without a distfile has no listing', async () => {
  expect(await askListing({}, toolsFor({}), { name: 'x', version: '1', url: undefined })).toEqual([]);
});
