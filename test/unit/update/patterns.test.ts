import { expect, test } from 'vitest';
import { openPatterns } from '../../../src/update/patterns.ts';

test('groups are joined by dots, or the group of that name is the version', async () => {
  const patterns = openPatterns();
  expect(await patterns.match(/R_(\d+)_(\d+)(?:_(\d+))?/, ['R_2_6_3 R_2_5', 'none'])).toEqual([['2.6.3', '2.5'], []]);
  expect(await patterns.match(/(a|b)-(?<version>[\d.]+)/g, ['a-1.2'])).toEqual([['1.2']]);
  expect(await patterns.match(/v\d/, ['v1 v2'])).toEqual([[]]);
  await patterns[Symbol.asyncDispose]();
});

test('a pattern that runs away is stopped, and those that wait behind it are tried', async () => {
  const patterns = openPatterns(200);
  const [bad, good] = await Promise.allSettled([
    patterns.match(/^(a+)+$/, [`${'a'.repeat(60)}b`]),
    patterns.match(/v([\d.]+)/, ['v1.2']),
  ]);
  expect(bad).toMatchObject({
    reason: { code: 'recipe-invalid', message: 'the pattern /^(a+)+$/ has not come to an end within 0.2 seconds' },
  });
  expect(good).toMatchObject({ value: [['1.2']] });
  await patterns[Symbol.asyncDispose]();
});

test('a pattern that finds the empty text everywhere ends', async () => {
  const patterns = openPatterns();
  expect(await patterns.match(/(x*)/, ['y'.repeat(100_000)])).toEqual([[]]);
  await patterns[Symbol.asyncDispose]();
});
