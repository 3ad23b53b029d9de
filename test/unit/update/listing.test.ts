import { describe, expect, test } from 'vitest';
import { listingOf, newestIn } from '../../../src/update/listing.ts';

/** A directory page with these files, as web servers write them. */
const page = (...files: readonly string[]) =>
  files.map((file) => `<tr><td><a href="${file}">${file}</a></td><td>2024-01-01</td></tr>\n`).join('');

/** The newest version on a page beside this url. */
const newest = (url: string, version: string, ...files: readonly string[]) =>
  newestIn(page(...files), listingOf(url, version));

describe('the listing of a distfile', () => {
  test('is the directory it lies in', () => {
    expect(listingOf('https://example.org/pub/zlib-1.2.tar.xz', '1.2').url).toBe('https://example.org/pub/');
  });

  test('names any version of that file', () => {
    const files = ['zlib-1.2.11.tar.xz', 'zlib-1.2.9.tar.xz', 'zlib-1.10.tar.xz'];
    expect(newest('https://example.org/zlib-1.2.9.tar.xz', '1.2.9', ...files)).toBe('1.10');
  });

  test('does not mind other files, packings, signatures and packages with a longer name', () => {
    const files = [
      ...['zlib-1.3.tar.xz', 'zlib-1.9.tar.gz', 'zlib-1.9.tar.xz.asc', 'myzlib-1.9.tar.xz', 'zlib-ng-1.9.tar.xz'],
      ...['zlib-doc-1.9.tar.xz', 'zlib-1.9.tar.xz.sha256', 'zlib-x.tar.xz'],
    ];
    expect(newest('https://example.org/zlib-1.2.tar.xz', '1.2', ...files)).toBe('1.3');
  });

  test('takes a name as it is: a dot is a dot', () => {
    expect(newest('https://example.org/a.b+c-1.0.tgz', '1.0', 'aXb+c-2.0.tgz', 'a.bbc-3.0.tgz', 'a.b+c-1.1.tgz')).toBe(
      '1.1',
    );
  });

  test('has a version that stands twice in a name twice', () => {
    const url = 'https://example.org/gcc-1.2/gcc-1.2-core-1.2.tar.xz';
    expect(newest(url, '1.2', 'gcc-1.3-core-1.2.tar.xz', 'gcc-1.3-core-1.3.tar.xz')).toBe('1.3');
  });

  test('with a version that is not in the name names nothing', () => {
    expect(newest('https://example.org/v1.2/download.tar.gz', '1.2', 'download.tar.gz')).toBeUndefined();
  });

  test('that is empty names nothing', () => {
    expect(newest('https://example.org/zlib-1.2.tar.xz', '1.2')).toBeUndefined();
  });
});

describe('a version that is not meant for everybody', () => {
  test.each(['2.0-rc1', '2.0rc2', '2.0beta', '2.0.alpha3', '2.0pre1', '2.0.dev4', '2.0b2', '2.0a1'])(
    'such as %s is passed over',
    (version) => {
      expect(newest('https://example.org/a-1.0.tar.xz', '1.0', `a-${version}.tar.xz`, 'a-1.1.tar.xz')).toBe('1.1');
    },
  );

  test.each(['1.1.1w', '9.8p1', '2024b', '1.0.2za', '20240101'])('is none such as %s', (version) => {
    expect(newest('https://example.org/a-1.0.tar.xz', '1.0', `a-${version}.tar.xz`)).toBe(version);
  });
});

test('a pattern of a recipe may lack the g flag, and its first group is the version', () => {
  const pattern = /href="v([\d.]+)\/"/;
  expect(newestIn('<a href="v1.9/"> <a href="v1.10/"> <a href="vX/">', { pattern, url: '' })).toBe('1.10');
  expect(newestIn('v1 v2', { pattern: /v\d/, url: '' })).toBeUndefined();
});

test('asking twice gives the same answer', () => {
  const listing = listingOf('https://example.org/a-1.0.tar.xz', '1.0');
  expect([newestIn(page('a-1.1.tar.xz'), listing), newestIn(page('a-1.1.tar.xz'), listing)]).toEqual(['1.1', '1.1']);
});
