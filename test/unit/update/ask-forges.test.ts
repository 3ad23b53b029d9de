import { describe, expect, test } from 'vitest';
import type { UpdateSource } from '../../../src/recipe/update-source.ts';
import { askUpstream } from '../../../src/update/ask.ts';
import { packets, tagCommitsIn, tagsIn, tagsOf } from '../../../src/update/git.ts';
import { type Around, toolsFor, type Upstream } from '../../support/upstream.ts';

type Source = Exclude<UpdateSource, { readonly from: 'nowhere' }>;

/** The versions that a place with these pages names; those that are not for everybody are marked. */
async function versions(source: Source, upstream: Upstream, around: Around = {}): Promise<string[]> {
  const asked = { name: 'zlib', version: '1.2', url: (v: string) => `https://example.org/zlib-${v}.tar.xz` };
  const found = await askUpstream(source, toolsFor(upstream, around), asked);
  return found.map(
    (each) => `${each.version}${each.preRelease ? ' (pre)' : ''}${each.withdrawn ? ' (withdrawn)' : ''}`,
  );
}

const object = 'a'.repeat(40);
const packet = (line: string) => `${(line.length + 4).toString(16).padStart(4, '0')}${line}`;
/** What a server of the old protocol says first, with these tags; the last one is annotated. */
const advertisement = (...tags: readonly string[]) =>
  [
    ...[packet('# service=git-upload-pack\n'), '0000'],
    packet(`${object} HEAD\0multi_ack side-band-64k symref=HEAD:refs/heads/master agent=git/2.39\n`),
    packet(`${object} refs/heads/1_36_stable\n`),
    ...tags.map((tag) => packet(`${object} refs/tags/${tag}\n`)),
    ...[packet(`${object} refs/tags/${tags.at(-1)}^{}\n`), '0000'],
  ].join('');

describe('git', () => {
  const repository = 'https://git.example.org/zlib.git';
  const refs = `${repository}/info/refs?service=git-upload-pack`;

  test('names its tags in the first answer of the old protocol', async () => {
    const upstream = { [refs]: advertisement('v1.2', 'v1.3-rc1', 'v1.3') };
    expect(await versions({ from: 'git', url: repository }, upstream)).toEqual(['1.2', '1.3-rc1', '1.3']);
    expect(await versions({ from: 'git', url: `${repository}/` }, upstream)).toHaveLength(3);
  });

  test('is asked for nothing but tags where it speaks the second protocol', async () => {
    const capabilities = ['# service=git-upload-pack\n', 'version 2\n', 'ls-refs=unborn\n', 'fetch=shallow\n'];
    const question = '0014command=ls-refs\n00010009peel\n001aref-prefix refs/tags/\n0000';
    const upstream = {
      [refs]: `${packet(capabilities[0] ?? '')}0000${capabilities.slice(1).map(packet).join('')}0000`,
      [`${repository}/git-upload-pack ${question}`]: `${packet(`${object} refs/tags/zlib-1.3\n`)}0000`,
    };
    expect(await versions({ from: 'git', url: repository }, upstream)).toEqual(['1.3']);
  });

  test('may have tags that only the recipe can read', async () => {
    const upstream = { [refs]: advertisement('stable-1x2', 'stable-1x3', 'v9') };
    expect(await versions({ from: 'git', url: repository, tag: /^stable-(\d+)x(\d+)$/ }, upstream)).toEqual([
      ...['1.2', '1.3'],
    ]);
  });

  test('that answers with anything else is told as such', async () => {
    await expect(versions({ from: 'git', url: repository }, { [refs]: '<html>log in</html>' })).rejects.toThrow(
      'the answer is not what git sends',
    );
    expect(() => packets('ffff short')).toThrow('the answer is not what git sends');
    expect(packets('0000000100020008abc\n')).toEqual([undefined, undefined, undefined, 'abc']);
    expect(tagsIn([undefined, 'x', `${object} refs/heads/v1`, `${object} refs/tags/v1^{}`])).toEqual([]);
  });

  test('tells the commit of a tag, also of one that is an object of its own, in both protocols', () => {
    const [own, behind] = ['1'.repeat(40), '2'.repeat(40)];
    const expected = new Map([
      ['v1', own],
      ['v2', behind],
    ]);
    const first = [`${own} refs/tags/v1`, `${object} refs/tags/v2`, `${behind} refs/tags/v2^{}`];
    expect(tagCommitsIn(first)).toEqual(expected);
    expect(tagCommitsIn([`${own} refs/tags/v1`, `${object} refs/tags/v2 peeled:${behind}`])).toEqual(expected);
  });

  test('is asked for the tags that a recipe names for its versions', () => {
    const source = { url: repository, commit: object };
    expect(tagsOf({ ...source, tag: (v) => `release/${v}+x` })).toEqual({
      ...{ from: 'git', url: repository, tag: /^release\/(\d[\w.+~-]*)\+x$/ },
    });
    expect(tagsOf({ ...source, tag: (v) => v.replaceAll('.', '_') })).toEqual({ from: 'git', url: repository });
  });
});

describe('GitHub', () => {
  const api = 'https://api.github.com/repos/madler/zlib';
  const tags = JSON.stringify([{ name: 'v1.3' }, { name: 'v1.2' }, { name: 'nightly' }]);
  const releases = JSON.stringify([
    ...[
      { tag_name: 'v1.5', draft: true, prerelease: false },
      { tag_name: 'v1.4', draft: false, prerelease: true },
    ],
    ...[
      { tag_name: 'v1.3', draft: false, prerelease: false },
      { tag_name: 'latest', prerelease: false },
    ],
  ]);

  test('has tags', async () => {
    const upstream = { [`${api}/tags?per_page=100`]: tags };
    expect(await versions({ from: 'github', repo: 'madler/zlib' }, upstream)).toEqual(['1.3', '1.2']);
  });

  test('has releases, of which drafts are none and pre-releases are told as such', async () => {
    const upstream = { [`${api}/releases?per_page=100`]: releases };
    expect(await versions({ from: 'github', repo: 'madler/zlib', of: 'releases' }, upstream)).toEqual([
      ...['1.4 (pre)', '1.3'],
    ]);
  });

  test('that answers no more is asked as a repository, or for its feed', async () => {
    const refused = { status: 403 };
    const repository = 'https://github.com/madler/zlib';
    const entry = (tag: string) =>
      `<entry><id>tag:github.com,2008:Repository/1/${tag}</id><title>${tag}</title></entry>`;
    const upstream = {
      [`${api}/tags?per_page=100`]: refused,
      [`${api}/releases?per_page=100`]: { status: 429 },
      [`${repository}.git/info/refs?service=git-upload-pack`]: advertisement('v1.3'),
      [`${repository}/releases.atom`]: `<?xml version="1.0"?><feed><id>tag:github.com,2008:x</id>${entry('v1.3')}</feed>`,
    };
    expect(await versions({ from: 'github', repo: 'madler/zlib' }, upstream)).toEqual(['1.3']);
    expect(await versions({ from: 'github', repo: 'madler/zlib', of: 'releases' }, upstream)).toEqual(['1.3']);
  });

  test('spreads a long list over pages, which are read up to a limit and never elsewhere', async () => {
    const page = (number: number) => `${api}/tags?per_page=100&page=${number}`;
    const linked = (tag: string, next: string) => ({
      text: JSON.stringify([{ name: tag }]),
      headers: { link: `<${page(9)}>; rel="last", <${next}>; rel="next"` },
    });
    const upstream = {
      [`${api}/tags?per_page=100`]: linked('v1.3', page(2)),
      [page(2)]: linked('v1.10', page(3)),
      [page(3)]: linked('v1.9', 'https://evil.example.org/tags'),
    };
    expect(await versions({ from: 'github', repo: 'madler/zlib' }, upstream)).toEqual(['1.3', '1.10', '1.9']);
    const endless = { [`${api}/tags?per_page=100`]: linked('v1.3', `${api}/tags?per_page=100`) };
    expect(await versions({ from: 'github', repo: 'madler/zlib' }, endless)).toHaveLength(10);
  });

  test('has its API elsewhere on a server of one own', async () => {
    const upstream = { 'https://git.example.org/api/v3/repos/a/b/tags?per_page=100': tags };
    expect(await versions({ from: 'github', repo: 'a/b', site: 'https://git.example.org' }, upstream)).toHaveLength(2);
  });

  test.each(['{"message":"Not Found"}', '<html>'])('that answers %s is told as such', async (text) => {
    const upstream = { [`${api}/tags?per_page=100`]: text };
    await expect(versions({ from: 'github', repo: 'madler/zlib' }, upstream)).rejects.toMatchObject({
      code: 'download-failed',
    });
  });
});

describe('GitLab', () => {
  const api = 'https://gitlab.com/api/v4/projects/gnutls%2Flibtasn1';

  test('has tags', async () => {
    const upstream = {
      [`${api}/repository/tags?per_page=100`]: JSON.stringify([{ name: 'v4.19.0' }, { name: 'v4.18.0' }]),
    };
    expect(await versions({ from: 'gitlab', project: 'gnutls/libtasn1' }, upstream)).toEqual(['4.19.0', '4.18.0']);
  });

  test('has releases, of which those to come are none', async () => {
    const list = [
      { tag_name: 'v5.0', upcoming_release: true },
      { tag_name: 'v4.19.0', upcoming_release: false },
    ];
    const upstream = { [`${api}/releases?per_page=100`]: JSON.stringify(list) };
    expect(await versions({ from: 'gitlab', project: 'gnutls/libtasn1', of: 'releases' }, upstream)).toEqual([
      '4.19.0',
    ]);
  });
});

describe('Gitea and Forgejo', () => {
  const site = 'https://codeberg.org';
  const api = `${site}/api/v1/repos/dnkl/foot`;

  test('have tags', async () => {
    const upstream = {
      [`${api}/tags?limit=100`]: JSON.stringify([{ name: '1.16.2', id: object }, { name: '1.17.0' }]),
    };
    expect(await versions({ from: 'gitea', site, repo: 'dnkl/foot' }, upstream)).toEqual(['1.16.2', '1.17.0']);
  });

  test('have releases', async () => {
    const list = [
      { tag_name: '1.18.0', draft: false, prerelease: true },
      { tag_name: '1.17.0', prerelease: false },
    ];
    const upstream = { [`${api}/releases?limit=100`]: JSON.stringify(list) };
    expect(await versions({ from: 'gitea', site, repo: 'dnkl/foot', of: 'releases' }, upstream)).toEqual([
      ...['1.18.0 (pre)', '1.17.0'],
    ]);
  });
});

test('cgit shows tags on a page, with links to archives beside them', async () => {
  const row = (tag: string) => `<tr><td><a href='/zlib/tag/?h=${tag}'>${tag}</a></td><td><a
 href='/zlib/snapshot/zlib-${tag}.tar.gz'>zlib-${tag}.tar.gz</a></td><td><span title='2024-01-01'>1 day</span></td></tr>`;
  const page = `<!DOCTYPE html><html><body><a href='/zlib/'>summary</a><a href='/zlib/log/?h=master'>log</a>
<table class='list nowrap'>${row('v1.3')}${row('v1.2')}</table></body></html>`;
  const upstream = { 'https://git.example.org/zlib/refs/tags': page };
  expect(await versions({ from: 'cgit', url: 'https://git.example.org/zlib' }, upstream)).toEqual(['1.3', '1.2']);
});
