import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fitsGlob } from '../../../src/base/glob.ts';
import { compareVersions, isPreRelease } from '../../../src/base/version.ts';
import type { UpdateChoice } from '../../../src/recipe/update-source.ts';
import { chooseVersions, isInSeries, seriesOf } from '../../../src/update/choose.ts';
import type { Found } from '../../../src/update/strategy.ts';

const choose = (current: string, versions: readonly (string | Found)[], choice: UpdateChoice = {}, trusting = false) =>
  chooseVersions(
    versions.map((each) => (typeof each === 'string' ? { version: each } : each)),
    { current, choice, order: compareVersions, trusting },
  );

/** What the recipe would be updated to. */
const newest = (...args: Parameters<typeof choose>) => choose(...args).acceptable[0];

describe('a release is preferred to', () => {
  test.each([
    ...['2.0-rc1', '2.0rc2', '2.0beta', '2.0.alpha3', '2.0pre1', '2.0.dev4', '2.0b2', '2.0a1', '2.0-M3', '2.0-nightly'],
    ...['2.0~rc1', '1.1+git20240101', '1.1+1', '1.1+dfsg'],
  ])('%s', (version) => {
    expect(newest('1.0', [version, '1.1', '1.0'])).toBe('1.1');
  });

  test('what upstream calls a pre-release, and what it took back', () => {
    expect(newest('1.0', [{ version: '2.0', preRelease: true }, { version: '1.2', withdrawn: true }, '1.1'])).toBe(
      '1.1',
    );
  });

  test.each(['1.1.1w', '9.8p1', '2024b', '1.0.2za'])('none such as %s', (version) => {
    expect(newest(`${Number.parseInt(version, 10)}`, [version])).toBe(version);
  });
});

describe('a pre-release is taken', () => {
  test('by a recipe that has one', () => {
    expect(newest('6.12-rc1', ['6.12-rc2', '6.11'])).toBe('6.12-rc2');
    expect(newest('6.12-rc1', ['6.12-rc2', '6.12'])).toBe('6.12');
  });

  test('by a recipe that says so', () => {
    expect(newest('1.0', ['1.1-rc1', '1.0'], { channel: 'any' })).toBe('1.1-rc1');
  });
});

describe('a recipe may', () => {
  test('stay in a series, and is told of others', () => {
    const chosen = choose('6.1.100', ['6.1.110', '6.6.60', '6.10.1', '6.12.3', '6.1'], { series: '6.1' });
    expect(chosen).toMatchObject({ inSeries: '6.1.110', overall: '6.12.3' });
    expect(chosen.acceptable).toEqual(['6.1.110', '6.1']);
  });

  test('name several series', () => {
    expect(newest('3.0.1', ['3.0.15', '3.5.2', '4.0.1'], { series: ['3.0', '3.5'] })).toBe('3.5.2');
  });

  test('ignore versions', () => {
    expect(newest('1.0', ['1.3', '1.2.1', '1.2', '1.1'], { ignore: ['1.3', '1.2*'] })).toBe('1.1');
  });

  test('leave odd minors to others, unless it has one itself', () => {
    expect(newest('2.38.1', ['2.39.9', '2.40.0', '2.41.2'], { evenMinor: true })).toBe('2.40.0');
    expect(newest('2.39.1', ['2.39.9', '2.38.3'], { evenMinor: true })).toBe('2.39.9');
  });
});

describe('what looks like a mistake is held', () => {
  test.each([
    ['a date among numbers', '2.0', ['2.1', '20150101'], '2.1', '20150101'],
    ['a year among numbers', '2.0', ['2.1', '2015.1'], '2.1', '2015.1'],
    ['a snapshot in the last number', '6.4', ['6.5', '6.5.20240101'], '6.5', '6.5.20240101'],
    ['a slip in the first number', '1.10', ['1.11', '11.2'], '1.11', '11.2'],
    ['a slip in the second number', '1.22', ['1.23', '1.222'], '1.23', '1.222'],
    ['the way to the next major', '1.4.0', ['1.4.1', '1.99.4'], '1.4.1', '1.99.4'],
  ])('%s', (_what, current, versions, wanted, held) => {
    const chosen = choose(current, versions);
    expect([chosen.acceptable[0], chosen.held.map(({ version }) => version)]).toEqual([wanted, [held]]);
    expect(newest(current, versions, {}, true)).toBe(held);
  });

  test.each([
    ['numbers that grow fast', '115.0', ['128.0', '140.0']],
    ['dates of a project that has dates', '20231231', ['20240101']],
    ['years of a project that has years', '2023.10', ['2024.01', '2024.10']],
    ['a long way with all steps', '1.0', ['2.0', '5.0', '8.0', '11.0']],
    ['a long way of minors', '3.2', ['3.20', '3.45']],
  ])('but not %s', (_what, current, versions) => {
    expect(newest(current, versions)).toBe(versions.at(-1));
  });
});

test('a series has what begins with its numbers', () => {
  expect(['6.1', '6.1.9', '6.1-rc1', '6.10', '6.2', '16.1'].filter((version) => isInSeries(version, '6.1'))).toEqual([
    ...['6.1', '6.1.9', '6.1-rc1'],
  ]);
  expect([seriesOf('6.1.9'), seriesOf('2.40'), seriesOf('9'), seriesOf('1.1.1w'), seriesOf('v1_2_3')]).toEqual([
    ...['6.1', '2', '9', '1.1', 'v1_2'],
  ]);
});

test('a star in the ignore list stands for anything', () => {
  const fits = (glob: string) => ['1.2', '1.2.1', '11.2', '1.3-win'].filter((version) => fitsGlob(version, glob));
  expect([fits('1.2'), fits('1.2*'), fits('*.2'), fits('*-win'), fits('1*2*1'), fits('*')]).toEqual([
    ...[['1.2'], ['1.2', '1.2.1'], ['1.2', '11.2'], ['1.3-win'], ['1.2.1'], ['1.2', '1.2.1', '11.2', '1.3-win']],
  ]);
});

test('whatever upstream says, nothing is chosen that is filtered, and nothing older before something newer', () => {
  const version = fc.oneof(fc.string(), fc.stringMatching(/^\d{1,3}(\.\d{1,3}){0,3}(-?(rc|a|b|p)\d)?$/));
  fc.assert(
    fc.property(fc.array(version), fc.stringMatching(/^\d{1,2}\.\d{1,2}$/), (versions, current) => {
      const { acceptable } = choose(current, versions, { ignore: ['1.*'] });
      expect(acceptable.filter((each) => isPreRelease(each) || each.startsWith('1.'))).toEqual([]);
      expect([...acceptable].sort((a, b) => compareVersions(b, a))).toEqual(acceptable);
    }),
  );
});
