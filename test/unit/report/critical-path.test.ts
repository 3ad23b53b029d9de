import { describe, expect, test } from 'vitest';
import { longestChain, waitedFor } from '../../../src/report/critical-path.ts';
import type { Activity } from '../../../src/report/event.ts';

/** A package with steps `activity from-to` or `wait from-to for something`. */
function made(name: string, steps: readonly string[], build: readonly string[] = [], contains: readonly string[] = []) {
  const parsed = steps.map((text) => {
    const [, activity = '', from, to, detail] = /^(\w+) ([\d.]+)-([\d.]+)(?: for (.*))?$/.exec(text) ?? [];
    return { activity: activity as Activity, from: Number(from), to: Number(to), detail };
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
      { package: 'slow', pauses: [], seconds: 5 },
      { package: 'release', pauses: [], seconds: 4 },
    ]);
  });

  test('tells how long each waited for what, apart from its work', () => {
    const run = [
      made('a', ['build 0-2']),
      made('b', ['unpack 2-3', 'wait 3-4 for a job slot', 'wait 4-9 for process 7 in /b', 'build 9-10'], ['a']),
    ];
    const pauses = [
      { for: 'a job slot', seconds: 1 },
      { for: 'process 7 in /b', seconds: 5 },
    ];
    expect(waitedFor(run)).toEqual([
      { package: 'a', pauses: [], seconds: 2 },
      { package: 'b', pauses, seconds: 2 },
    ]);
  });

  test('counts a download only from when what the package needs is there', () => {
    const run = [made('a', ['build 0-2']), made('b', ['fetch 0-5', 'build 6-7'], ['a'])];
    const pauses = [
      { for: 'its download', seconds: 3 },
      { for: undefined, seconds: 1 },
    ];
    expect(waitedFor(run).at(-1)).toEqual({ package: 'b', pauses, seconds: 1 });
  });

  test('goes through a package that another mk has built meanwhile', () => {
    const run = [
      made('a', ['build 0-2']),
      made('b', ['wait 0-9 for process 7 in /b']),
      made('c', ['build 9-10'], ['a', 'b']),
    ];
    expect(waitedFor(run)).toEqual([
      { package: 'b', pauses: [{ for: 'process 7 in /b', seconds: 9 }], seconds: 0 },
      { package: 'c', pauses: [], seconds: 1 },
    ]);
  });

  test('does not end with what was left out', () => {
    const skipped = { ...made('b', ['wait 0-3 for a job slot']), verdict: 'skipped' } as const;
    expect(waitedFor([made('a', ['build 0-2']), skipped])).toEqual([{ package: 'a', pauses: [], seconds: 2 }]);
  });

  test('begins with the first that was worked on: what was there took no time', () => {
    expect(waitedFor([made('there', []), made('b', ['build 1-2'], ['there'])])).toEqual([
      { package: 'b', pauses: [{ for: undefined, seconds: 1 }], seconds: 1 },
    ]);
  });

  test('is nothing when nothing was built', () => {
    expect(waitedFor([made('there', [])])).toEqual([]);
  });
});

describe('the longest chain', () => {
  test('counts the work of packages that need each other, without their pauses', () => {
    const run = [made('a', ['build 0-2']), made('b', ['wait 2-6', 'build 6-7'], ['a']), made('c', ['build 0-2.5'])];
    const links = [
      { package: 'a', seconds: 2 },
      { package: 'b', seconds: 1 },
    ];
    expect(longestChain(run)).toEqual({ seconds: 3, links });
  });

  test('counts a download only where it takes longer than all that is waited for beside it', () => {
    const fetched = (fetch: string) => [made('a', ['build 0-4']), made('b', [`fetch ${fetch}`, 'build 9-10'], ['a'])];
    expect(longestChain(fetched('0-3')).seconds).toBe(5);
    expect(longestChain(fetched('0-9'))).toEqual({ seconds: 10, links: [{ package: 'b', seconds: 10 }] });
  });
});
