import { expect, test } from 'vitest';
import { buildTriplet, isTriplet } from '../../../src/base/triplet.ts';

test.each([
  ['x86_64-linux-musl', true],
  ['arm-linux-musleabihf', true],
  ['x86_64-pc-linux-gnu', true],
  ['i686-w64-mingw32', true],
  ['linux-musl', false],
  ['x86_64', false],
  ['a-b-c-d-e', false],
  ['x86_64-linux-', false],
  ['x86_64-linux musl', false],
  ['../x-linux-musl', false],
  ['x86_64-linux-musl\n', false],
  ['', false],
])('%j is a triplet: %s', (text, expected) => {
  expect(isTriplet(text)).toBe(expected);
});

test('this machine has one', () => {
  expect(buildTriplet()).toSatisfy(isTriplet);
  expect(buildTriplet()).toMatch(/-linux-gnu/);
});
