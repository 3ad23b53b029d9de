import { describe, expect, test } from 'vitest';
import { longestChain, waitedFor } from '../../../src/report/critical-path.ts';
import type { Activity } from '../../../src/report/event.ts';

/** A package with steps `activity from-to`. */
function made(name: string, steps: readonly string[], build: readonly string[] = [], contains: readonly string[] = []) {
  const parsed = steps.map((text) => {
    const [, activity = '', from, to] = /^(\w+) ([\d.]+)-([\d.]+)$/.exec(text) ?? [];
    return { activity: activity as Activity, from: Number(from), to: Number(to) };
  });
  return { name, build, contains, steps: parsed, end: parsed.at(-1)?.to };
}

describe('what the end waited for', () => {
  test('is the need that ended last, back from the package that ended last', () => {
    const run = [
      made('quick', ['build 0-2']),
      made('slow', ['build 0-5']),
      made('aside', ['build 5-8']),
      made('release', ['build 5-9'], ['quick'], ['slow']),
    ];
    expect(waitedFor(run)).toEqual([
      { package: 'slow', waited: 0, seconds: 5 },
      { package: 'release', waited: 0, seconds: 4 },
    ]);
  });

  test('tells how long each waited for a job or its source when what it needs was there', () => {
    const run = [made('a', ['build 0-2']), made('b', ['fetch 0-1', 'wait 2-6', 'build 6-7'], ['a'])];
    expect(waitedFor(run)).toEqual([
      { package: 'a', waited: 0, seconds: 2 },
      { package: 'b', waited: 4, seconds: 1 },
    ]);
  });

  test('begins with the first that was worked on: what was there took no time', () => {
    expect(waitedFor([made('there', []), made('b', ['build 1-2'], ['there'])])).toEqual([
      { package: 'b', waited: 1, seconds: 1 },
    ]);
  });

  test('is nothing when nothing was built', () => {
    expect(waitedFor([made('there', [])])).toEqual([]);
  });
});

describe('the longest chain', () => {
  test('counts the work of packages that need each other, without their pauses', () => {
    const run = [made('a', ['build 0-2']), made('b', ['wait 2-6', 'build 6-7'], ['a']), made('c', ['build 0-2.5'])];
    expect(longestChain(run)).toBe(3);
  });

  test('counts a download only where it takes longer than all that is waited for beside it', () => {
    const fetched = (fetch: string) => [made('a', ['build 0-4']), made('b', [`fetch ${fetch}`, 'build 9-10'], ['a'])];
    expect(longestChain(fetched('0-3'))).toBe(5);
    expect(longestChain(fetched('0-9'))).toBe(10);
  });
});
