import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isVersion, versionInTag } from '../../../src/update/tags.ts';

test.each([
  ['1.99.4', 'x', '1.99.4'],
  ['v1.5.0', 'x', '1.5.0'],
  ['refs/tags/v1.5.0', 'x', '1.5.0'],
  ['pkg-1.0', 'pkg', '1.0'],
  ['pkg-v1.4.0', 'pkg', '1.4.0'],
  ['release-1.2', 'x', '1.2'],
  ['releases/1.2', 'x', '1.2'],
  ['REL_1_2', 'x', '1.2'],
  ['R_2_6_3', 'libexpat', '2.6.3'],
  ['OpenSSL_1_1_1w', 'openssl', '1.1.1w'],
  ['openssl-3.0.13', 'openssl', '3.0.13'],
  ['curl-8_10_1', 'curl', '8.10.1'],
  ['v2024.10', 'u-boot', '2024.10'],
  ['2014.01', 'u-boot', '2014.01'],
  ['20120614', 'x', '20120614'],
  ['tzdata2024b', 'tzdata', '2024b'],
  ['2024b', 'tz', '2024b'],
  ['linux-6.12-rc7', 'linux', '6.12-rc7'],
  ['v6.12-rc7', 'linux', '6.12-rc7'],
  ['libxml2-2.9.14', 'libxml2', '2.9.14'],
  ['p7zip-16.02', 'p7zip', '16.02'],
  ['V_9_8_P1', 'openssh-portable', '9.8.P1'],
  ['4.2.21.Final', 'x', '4.2.21.Final'],
  ['boost-1.85.0.beta1', 'boost', '1.85.0.beta1'],
])('the tag %s of %s is version %s', (tag, project, version) => {
  expect(versionInTag(tag, project)).toBe(version);
});

test.each([
  ...['1_36_stable', 'busybox-1_36_stable', 'latest', 'nightly', 'master', '', 'v', '0a1b2c3', 'a94a8fe5ccb19ba61c4c'],
  ...['v1.2-windows', 'docs-1.2-html', 'before-merge', '1.2-1234-gdeadbee', 'foo bar 1.2', '1.2.3+git1'],
])('the tag %s names no version', (tag) => {
  expect(versionInTag(tag, 'busybox')).toBeUndefined();
});

test('a date and a long number are versions although their digits could be those of a commit', () => {
  expect(isVersion('20240101')).toBe(true);
  expect(isVersion('1234567')).toBe(true);
});

test('any text is a version or none, in no time', () => {
  fc.assert(fc.property(fc.string(), fc.string(), (tag, project) => void versionInTag(tag, project)));
  expect(versionInTag(`v${'a1'.repeat(50_000)}`, 'x')).toBeUndefined();
  expect(versionInTag(`${'a-'.repeat(50_000)}`, 'x')).toBeUndefined();
  expect(versionInTag('_'.repeat(100_000), 'x')).toBeUndefined();
});
