import { describe, expect, test } from 'vitest';
import { digestOf } from '../../../src/base/digest.ts';
import type { FileRecord } from '../../../src/base/file-record.ts';
import { detailed, summary } from '../../../src/plan/change.ts';
import { changesBetween } from '../../../src/plan/explain.ts';
import type { InputsDocument } from '../../../src/plan/key.ts';
import type { Side } from '../../../src/plan/side.ts';
import type { Told } from '../../../src/plan/told.ts';
import type { Read } from '../../../src/store/store.ts';

const file = (path: string, text: string): FileRecord => ({ path, kind: 'file', digest: digestOf(text), text });

const build = `import { autotools } from '#mk';

/** Flags of every board. */
const flags = ['--disable-nls'];

export default autotools({
  version: '1.2',
  sha256: 'aaaa',
  license: 'MIT',

  async build({ run }) {
    await run\`./configure --prefix=/ --disable-foo\`;
    await run\`make\`;
  },
});
`;

interface Given {
  readonly version?: string;
  readonly distfile?: string;
  readonly own?: Readonly<Record<string, string>>;
  readonly modules?: readonly FileRecord[];
  readonly reads?: readonly Read[];
  readonly configuration?: Told['configuration'];
  readonly assigned?: Told['assigned'];
}

function side({ version = '1.2', distfile = 'a', own = {}, modules = [], reads = [], ...config }: Given): Side {
  const files = Object.entries({ 'build.ts': build, ...own }).filter(([, text]) => text !== '');
  const code = { own: files.map(([path, text]) => file(path, text)), modules };
  const document: InputsDocument = {
    ...{ epoch: 1, package: 'app', version, recipe: digestOf(JSON.stringify(code)), distfiles: { '': [distfile] } },
    ...{ source: undefined, target: 'a-b-c', runsOn: 'target', reads, machine: undefined, sandboxed: true },
  };
  const told = { recipe: code, source: undefined, configuration: {}, assigned: {}, ...config };
  return { document, answer: () => undefined, told: () => told };
}

const told = (before: Given, today: Given) =>
  `\n${changesBetween(side(before), side(today), []).flatMap(detailed).join('\n')}\n`;

describe('in build.ts', () => {
  test('the field and the words that changed are named', () => {
    expect(
      told({}, { own: { 'build.ts': build.replace('--disable-foo', '--enable-foo=yes') } }),
    ).toMatchInlineSnapshot(`
      "
      build.ts:12 (field build): '--disable-foo' became '--enable-foo=yes'
          - await run\`./configure --prefix=/ --disable-foo\`;
          + await run\`./configure --prefix=/ --enable-foo=yes\`;
      "
    `);
  });

  test('a helper beside the recipe is named', () => {
    expect(told({}, { own: { 'build.ts': build.replace('--disable-nls', '--enable-nls') } })).toMatchInlineSnapshot(`
      "
      build.ts:4 (const flags): '--disable-nls' became '--enable-nls'
          - const flags = ['--disable-nls'];
          + const flags = ['--enable-nls'];
      "
    `);
  });

  test('a new version is told once', () => {
    const text = build.replace('1.2', '1.3').replace('aaaa', 'bbbb');
    expect(told({}, { version: '1.3', distfile: 'b', own: { 'build.ts': text } })).toMatchInlineSnapshot(`
      "
      version 1.2 became 1.3 (build.ts:7)
      "
    `);
  });

  test('another digest of the distfile is told once', () => {
    expect(told({}, { distfile: 'b', own: { 'build.ts': build.replace('aaaa', 'bbbb') } })).toMatchInlineSnapshot(`
      "
      its distfile changed (build.ts:8)
      "
    `);
  });

  test('what changed beside the version is told too', () => {
    const text = build.replace('1.2', '1.3').replace("'MIT'", "'ISC'");
    expect(told({}, { version: '1.3', distfile: 'b', own: { 'build.ts': text } })).toMatchInlineSnapshot(`
      "
      version 1.2 became 1.3 (build.ts:7)
      build.ts:9 (field license): 'MIT' became 'ISC'
          - license: 'MIT',
          + license: 'ISC',
      "
    `);
  });

  test('of a rewritten hook the first lines are shown', () => {
    const lines = Array.from({ length: 14 }, (_, at) => `    await run\`step ${at}\`;`).join('\n');
    expect(told({}, { own: { 'build.ts': build.replace('    await run`make`;', lines) } })).toMatchInlineSnapshot(`
      "
      build.ts:13 (field build): 1 line changed, 13 added
          - await run\`make\`;
          + await run\`step 0\`;
          + await run\`step 1\`;
          + await run\`step 2\`;
          + await run\`step 3\`;
          + await run\`step 4\`;
          + await run\`step 5\`;
          + await run\`step 6\`;
          + await run\`step 7\`;
          + await run\`step 8\`;
          … and 5 more lines
      "
    `);
  });

  test('a removed line is told with the place where it was', () => {
    expect(told({}, { own: { 'build.ts': build.replace('    await run`make`;\n', '') } })).toMatchInlineSnapshot(`
      "
      build.ts:13 (field build): 'await run\`make\`;' removed
          - await run\`make\`;
      "
    `);
  });
});

test('files of the recipe that came, went and changed are named', () => {
  const before = { '0001-old.patch': 'x', 'app.conf': 'one\ntwo\n', '0003-kept.patch': 'z' };
  const today = { '0002-new.patch': 'y', 'app.conf': 'one\n2\n', '0003-kept.patch': 'z' };
  expect(told({ own: before }, { own: today })).toMatchInlineSnapshot(`
    "
    0001-old.patch removed
    0002-new.patch added
    app.conf:2: 'two' became '2'
        - two
        + 2
    "
  `);
});

test('a module that is imported from elsewhere is named, and one that only lies elsewhere is not', () => {
  const old = [file('pkg/gcc/build.ts', build), file('lib/words.ts', 'same')];
  const now = [file('pkg/gcc/build.ts', build.replace('make`', 'make -s`')), file('lib/more/words.ts', 'same')];
  expect(told({ modules: old }, { modules: now })).toMatchInlineSnapshot(`
    "
    pkg/gcc/build.ts:13 (field build): 'make' became 'make -s'
        - await run\`make\`;
        + await run\`make -s\`;
    "
  `);
});

test('a mode that changed is told, and a text that was not kept has changed', () => {
  const script: FileRecord = { path: 'run.sh', kind: 'file', digest: digestOf('x'), text: 'x' };
  const long: FileRecord = { path: 'table', kind: 'file', digest: digestOf('1') };
  const [old, now] = [
    side({ modules: [script, long] }),
    side({
      modules: [
        { ...script, kind: 'executable' },
        { ...long, digest: digestOf('2') },
      ],
    }),
  ];
  expect(summary(changesBetween(old, now, []))).toMatchInlineSnapshot(`"run.sh has another mode; table changed"`);
});

describe('of the configuration', () => {
  const read = (kind: string, name: string, value?: string): Read => ({ kind, name, value });
  const copy = (path: string, text: string) => ({ file: path, files: [file('', text)] });

  test('a variable is told with the place where it is assigned today', () => {
    const given = (value: string, place: string, line: number): Given => ({
      reads: [read('variable', 'INIT:HWCLOCK', value)],
      assigned: { 'INIT:HWCLOCK': { file: place, line } },
    });
    expect(told(given('yes', 'board/b/INIT', 1), given('no', 'product/p/INIT', 3))).toMatchInlineSnapshot(`
      "
      variable INIT:HWCLOCK "yes" became "no" (product/p/INIT:3)
      "
    `);
  });

  test('a list is told with the line that did it', () => {
    const given = (value: string, text: string): Given => ({
      reads: [read('list', 'ROOTFS', value)],
      configuration: { ROOTFS: [copy('product/p/ROOTFS', text), copy('board/b/ROOTFS', 'a\nb\n')] },
    });
    expect(told(given('a b', ''), given('a', '# less\n-b # not here\n'))).toMatchInlineSnapshot(`
      "
      ROOTFS lost b (product/p/ROOTFS:2)
      "
    `);
    expect(told(given('a b', ''), given('a b c', 'c\n'))).toMatchInlineSnapshot(`
      "
      ROOTFS gained c (product/p/ROOTFS:1)
      "
    `);
  });

  test('of an overridden file the winning copy is told', () => {
    const given = (...copies: Told['configuration'][string]): Given => ({
      reads: [read('text', 'dns.conf', copies[0]?.files[0]?.digest)],
      configuration: { 'dns.conf': copies },
    });
    const [board, product] = [copy('board/b/dns.conf', 'port=1\n'), copy('product/p/dns.conf', 'port=2\n')];
    expect(told(given(board), given(copy('board/b/dns.conf', 'port=3\nx\n')))).toMatchInlineSnapshot(`
      "
      board/b/dns.conf:1: 1 line changed, 1 added
          - port=1
          + port=3
          + x
      "
    `);
    expect(told(given(board), given(product, board))).toMatchInlineSnapshot(`
      "
      dns.conf now comes from product/p/dns.conf instead of board/b/dns.conf: 'port=1' became 'port=2'
          - port=1
          + port=2
      "
    `);
    expect(told(given(product, board), given(board))).toMatchInlineSnapshot(`
      "
      dns.conf now comes from board/b/dns.conf instead of product/p/dns.conf: 'port=2' became 'port=1'
          - port=2
          + port=1
      "
    `);
    expect(told(given(), given(product))).toMatchInlineSnapshot(`
      "
      product/p/dns.conf appeared
      "
    `);
    expect(told(given(board), given())).toMatchInlineSnapshot(`
      "
      board/b/dns.conf is gone
      "
    `);
  });

  test('of a merged file every copy counts', () => {
    const given = (value: string, ...copies: Told['configuration'][string]): Given => ({
      reads: [read('merge', 'LDPATH', value)],
      configuration: { LDPATH: copies },
    });
    const before = given('1', copy('product/p/LDPATH', '/a\n'), copy('board/b/LDPATH', '/b\n'));
    const today = given('2', copy('product/p/b/LDPATH', '/c\n'), copy('board/b/LDPATH', '/b\n/d\n'));
    expect(told(before, today)).toMatchInlineSnapshot(`
      "
      product/p/b/LDPATH appeared
      board/b/LDPATH:2: '/d' added
          + /d
      product/p/LDPATH is gone
      "
    `);
  });

  test('a directory is told by its files', () => {
    const given = (value: string, ...files: readonly FileRecord[]): Given => ({
      reads: [read('override', 'interfaces', value)],
      configuration: { interfaces: [{ file: 'board/b/interfaces', files }] },
    });
    const before = given('1', file('eth0', 'up\n'), file('eth1', 'up\n'));
    expect(told(before, given('2', file('eth0', 'down\n'), file('wlan0', 'up\n')))).toMatchInlineSnapshot(`
      "
      board/b/interfaces/eth0:1: 'up' became 'down'
          - up
          + down
      board/b/interfaces/eth1 is gone
      board/b/interfaces/wlan0 appeared
      "
    `);
  });
});
