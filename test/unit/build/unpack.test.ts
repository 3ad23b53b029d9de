import { expect, test } from 'vitest';
import { isTarHeader } from '../../../src/build/tar-header.ts';
import { staysInside } from '../../../src/build/unpack-tree.ts';

const links = (map: Record<string, string>) => new Map(Object.entries(map));

test.each([
  ['a/l', 'b', ''],
  ['a/l', '../b', ''],
  ['top/l', 'dangling/is/fine', 'top'],
  ['top/a/b/l', '../../c', 'top'],
  ['a/l', '../a/../b', ''],
])('the link %s to %s stays inside "%s"', (path, target, top) => {
  expect(staysInside(path, target, top, links({ [path]: target }))).toBe(true);
});

test.each([
  ['l', '/etc', ''],
  ['l', '..', ''],
  ['a/l', '../../b', ''],
  ['top/l', '../b', 'top'],
  ['l', 'a/../../b', ''],
  ['l', 'a\0b', ''],
])('the link %s to %s leads out of "%s"', (path, target, top) => {
  expect(staysInside(path, target, top, links({ [path]: target }))).toBe(false);
});

test('a link is followed through other links', () => {
  expect(staysInside('d/l', '../root/../x', '', links({ 'd/l': '../root/../x', root: '.' }))).toBe(false);
  expect(staysInside('l', 'deep/../x', '', links({ l: 'deep/../x', deep: 'a/b' }))).toBe(true);
});

test('a loop of links leads nowhere', () => {
  expect(staysInside('a', 'b', '', links({ a: 'b', b: 'a' }))).toBe(true);
});

test('a block of zeros is no tar header', () => {
  expect(isTarHeader(Buffer.alloc(512))).toBe(false);
});
