import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dpkgParts, orders, type VersionScheme } from '../../../src/base/version-schemes.ts';

const schemes = Object.keys(orders) as VersionScheme[];

/** Each is older than the one below it. */
const ladders: Readonly<Record<string, readonly string[]>> = {
  semver: [
    ...['0.9.9', '1.0.0-alpha', '1.0.0-alpha.1', '1.0.0-alpha.beta', '1.0.0-beta', '1.0.0-beta.2', '1.0.0-beta.11'],
    ...['1.0.0-rc.1', '1.0.0', '1.0.1', '1.10.0', '2'],
  ],
  pep440: [
    ...['1.0.dev1', '1.0a1.dev1', '1.0a1', '1.0a2', '1.0b1', '1.0rc1', '1.0', '1.0+local.1', '1.0.post1', '1.0.1'],
    ...['2024.1', '1!0.5'],
  ],
  dpkg: [
    ...['1.0~~', '1.0~~a', '1.0~', '1.0', '1.0a', '1.0+', '1.0.1', '1.1-0', '1.1-1', '1.1-1+b1', '1.1-1.1', '2'],
    ...['2+dfsg-1', '10', '1:0.1'],
  ],
};

test.each(Object.entries(ladders))('%s has its own order', (scheme, ladder) => {
  const order = orders[scheme as VersionScheme];
  const wrong = ladder.flatMap((older, at) =>
    ladder
      .slice(at + 1)
      .flatMap((newer) => (order(older, newer) < 0 && order(newer, older) > 0 ? [] : [[older, newer]])),
  );
  expect(wrong).toEqual([]);
});

test('a semantic version means the same with and without its build, and with fewer zeros', () => {
  expect(orders.semver('1.0.0+20130313', 'v1.0.0+21AF')).toBe(0);
  expect(orders.semver('1.2', '1.2.0')).toBe(0);
});

test('a Debian version has an epoch, an upstream version and a revision', () => {
  expect(dpkgParts('1:1.2-rc1+dfsg-3')).toEqual({ epoch: '1', upstream: '1.2-rc1+dfsg', revision: '3' });
  expect(dpkgParts('1.2')).toEqual({ epoch: '0', upstream: '1.2', revision: '' });
});

const part = fc.constantFrom(...['0', '1', '9', '10', 'a', 'b', 'rc', '.', '-', '+', '~', ':', '!', 'v', '_', 'é']);
const version = fc.oneof(
  { weight: 5, arbitrary: fc.array(part, { maxLength: 8 }).map((parts) => parts.join('')) },
  { weight: 1, arbitrary: fc.string() },
);

describe.each(schemes)('%s orders any texts', (scheme) => {
  const sign = (a: string, b: string) => Math.sign(orders[scheme](a, b));

  test('and is its own mirror image', () => {
    fc.assert(
      fc.property(version, version, (a, b) => {
        expect(sign(a, b)).toBe(0 - sign(b, a));
        expect(sign(a, a)).toBe(0);
      }),
      { numRuns: 2000 },
    );
  });

  test('and is transitive', () => {
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        const [low = '', middle = '', high = ''] = [a, b, c].sort(orders[scheme]);
        expect([sign(low, middle), sign(middle, high), sign(low, high)]).not.toContain(1);
        if (sign(low, middle) === 0) expect(sign(low, high)).toBe(sign(middle, high));
      }),
      { numRuns: 2000 },
    );
  });
});

const hasDpkg = spawnSync('dpkg', ['--version'], { stdio: 'ignore' }).status === 0;

test.skipIf(!hasDpkg)('dpkg itself agrees with the order of that name', () => {
  const ladder = [...(ladders['dpkg'] ?? []), '0foo.bar', '0foobar', '1a', '1000a', '1.2-rc1', '3.0~rc1-1', '1_2'];
  const legal = ladder.filter((each) => /^[\d:a-zA-Z.+~-]+$/.test(each));
  for (const [at, a] of legal.entries()) {
    const b = legal[(at * 7 + 3) % legal.length] ?? a;
    const { status } = spawnSync('dpkg', ['--compare-versions', a, 'lt', b]);
    expect(`${a} lt ${b}: ${status === 0}`).toBe(`${a} lt ${b}: ${orders.dpkg(a, b) < 0}`);
  }
});
