import { describe, expect, test } from 'vitest';
import { digestOf } from '../../../src/base/digest.ts';
import { explainChange, explainReads } from '../../../src/plan/explain.ts';
import type { KeyDocument } from '../../../src/plan/key.ts';

const content = { version: '1', output: digestOf('a'), permissions: {}, license: 'MIT', whenLinked: false };
const before: KeyDocument = {
  epoch: 1,
  package: 'app',
  version: '1.2',
  recipe: digestOf('recipe'),
  distfiles: { '': ['a'] },
  source: { package: 'gcc', recipe: digestOf('gcc'), reads: [] },
  target: 'arm-linux-musleabihf',
  runsOn: 'target',
  reads: [
    { kind: 'variable', name: 'TOOLCHAIN:GCC_CPU', value: 'arm1176' },
    { kind: 'text', name: 'dnsmasq.conf' },
  ],
  staged: { musl: digestOf('musl'), zlib: digestOf('zlib') },
  contents: { bash: content },
  machine: digestOf('machine'),
  sandboxed: true,
};

describe('a change is told in words:', () => {
  test.each<[Partial<KeyDocument>, string]>([
    [{ epoch: 2 }, 'mk itself changed'],
    [{ version: '1.3', recipe: digestOf('x'), distfiles: { '': ['b'] } }, 'version 1.2 became 1.3'],
    [{ distfiles: { '': ['a', 'b'] }, recipe: digestOf('x') }, 'its distfiles changed; its recipe changed'],
    [{ recipe: digestOf('x') }, 'its recipe changed'],
    [{ source: { package: 'gcc', recipe: digestOf('x'), reads: [] } }, 'the recipe of its source changed'],
    [{ target: 'x86_64-linux-musl' }, 'target arm-linux-musleabihf became x86_64-linux-musl'],
    [{ machine: digestOf('x') }, 'the build machine changed'],
    [{ sandboxed: false }, 'last built in a sandbox'],
    [
      { reads: [{ kind: 'variable', name: 'TOOLCHAIN:GCC_CPU', value: 'cortex-a7' }] },
      'variable TOOLCHAIN:GCC_CPU changed',
    ],
    [{ reads: [{ kind: 'text', name: 'dnsmasq.conf', value: 'digest' }] }, 'dnsmasq.conf changed'],
    [
      { reads: [...before.reads, { kind: 'list', name: 'ROOTFS', value: 'a' }] },
      'it reads other parts of the configuration',
    ],
    [
      { staged: { musl: digestOf('x'), xz: digestOf('xz') } },
      'dependency musl changed, dependency xz added, dependency zlib removed',
    ],
    [{ contents: { bash: { ...content, version: '2' } } }, 'content bash changed'],
    [{ recipe: digestOf('x'), target: 'a-b-c' }, 'its recipe changed; target arm-linux-musleabihf became a-b-c'],
  ])('%j is "%s"', (change, text) => {
    expect(explainChange(before, { ...before, ...change })).toBe(text);
  });

  test('a sandbox that was not there the last time is one', () => {
    expect(explainChange({ ...before, sandboxed: false }, before)).toBe('last built without a sandbox');
  });

  test('what was never built has changed in nothing', () => {
    expect(explainChange(undefined, before)).toBe('never built here');
  });

  test('where nothing changed the result must be gone', () => {
    expect(explainChange(before, before)).toBe('its result is gone from the store');
  });

  test('a document that was stored by an older mk can be compared too', () => {
    const { contents: _, reads: __, ...older } = JSON.parse(JSON.stringify({ ...before, epoch: 0 }));
    expect(explainChange(older, before)).toBe('mk itself changed');
  });
});

describe('what hooks read', () => {
  const reads = [
    { kind: 'variable', name: 'INIT:HWCLOCK', value: 'yes' },
    { kind: 'override', name: 'interfaces' },
    { kind: 'osRelease', name: 'OS_RELEASE', value: 'v1' },
  ];

  test('is told when it is answered differently today', () => {
    const now = ({ kind }: { kind: string }) => (kind === 'variable' ? 'no' : kind === 'osRelease' ? 'v2' : undefined);
    expect(explainReads(reads, now)).toBe('variable INIT:HWCLOCK changed, OS_RELEASE changed');
  });

  test('is told when it appeared', () => {
    expect(explainReads(reads, ({ name }) => reads.find((read) => read.name === name)?.value ?? 'here')).toBe(
      'interfaces changed',
    );
  });

  test('is nothing to tell of when all answers are the same', () => {
    expect(explainReads(reads, ({ name }) => reads.find((read) => read.name === name)?.value)).toBeUndefined();
    expect(explainReads([], () => 'x')).toBeUndefined();
  });
});
