import { describe, expect, test } from 'vitest';
import { digestOf } from '../../../src/base/digest.ts';
import { summary } from '../../../src/plan/change.ts';
import { changesBetween } from '../../../src/plan/explain.ts';
import type { KeyDocument } from '../../../src/plan/key.ts';
import type { Read } from '../../../src/store/store.ts';

const content = { version: '1', output: digestOf('a'), permissions: {}, license: 'MIT', whenLinked: false };
const before: KeyDocument = {
  epoch: 1,
  checks: 1,
  package: 'app',
  version: '1.2',
  recipe: digestOf('recipe'),
  distfiles: { '': ['a'], gmp: ['b'] },
  source: { package: 'gcc', recipe: digestOf('gcc'), reads: [] },
  target: 'arm-linux-musleabihf',
  runsOn: 'target',
  reads: [
    { kind: 'variable', name: 'TOOLCHAIN:GCC_CPU', value: 'arm1176' },
    { kind: 'text', name: 'dnsmasq.conf' },
    { kind: 'list', name: 'ROOTFS', value: 'bash busybox dropbear' },
  ],
  staged: { musl: `sysroot/${digestOf('musl')}`, zlib: `sysroot/${digestOf('zlib')}` },
  contents: { bash: content },
  machine: digestOf('machine'),
  sandboxed: true,
};

const untold = { answer: () => undefined, told: () => undefined };

/** What is told in one line when nothing but the two documents is known. */
const told = (old: KeyDocument, now: Partial<KeyDocument>) =>
  summary(changesBetween({ document: old, ...untold }, { document: { ...before, ...now }, ...untold }, []));

const reads = (...changed: readonly Read[]): Partial<KeyDocument> => ({
  reads: before.reads.map((read) => changed.find(({ name }) => name === read.name) ?? read),
});

describe('a change is told in words:', () => {
  test.each<[string, Partial<KeyDocument>, string]>([
    ['the engine', { epoch: 2, version: '1.3' }, 'mk itself changed'],
    [
      'a version, with what belongs to it',
      { version: '1.3', recipe: digestOf('x'), distfiles: { '': ['b'] } },
      'version 1.2 became 1.3',
    ],
    ['a version that there was not', { version: undefined }, 'version 1.2 became none'],
    [
      'distfiles and the recipe',
      { distfiles: { '': ['a', 'b'], mpc: ['c'] }, recipe: digestOf('x') },
      'its distfile changed; its distfile for gmp removed; its distfile for mpc added; its recipe changed',
    ],
    ['a recipe', { recipe: digestOf('x') }, 'its recipe changed'],
    [
      'the recipe of the source',
      { source: { package: 'gcc', recipe: digestOf('x'), reads: [] } },
      'the recipe of its source, gcc, changed',
    ],
    [
      'the source of another package',
      { source: { package: 'gcc13', recipe: digestOf('x'), reads: [] } },
      'the source of gcc became that of gcc13',
    ],
    [
      'a working directory',
      { workingTree: digestOf('x'), distfiles: {}, source: undefined },
      'now built from a working directory',
    ],
    ['the target', { target: 'x86_64-linux-musl' }, 'target arm-linux-musleabihf became x86_64-linux-musl'],
    ['the machine', { machine: digestOf('x') }, 'the build machine changed: its compiler, libc or release'],
    ['no sandbox', { sandboxed: false }, 'last built in a sandbox'],
    [
      'a variable',
      reads({ kind: 'variable', name: 'TOOLCHAIN:GCC_CPU', value: 'cortex-a7' }),
      'variable TOOLCHAIN:GCC_CPU "arm1176" became "cortex-a7"',
    ],
    [
      'a variable that is gone',
      reads({ kind: 'variable', name: 'TOOLCHAIN:GCC_CPU' }),
      'variable TOOLCHAIN:GCC_CPU was "arm1176" and is not set any more',
    ],
    [
      'a list',
      reads({ kind: 'list', name: 'ROOTFS', value: 'a b bash c d e' }),
      'ROOTFS gained a, b, c and 2 more and lost busybox, dropbear',
    ],
    ['a file that appeared', reads({ kind: 'text', name: 'dnsmasq.conf', value: 'x' }), 'dnsmasq.conf appeared'],
    [
      'other questions',
      { reads: [...before.reads, { kind: 'list', name: 'TOOLS', value: 'a' }] },
      'it reads other parts of the configuration',
    ],
    [
      'dependencies',
      { staged: { musl: `sysroot/${digestOf('x')}`, xz: `toolchain/${digestOf('xz')}` } },
      'dependency musl changed; dependency xz added; dependency zlib removed',
    ],
    [
      'the place of a dependency',
      { staged: { musl: `toolchain/${digestOf('musl')}`, zlib: `toolchain/${digestOf('x')}` } },
      'dependency musl is in the toolchain now; dependency zlib changed; dependency zlib is in the toolchain now',
    ],
    [
      'contents',
      { contents: { bash: { ...content, version: '2', license: undefined, permissions: { x: { mode: 1 } } } } },
      'content bash changed (version 1 became 2, licence MIT became none, other permissions)',
    ],
    [
      'a content of another output',
      { contents: { bash: { ...content, output: digestOf('x') } } },
      'content bash changed',
    ],
    [
      'two things at once',
      { recipe: digestOf('x'), target: 'a-b-c' },
      'its recipe changed; target arm-linux-musleabihf became a-b-c',
    ],
  ])('%s', (_what, change, text) => {
    expect(told(before, change)).toBe(text);
  });

  test('a sandbox that was not there the last time', () => {
    expect(told({ ...before, sandboxed: false }, before)).toBe('last built without a sandbox');
  });

  test('a working directory that changed, and one that is no longer used', () => {
    const old = { ...before, workingTree: digestOf('old'), distfiles: {}, source: undefined };
    expect(told(old, { ...old, workingTree: digestOf('new') })).toBe('its working directory changed');
    expect(told(old, before)).toBe('no longer built from a working directory');
  });

  test('nothing, when nothing changed', () => {
    expect(told(before, {})).toBe('');
    expect(told(JSON.parse(JSON.stringify(before)), {})).toBe('');
  });

  test('the engine alone, when the document was stored by an older mk', () => {
    const { contents: _, reads: __, ...older } = JSON.parse(JSON.stringify({ ...before, epoch: 0 }));
    expect(told(older, {})).toBe('mk itself changed');
    const unplaced = { ...before, staged: { musl: digestOf('musl') } } as unknown as KeyDocument;
    expect(told(unplaced, {})).toBe('mk itself changed');
  });
});

describe('what hooks read', () => {
  const asked: readonly Read[] = [
    { kind: 'variable', name: 'INIT:HWCLOCK', value: 'yes' },
    { kind: 'override', name: 'interfaces' },
    { kind: 'osRelease', name: 'OS_RELEASE', value: 'v1' },
    { kind: 'has', name: 'motd', value: 'present' },
  ];
  const differences = (now: Readonly<Record<string, string | undefined>>) => {
    const then: Record<string, string | undefined> = Object.fromEntries(asked.map(({ name, value }) => [name, value]));
    const side = (answers: typeof now) => ({
      ...{ document: before, told: () => undefined, answer: ({ name }: Read) => answers[name] },
    });
    return summary(changesBetween(side(then), side({ ...then, ...now }), asked));
  };

  test('is told with its values when it is answered differently today', () => {
    expect(differences({ 'INIT:HWCLOCK': 'no', OS_RELEASE: 'v2' })).toBe(
      'variable INIT:HWCLOCK "yes" became "no"; OS_RELEASE "v1" became "v2"',
    );
  });

  test('is told when it appeared and when it went', () => {
    expect(differences({ interfaces: 'digest', motd: undefined })).toBe('interfaces appeared; motd is gone');
  });

  test('is nothing to tell of when all answers are the same', () => {
    expect(differences({})).toBe('');
  });
});
