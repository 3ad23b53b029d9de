import { describe, expect, test } from 'vitest';
import { digestOf } from '../../../src/base/digest.ts';
import type { FileRecord } from '../../../src/base/file-record.ts';
import { detailed, summary } from '../../../src/plan/change.ts';
import { changesBetween } from '../../../src/plan/explain.ts';
import type { InputsDocument } from '../../../src/plan/key.ts';
import type { Side } from '../../../src/plan/side.ts';

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
}

function side({ version = '1.2', distfile = 'a', own = {}, modules = [] }: Given): Side {
  const files = Object.entries({ 'build.ts': build, ...own }).filter(([, text]) => text !== '');
  const code = { own: files.map(([path, text]) => file(path, text)), modules };
  const document: InputsDocument = {
    ...{
      epoch: 1,
      checks: 1,
      package: 'app',
      version,
      recipe: digestOf(JSON.stringify(code)),
      distfiles: { '': [distfile] },
    },
    ...{ source: undefined, target: 'a-b-c', runsOn: 'target', reads: [], machine: undefined, sandboxed: true },
  };
  const told = { recipe: code, source: undefined, configuration: {}, assigned: {} };
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
    pkg/gcc/build.ts:13 (field build): '-s' added
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
