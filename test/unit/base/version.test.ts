import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareVersions, greatestVersion } from '../../../src/base/version.ts';

/** Each is older than the one below it. */
const ladders: readonly (readonly string[])[] = [
  ['1.9', '1.10', '1.10.1', '1.11', '2.0', '10.0'],
  ['7.7p1', '7.8', '7.8p1', '7.8p2', '7.9'],
  ['9.8', '9.8p1', '10.2p1', '10.3'],
  ['1.1.1', '1.1.1a', '1.1.1v', '1.1.1w', '1.1.2', '3.0.0'],
  ['1.0.2', '1.0.2z', '1.0.2za', '1.0.2zb', '1.0.2zh', '1.0.3'],
  ['1.0-dev', '1.0', '1.0a', '1.0.1'],
  ['1.0~rc1', '1.0', '1.1'],
  ['6.12-rc1', '6.12', '6.12.9', '6.13-rc1', '6.13-rc2', '6.13-rc10', '6.13'],
  ['5.2.37', '5.3-rc2', '5.3'],
  ['1.0-alpha1', '1.0-alpha2', '1.0-beta1', '1.0-beta2', '1.0-pre1', '1.0-rc1', '1.0'],
  ['1.0a1', '1.0b2', '1.0rc1', '1.0', '1.0a'],
  ['1_38_2', '1_39_0', '1.40.0'],
  ['1.2.3', '1.2.3-p34', '1.2.3-p35', '1.2.4'],
  ['1.2.3', '1.2.3+git1'],
  ['v1.1.9', '1.2.0', 'v1.2.1'],
  ['1.0-nightly', '1.0-alpha1', '1.0-beta1', '1.0-M3', '1.0-rc1', '1.0'],
  ['2.1.0-M2', '2.1.0-M3', '2.1.0', '2.1.0-p194', '2.1-p195'],
  ['0.9.8c1', '0.9.8l', '0.9.8m1', '0.9.8zh'],
  ['1.0', '1.0+deb1'],
  ['3.82', '3.82+dbg0.9', '3.83'],
  ['2023-12-01T00-00-00', '2024-07-21T11-33-05.abc'],
  ['rc', 'rc1', 'rc11'],
  ['2023d', '2024a', '2024b'],
  ['20231231', '20240101'],
  ['1.2.3.4', '1.2.3.4.5', '1.2.3.4.5.6.7'],
  ['', '0.1', '1'],
  ['1', '100000000000000000000000000000000000000', '100000000000000000000000000000000000001'],
];

const same: readonly (readonly [string, string])[] = [
  ['1', '1.0'],
  ['1.0', '1.0.0'],
  ['3.01', '3.1'],
  ['5.4.032', '5.4.32'],
  ['2.00', '2.0'],
  ['1_39_0', '1.39.0'],
  ['1.0-rc1', '1.0rc1'],
  ['1.0_rc1', '1.0.RC1'],
  ['v2.0', '2.0'],
  ['4.14.67', '4.14.67'],
  ['1.0alpha4', '1.0a4'],
  ['..1....2....3..', '1.2.3'],
];

describe('versions are ordered as upstreams number them', () => {
  test.each(ladders)('%s < %s …', (...ladder) => {
    const sorted = ladder.flatMap((older, at) =>
      ladder.slice(at + 1).map((newer) => [older, newer, Math.sign(compareVersions(older, newer))]),
    );
    expect(sorted.filter(([, , order]) => order !== -1)).toEqual([]);
  });

  test.each(same)('%s and %s are one version', (a, b) => {
    expect([compareVersions(a, b), compareVersions(b, a)]).toEqual([0, 0]);
  });
});

/** Texts that look like versions, and now and then anything at all. */
const version = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .array(
        fc.constantFrom(
          '0',
          '00',
          '1',
          '2',
          '10',
          'a',
          'b',
          'z',
          'p',
          'rc',
          'beta',
          'dev',
          'v',
          'x',
          '.',
          '-',
          '_',
          '~',
          '+',
        ),
        { maxLength: 8 },
      )
      .map((parts) => parts.join('')),
  },
  { weight: 1, arbitrary: fc.string() },
);
const sign = (a: string, b: string) => Math.sign(compareVersions(a, b));
const runs = { numRuns: 2000 };

describe('for any texts the comparison', () => {
  test('is its own mirror image, and 0 for a text with itself', () => {
    fc.assert(
      fc.property(version, version, (a, b) => {
        expect(sign(a, b)).toBe(0 - sign(b, a));
        expect(sign(a, a)).toBe(0);
      }),
      runs,
    );
  });

  test('is transitive', () => {
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        const [low = '', middle = '', high = ''] = [a, b, c].sort(compareVersions);
        expect([sign(low, middle), sign(middle, high), sign(low, high)]).not.toContain(1);
        if (sign(low, middle) === 0) expect(sign(low, high)).toBe(sign(middle, high));
      }),
      runs,
    );
  });

  test('finds no difference only where numbers and words are the same but for zeros at the end', () => {
    const meaning = (text: string): readonly string[] => {
      const parts =
        text
          .toLowerCase()
          .replace(/^v(?=\d)/, '')
          .match(/\d+|[a-z]+|~/g) ?? [];
      const plain = parts.map((part) => part.replace(/^0+(?=\d)/, ''));
      const named = plain.map((part) => (part === 'b' ? 'beta' : part === 'a' ? 'alpha' : part));
      return named.slice(0, named.findLastIndex((part) => part !== '0') + 1);
    };
    fc.assert(
      fc.property(version, version, (a, b) => {
        if (sign(a, b) === 0) expect(meaning(a)).toEqual(meaning(b));
      }),
      runs,
    );
  });

  test('ends, however long they are', () => {
    expect(compareVersions('1.'.repeat(5000), `${'1.'.repeat(5000)}1`)).toBeLessThan(0);
    expect(compareVersions('9'.repeat(10_000), '1')).toBeGreaterThan(0);
    expect(compareVersions('9'.repeat(5_000_000), `1${'9'.repeat(5_000_000)}`)).toBeLessThan(0);
    expect(compareVersions('a'.repeat(1_000_000), 'a'.repeat(1_000_000))).toBe(0);
  });
});

describe('the greatest version', () => {
  test('is found whatever the order', () => {
    expect(greatestVersion(['1.9', '1.10', '1.10-rc1', '1.2'])).toBe('1.10');
    expect(greatestVersion(new Set(['2.0-rc1', '1.9']))).toBe('2.0-rc1');
  });

  test('is undefined when there are none', () => {
    expect(greatestVersion([])).toBeUndefined();
  });

  test('is never less than any of them', () => {
    fc.assert(
      fc.property(fc.array(version, { minLength: 1 }), (all) => {
        const greatest = greatestVersion(all) ?? '';
        expect(all).toContain(greatest);
        expect(all.filter((each) => compareVersions(each, greatest) > 0)).toEqual([]);
      }),
    );
  });
});
