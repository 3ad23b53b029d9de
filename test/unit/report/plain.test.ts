import { describe, expect, test } from 'vitest';
import { duration } from '../../../src/report/duration.ts';
import type { MkEvent } from '../../../src/report/event.ts';
import { plainLines } from '../../../src/report/plain.ts';

function told(...events: readonly MkEvent[]): string {
  let text = '';
  const listener = plainLines((more) => {
    text += more;
  });
  for (const event of events) listener(event, 0);
  return text;
}

const built = {
  event: 'package',
  package: 'zlib',
  version: '1.2.13',
  verdict: 'built',
  seconds: 4.5,
  reason: '',
} as const;

test('a run is told line by line, with verbs in a column', () => {
  expect(
    told(
      { event: 'start', board: 'b', product: 'p', release: 'v1', jobs: 4, store: '/store', sandbox: 'sandboxed' },
      { event: 'activity', package: 'zlib', activity: 'fetch', detail: 'zlib-1.2.13.tar.xz' },
      { event: 'activity', package: 'zlib', activity: 'build' },
      built,
      { ...built, package: 'musl', version: '1.2.3', verdict: 'cached', reason: 'nothing changed' },
      { ...built, package: 'toolchain', version: undefined, verdict: 'skipped', reason: 'gcc failed' },
      { ...built, package: 'gcc', version: '12.2.0', verdict: 'failed', seconds: 187 },
      { event: 'warning', message: 'rootfs: root has no password', detail: 'in /etc/shadow\nin /etc/passwd' },
      {
        event: 'failure',
        package: 'gcc',
        code: 'command-failed',
        message: 'gcc: `make` exited with status 2 in build',
      },
      { event: 'summary', built: 1, cached: 1, failed: 1, skipped: 1, seconds: 192, results: [] },
    ),
  ).toMatchInlineSnapshot(`
    "mk b p (v1), 4 jobs, sandboxed, store /store
    fetch   zlib  zlib-1.2.13.tar.xz
    build   zlib
    built   zlib 1.2.13                  4.50 s
    cached  musl 1.2.3                   nothing changed
    skipped toolchain                    gcc failed
    failed  gcc 12.2.0                   3:07
    warning: rootfs: root has no password
      | in /etc/shadow
      | in /etc/passwd
    error[command-failed]: gcc: \`make\` exited with status 2 in build
    1 built, 1 cached, 1 failed, 1 skipped in 3:12
    "
  `);
});

test('a run in which nothing was to be done says so', () => {
  expect(told({ event: 'summary', built: 0, cached: 0, failed: 0, skipped: 0, seconds: 0.1, results: [] })).toBe(
    'nothing to do in 0.10 s\n',
  );
});

test('a second build is told with what differs, and at the end how many do', () => {
  const checked = { event: 'checked', package: 'zlib', version: '1.2.13', verdict: 'same', seconds: 4.5 } as const;
  const detail = ['/lib/libz.a differs: member adler32.o: section .rodata: …', 'second build: /there'];
  expect(
    told(
      { ...checked, detail: [] },
      { ...checked, package: 'gcc', version: undefined, verdict: 'differs', detail },
      { event: 'check-summary', same: 1, differs: 1, failed: 0, skipped: 2, seconds: 9 },
    ),
  ).toMatchInlineSnapshot(`
    "same    zlib 1.2.13                  4.50 s
    differs gcc                          4.50 s
      | /lib/libz.a differs: member adler32.o: section .rodata: …
      | second build: /there
    1 package the same, 1 differ, 2 skipped in 9.00 s
    "
  `);
});

describe('a duration', () => {
  test.each([
    [0, '0.00 s'],
    [0.424, '0.42 s'],
    [9.99, '9.99 s'],
    [9.996, '10 s'],
    [10, '10 s'],
    [59.4, '59 s'],
    [59.6, '1:00'],
    [187, '3:07'],
    [3599.7, '1:00:00'],
    [3723, '1:02:03'],
    [90_000, '25:00:00'],
  ])('of %d seconds is written %s', (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });
});
