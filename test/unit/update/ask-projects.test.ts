import { describe, expect, test } from 'vitest';
import type { UpdateSource } from '../../../src/recipe/update-source.ts';
import { upstreamVersion } from '../../../src/update/apt.ts';
import { askUpstream, schemeOf } from '../../../src/update/ask.ts';
import { valuesAt } from '../../../src/update/json-page.ts';
import { elementsIn } from '../../../src/update/xml.ts';
import { type Around, listingPage, toolsFor, type Upstream } from '../../support/upstream.ts';

type Source = Exclude<UpdateSource, { readonly from: 'nowhere' }>;

async function versions(source: Source, upstream: Upstream, around: Around = {}): Promise<string[]> {
  const asked = { name: 'zlib', version: '1.2', url: (v: string) => `https://example.org/zlib-${v}.tar.xz` };
  const found = await askUpstream(source, toolsFor(upstream, around), asked);
  return found.map(
    (each) => `${each.version}${each.preRelease ? ' (pre)' : ''}${each.withdrawn ? ' (withdrawn)' : ''}`,
  );
}

describe('the list of kernels', () => {
  const kernels = [
    ...[
      ['mainline', '6.13-rc3'],
      ['stable', '6.12.5'],
      ['longterm', '6.6.66'],
      ['longterm', '6.1.120'],
    ],
    ...[['linux-next', 'next-20241216']],
  ].map(([moniker, version]) => ({ moniker, version, iseol: false, source: 'https://…', released: { isodate: '' } }));
  const upstream = {
    'https://www.kernel.org/releases.json': JSON.stringify({ latest_stable: { version: '6.12.5' }, releases: kernels }),
  };

  test.each([
    ['mainline', ['6.13-rc3']],
    ['stable', ['6.13-rc3', '6.12.5']],
    ['longterm', ['6.6.66', '6.1.120']],
  ] as const)('has %s ones', async (of, expected) => {
    expect(await versions({ from: 'kernel', of }, upstream)).toEqual(expected);
  });

  test('that is none is told as such', async () => {
    const site = 'https://kernel.example.org';
    const pages = { [`${site}/releases.json`]: '{}' };
    await expect(versions({ from: 'kernel', of: 'stable', site }, pages)).rejects.toThrow('has no releases');
  });
});

test('GNU has a directory for each project, also for recipes that load from a mirror', async () => {
  const upstream = { 'https://ftp.gnu.org/gnu/zlib/': listingPage('zlib-1.3.tar.xz', 'zlib-1.3.tar.xz.sig') };
  expect(await versions({ from: 'gnu', project: 'zlib' }, upstream)).toEqual(['1.3']);
});

test('GNOME has an index, where odd minors were for development up to 3.x', async () => {
  const byModule = { glib: ['2.82.0', '2.83.1', '2.81.90', '2.82.91', '42.1', '43.alpha'] };
  const upstream = { 'https://download.gnome.org/sources/glib/cache.json': JSON.stringify([4, {}, byModule, {}]) };
  expect(await versions({ from: 'gnome', module: 'glib' }, upstream)).toEqual([
    ...['2.82.0', '2.83.1 (pre)', '2.81.90 (pre)', '2.82.91', '42.1', '43.alpha'],
  ]);
});

test('SourceForge has a feed of files', async () => {
  const item = (path: string) => `<item><title><![CDATA[${path}]]></title><link>https://…/download</link></item>`;
  const files = ['/libpng/zlib-1.3.tar.xz', '/libpng/zlib-1.3.zip.asc', '/libpng/README', '/old/zlib-1.1.tar.xz'];
  const feed = `<?xml version="1.0"?><rss><channel><title>zlib</title>${files.map(item).join('')}</channel></rss>`;
  const upstream = { 'https://sourceforge.net/projects/libpng/rss?path=/zlib': feed };
  expect(await versions({ from: 'sourceforge', project: 'libpng', path: '/zlib' }, upstream)).toEqual(['1.3', '1.1']);
});

describe('a registry', () => {
  test('PyPI may have yanked all files of a release, or have none', async () => {
    const releases = { '1.0': [{ yanked: true }, { yanked: false }], '1.1': [{ yanked: true }], '1.2': [] };
    const upstream = { 'https://pypi.org/pypi/meson/json': JSON.stringify({ info: {}, releases }) };
    expect(await versions({ from: 'pypi', project: 'meson' }, upstream)).toEqual([
      ...['1.0', '1.1 (withdrawn)', '1.2 (withdrawn)'],
    ]);
  });

  test('npm recommends one version, and may have deprecated others', async () => {
    const all = { '1.0.0': {}, '1.1.0': { deprecated: 'broken' }, '1.2.0': {}, '2.0.0': {} };
    const upstream = {
      'https://registry.npmjs.org/@a%2fb': JSON.stringify({
        'dist-tags': { latest: '1.2.0', next: '2.0.0' },
        versions: all,
      }),
    };
    expect(await versions({ from: 'npm', package: '@a/b' }, upstream)).toEqual([
      ...['1.0.0', '1.1.0 (withdrawn)', '1.2.0', '2.0.0 (pre)'],
    ]);
  });

  test('of crates may have yanked versions', async () => {
    const all = [
      { num: '0.2.1', yanked: false },
      { num: '0.2.0', yanked: true },
    ];
    const upstream = { 'https://crates.io/api/v1/crates/rand': JSON.stringify({ crate: {}, versions: all }) };
    expect(await versions({ from: 'crates', crate: 'rand' }, upstream)).toEqual(['0.2.1', '0.2.0 (withdrawn)']);
  });

  test.each([
    [{ from: 'pypi', project: 'a', site: 'https://r.example.org' }, 'https://r.example.org/pypi/a/json'],
    [{ from: 'npm', package: 'a', site: 'https://r.example.org' }, 'https://r.example.org/a'],
    [{ from: 'crates', crate: 'a', site: 'https://r.example.org' }, 'https://r.example.org/api/v1/crates/a'],
  ] as const)('may be one own, and %j with an empty answer is told', async (source, url) => {
    await expect(versions(source, { [url]: '{}' })).rejects.toThrow(/has answered without/);
    await expect(versions(source, { [url]: '{' })).rejects.toThrow('the answer is no JSON');
  });
});

describe('any other place:', () => {
  const url = 'https://example.org/news';

  test('a page', async () => {
    const pages = { [url]: 'zlib 1.3 is out, after zlib 1.2' };
    expect(await versions({ from: 'page', url, pattern: /zlib ([\d.]+)/ }, pages)).toEqual(['1.3', '1.2']);
  });

  test('a header', async () => {
    const pages = { [url]: { status: 302, headers: { location: '/zlib-1.3.tar.xz' } } };
    const source = { from: 'header', url, pattern: /zlib-([\d.]+)\.tar/ } as const;
    expect(await versions({ ...source, header: 'Location' }, pages)).toEqual(['1.3']);
    await expect(versions({ ...source, header: 'ETag' }, pages)).rejects.toThrow('answered without the header ETag');
  });

  test('a path in JSON', async () => {
    const pages = { [url]: JSON.stringify({ releases: [{ version: 'v1.3' }, { version: 'v1.2' }] }) };
    const source = { from: 'json', url, path: 'releases.*.version' } as const;
    expect(await versions(source, pages)).toEqual(['v1.3', 'v1.2']);
    expect(await versions({ ...source, pattern: /^v(1\.3)/ }, pages)).toEqual(['1.3']);
    expect(valuesAt({ a: { '1.0': {}, '1.1': {} } }, 'a.*')).toEqual(['1.0', '1.1']);
    expect(valuesAt([['x', 1]], '0')).toEqual(['x', '1']);
    expect(valuesAt({ a: null }, 'a.b.*.c')).toEqual([]);
  });

  test('an element of a feed', async () => {
    const feed = `<feed xmlns:a="x"><title type="text">News</title><a:title>zlib 1.3</a:title>
<title/><entry><title><![CDATA[zlib 1.2 & more]]></title></entry><title>never ends`;
    const source = { from: 'xml', url, element: 'title', pattern: /zlib ([\d.]+)/ } as const;
    expect(await versions(source, { [url]: feed })).toEqual(['1.3', '1.2']);
    expect(elementsIn(feed, 'title')).toEqual(['News', 'zlib 1.3', 'zlib 1.2 & more']);
  });

  test('the source archive of the distribution', async () => {
    const archive = { zlib: ['1.2.13.dfsg', '1.3'] };
    expect(await versions({ from: 'apt', source: 'zlib' }, {}, { archive })).toEqual(['1.2.13', '1.3']);
  });
});

test.each([
  ['1:1.2.13.dfsg-1', '1.2.13'],
  ['6.2.1+dfsg1-1.1', '6.2.1'],
  ['1.35.0-4+b3', '1.35.0'],
  ['6.12~rc6-1~exp1', '6.12rc6'],
  ['2.40', '2.40'],
  ['1.0+ds1+really0.9', '1.0'],
  ['3.0.18-1~deb12u2', '3.0.18'],
  ['5.4.1~repack', '5.4.1'],
])('what the archive calls %s is %s upstream', (version, upstream) => {
  expect(upstreamVersion(version)).toBe(upstream);
});

test('each place has its order of versions, unless the recipe knows better', () => {
  expect(schemeOf({ from: 'npm', package: 'a' })).toBe('semver');
  expect(schemeOf({ from: 'pypi', project: 'a' })).toBe('pep440');
  expect(schemeOf({ from: 'gnu', project: 'a' })).toBe('generic');
  expect(schemeOf({ from: 'gnu', project: 'a', scheme: 'semver' })).toBe('semver');
});
