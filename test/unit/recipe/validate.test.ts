import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { recipeFaults } from '../../../src/recipe/validate.ts';
import { diagnostic } from '../../../src/report/diagnostic.ts';
import { temporaryTree } from '../../support/tree.ts';

const sha256 = '0f8a4c272d7f17f369ded10a4aca28b8e304828e95526da482b0ccc4dfc9d8e1';
const commit = 'c'.repeat(40);
const source = { version: '1.3', url: (v: string) => `https://example.org/${v}.tar.xz`, sha256 };

const faults = (recipe: unknown): string[] =>
  recipeFaults('zlib', '/nowhere/build.ts', recipe).map(({ message, hint }) =>
    hint === undefined ? message : `${message} (${hint})`,
  );

describe('nothing is wrong with', () => {
  test.each<[string, unknown]>([
    ['an empty recipe', {}],
    ['a source', source],
    [
      'every field',
      {
        ...source,
        ...{ license: 'Zlib', runsOn: 'build', inSource: true, strip: false, whenLinked: true, programs: ['cmake'] },
        ...{ depends: ['a'], buildDepends: [], runDepends: ['b'], provides: ['c'], contains: ['d'] },
        ...{ permissions: { 'bin/su': { mode: 0o4755 } }, update: { from: 'nowhere', because: 'dead' } },
        accounts: [{ name: 'dns', id: 53, home: '/', shell: '/bin/sh', password: 'none', groups: ['net'] }],
        yields: ['bin/*'],
        alternatives: [{ file: 'a.tar.xz', sha256 }],
        extraSources: { gmp: { url: 'https://example.org/gmp.tar.xz', sha256 } },
        ...{ prepare() {}, build() {}, deploy() {}, checkUpdate() {} },
      },
    ],
    ['the source of another package', { sourceOf: 'gcc', version: undefined }],
    ['fields that are undefined', { depends: undefined, license: undefined }],
  ])('%s', (_name, recipe) => {
    expect(faults(recipe)).toEqual([]);
  });
});

describe('what is wrong with a field is told', () => {
  test.each<[object, string]>([
    [{ version: 1.1 }, 'zlib: "version" must be a text, not a number'],
    [{ version: '' }, 'zlib: "version" must not be empty'],
    [{ ...source, url: 'https://example.org' }, 'zlib: "url" must be a function, not a string'],
    [{ ...source, sha256: 'abc' }, 'zlib: "sha256" must be 64 lower-case hexadecimal digits, not "abc"'],
    [
      { ...source, sha256: sha256.toUpperCase() },
      `zlib: "sha256" must be 64 lower-case hexadecimal digits, not "${sha256.toUpperCase()}"`,
    ],
    [{ depends: 'zlib' }, 'zlib: "depends" must be a list of package names, not a string'],
    [{ depends: ['a', undefined] }, 'zlib: "depends" must hold names of packages, not nothing'],
    [{ buildDepends: [''] }, 'zlib: "buildDepends" must hold names of packages, not an empty text'],
    [{ runDepends: null }, 'zlib: "runDepends" must be a list of package names, not null'],
    [{ provides: () => [] }, 'zlib: "provides" must be a list of package names, not a function'],
    [{ provides: {} }, 'zlib: "provides" must be a list of package names, not an object'],
    [{ contains: [1] }, 'zlib: "contains" must hold names of packages, not a number'],
    [{ runsOn: 'host' }, `zlib: "runsOn" must be 'build' or 'target'`],
    [{ runsOn: ['build'] }, `zlib: "runsOn" must be 'build' or 'target'`],
    [{ inSource: 'yes' }, 'zlib: "inSource" must be true or false, not a string'],
    [{ programs: 'cmake' }, 'zlib: "programs" must be a list of texts'],
    [{ yields: 'bin/*' }, 'zlib: "yields" must be a list of texts'],
    [{ accounts: {} }, 'zlib: "accounts" must be a list of accounts'],
    [
      { accounts: [{ name: 'Dns', id: 53 }] },
      'zlib: "accounts" has a name that is not lower-case letters, digits, _ and -: "Dns"',
    ],
    [{ accounts: [{ name: 'dns', id: 0 }] }, 'zlib: "accounts" has no id from 1 to 60000 for "dns"'],
    [
      { accounts: [{ name: 'dns', id: 53, home: 'var' }] },
      'zlib: "accounts" has a home that is no absolute path for "dns"',
    ],
    [
      { accounts: [{ name: 'dns', id: 53, uid: 53 }] },
      'zlib: "accounts" has "uid", and only name, id, home, shell, password, groups, groupOnly are known',
    ],
    [{ permissions: [] }, 'zlib: "permissions" must be an object, not a list'],
    [
      { permissions: { 'bin/su': { mode: 4755 } } },
      'zlib: "permissions" for "bin/su" has a mode that is 4755 in decimal: write 0o4755',
    ],
    [
      { permissions: { 'bin/su': { mod: 0o755 } } },
      'zlib: "permissions" for "bin/su" has "mod", and only mode and owner are known',
    ],
    [
      { permissions: { 'bin/su': { owner: 'a b' } } },
      `zlib: "permissions" for "bin/su" has an owner that is not 'user' or 'user:group'`,
    ],
    [{ ...source, url: () => 'zlib.net/x' }, 'zlib: "url" gives "zlib.net/x", which is no address such as https://…'],
    [
      { ...source, url: () => 'https://zlib.net/' },
      'zlib: "url" gives "https://zlib.net/", which does not end in the name of a file',
    ],
    [
      { ...source, alternatives: [{ file: '../x', sha256 }] },
      'zlib: "alternatives" has a "file" that must be the name of a file, not "../x"',
    ],
    [{ ...source, unpack: 'no' }, 'zlib: "unpack" must be true or false, not a string'],
    [{ version: '1', sha256, git: 'https://zlib.net' }, 'zlib: "git" must be an object, not a string'],
    [
      { version: '1', sha256, git: { url: 'ext::sh -c x', commit } },
      'zlib: "git" has a "url" that must be an address by https, http or git, not "ext::sh -c x"',
    ],
    [
      { version: '1', sha256, git: { url: '--upload-pack=x', commit } },
      'zlib: "git" has a "url" that must be an address by https, http or git, not "--upload-pack=x"',
    ],
    [
      { version: '1', sha256, git: { url: 'https://zlib.net', commit: 'abc1234' } },
      'zlib: "git" has a "commit" that must be all 40 lower-case hexadecimal digits of one, not "abc1234"',
    ],
    [
      { version: '1', sha256, git: { url: 'https://zlib.net', commit, tag: () => '-x' } },
      'zlib: "git" has a "tag" that gives "-x", which is no name of a tag',
    ],
    [
      { version: '1', sha256, git: { url: 'https://zlib.net', commit, branch: 'main' } },
      'zlib: "git" has "branch", and only url, commit, tag and submodules are known',
    ],
    [
      { ...source, git: { url: 'https://zlib.net', commit } },
      'zlib: it has "git", and "url" is only for files that are downloaded',
    ],
    [{ git: { url: 'https://zlib.net', commit } }, 'zlib: a package with a source needs "version" and "sha256" too'],
    [{ ...source, url: () => undefined }, 'zlib: "url" must be a text, not nothing'],
    [{ update: 'github' }, 'zlib: "update" must be an object, not a string'],
    [{ build: 'make' }, 'zlib: "build" must be a function, not a string'],
    [{ ...source, alternatives: {} }, 'zlib: "alternatives" must be a list, not an object'],
    [
      { ...source, alternatives: [{ sha256 }] },
      'zlib: "alternatives" has a "file" that must be the name of a file, not undefined',
    ],
    [{ ...source, alternatives: ['a'] }, 'zlib: "alternatives" must hold objects, not a string'],
    [
      { ...source, extraSources: { gmp: { url: 'https://example.org/gmp.tar' } } },
      'zlib: "extraSources" has a "sha256" that must be 64 lower-case hexadecimal digits, not nothing',
    ],
    [{ ...source, extraSources: [] }, 'zlib: "extraSources" must be an object, not a list'],
    [{ url: source.url }, 'zlib: a package with a source needs "version" and "sha256" too'],
    [{ version: '1', sha256 }, 'zlib: a package with a source needs "url" too'],
    [{ dependz: ['a'] }, 'zlib: there is no field "dependz" (did you mean "depends"?)'],
    [{ postInstall() {} }, 'zlib: there is no field "postInstall"'],
    [{ 'a(b[': 1 }, 'zlib: there is no field "a(b["'],
  ])('%#: $1', (recipe, message) => {
    expect(faults(recipe)).toEqual([message]);
  });

  test.each([
    [undefined, 'nothing'],
    [null, 'null'],
    ['recipe', 'a string'],
    [[], 'a list'],
  ])('and that %j is no recipe at all', (value, kind) => {
    expect(faults(value)).toEqual([
      `zlib: the default export must be a recipe, not ${kind} (write \`export default recipe({ … })\`)`,
    ]);
  });
});

test('everything that is wrong is told at once, each with its place', () => {
  const text = `import { recipe } from '#mk';

export default recipe({
  version: 1.3,
  url: (v) => \`https://example.org/\${v}.tar.xz\`,
  dependz: ['toolchain'],
  async buidl({ run }) {},
});
`;
  using tree = temporaryTree({ 'zlib/build.ts': text });
  const file = join(tree.path, 'zlib/build.ts');
  const found = recipeFaults('zlib', file, { version: 1.3, url: source.url, dependz: ['toolchain'], buidl() {} });
  expect(
    found.map((failure) => diagnostic(failure.record()).replaceAll(tree.path, 'pkg')).join('\n'),
  ).toMatchInlineSnapshot(`
    "error[recipe-invalid]: zlib: "version" must be a text, not a number
      --> pkg/zlib/build.ts:4:3
        |
      4 |   version: 1.3,
        |   ^^^^^^^
    error[recipe-invalid]: zlib: there is no field "dependz"
      --> pkg/zlib/build.ts:6:3
        |
      6 |   dependz: ['toolchain'],
        |   ^^^^^^^
      hint: did you mean "depends"?
    error[recipe-invalid]: zlib: there is no field "buidl"
      --> pkg/zlib/build.ts:7:9
        |
      7 |   async buidl({ run }) {},
        |         ^^^^^
    error[recipe-invalid]: zlib: a package with a source needs "sha256" too
      --> pkg/zlib/build.ts:5:3
        |
      5 |   url: (v) => \`https://example.org/\${v}.tar.xz\`,
        |   ^^^"
  `);
});
