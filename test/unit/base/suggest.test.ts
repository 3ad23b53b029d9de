import { expect, test } from 'vitest';
import { didYouMean } from '../../../src/base/suggest.ts';

const names = ['zlib', 'busybox', 'musl', 'linux', 'linux-headers'];

test.each([
  ['zlob', 'did you mean "zlib"?'],
  ['mulsl', 'did you mean "musl"?'],
  ['linux-haeders', 'did you mean "linux-headers"?'],
  ['busibox', 'did you mean "busybox"?'],
  ['openssl', undefined],
  ['x', undefined],
])('for %s the suggestion is: %s', (written, expected) => {
  expect(didYouMean(written, names)).toBe(expected);
});

test('of two names that are equally close it is the first of the alphabet, whatever their order', () => {
  expect(didYouMean('libx', ['libz', 'liba'])).toBe('did you mean "liba"?');
  expect(didYouMean('libx', new Set(['liba', 'libz']))).toBe('did you mean "liba"?');
});

test('where there are no names there is no suggestion', () => {
  expect(didYouMean('zlib', [])).toBeUndefined();
});
