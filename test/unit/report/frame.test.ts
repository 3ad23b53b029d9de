import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { MkEvent } from '../../../src/report/event.ts';
import { clock, frame } from '../../../src/report/frame.ts';
import { advance, newRun } from '../../../src/report/state.ts';
import { after, anyRun, ends, plan, planned, works } from '../../support/events.ts';

const start: MkEvent = { event: 'start', board: 'b', product: 'p', release: 'r', jobs: 4, store: '/s', sandbox: '' };
const busy = after(
  [0, start],
  [
    0,
    plan(
      planned('zlib', { version: '1.3' }),
      planned('musl', { step: 'cached' }),
      planned('gcc', { expected: 760 }),
      planned('linux', { isGuess: true, needs: ['gcc'] }),
      planned('xz'),
    ),
  ],
  [1, ends('musl', 'cached')],
  [2, works('gcc', 'build')],
  [9, works('zlib', 'prepare')],
  [9, { event: 'transfer', package: 'linux', file: 'linux-6.1.tar.xz', received: 0, total: 137e6, isEnded: false }],
  [19, { event: 'transfer', package: 'linux', file: 'linux-6.1.tar.xz', received: 62e6, isEnded: false }],
  [19, { event: 'activity', package: 'xz', activity: 'wait', detail: 'a job slot' }],
);

test('the longest running is first, then downloads, then who waits; the last line sums up', () => {
  expect(frame(busy, { rows: 24, columns: 80 }, 20).join('\n')).toMatchInlineSnapshot(`
    "build   gcc 1.0                      18 s of 12:40
    prepare zlib 1.3                     11 s
    fetch   linux-6.1.tar.xz             [####------] 62.0 of 137.0 MB, 5.6 MB/s
    wait    xz                           for a job slot
    1 of 5, about 12:32 to go, 2 running, 1 waiting, 1 download, after 20 s"
  `);
});

test('a narrow window has what is most important', () => {
  expect(frame(busy, { rows: 24, columns: 20 }, 20).join('\n')).toMatchInlineSnapshot(`
    "gcc          18 s
    zlib         11 s
    linux-6.1.t… 45%
    1 of 5, 2 running"
  `);
});

test('in a low window the rest is summed up', () => {
  expect(frame(busy, { rows: 4, columns: 60 }, 200).join('\n')).toMatchInlineSnapshot(`
    "build   gcc 1.0                             3:18 of 12:40
    … 3 more
    1 of 5, about 9:32 to go, 2 running, 1 waiting, 1 download"
  `);
});

test('after an interrupt only what runs is waited for', () => {
  const message = 'interrupted: finishing what runs';
  const interrupted = advance(busy, { event: 'warning', message, isInterrupt: true }, 20);
  expect(frame(interrupted, { rows: 24, columns: 80 }, 20).join('\n')).toMatchInlineSnapshot(`
    "build   gcc 1.0                      18 s of 12:40
    prepare zlib 1.3                     11 s
    fetch   linux-6.1.tar.xz             [####------] 62.0 of 137.0 MB, 5.6 MB/s
    1 of 5, interrupted, 2 running, 1 download, after 20 s"
  `);
});

test('when nothing goes on nothing is shown', () => {
  const size = { rows: 24, columns: 80 };
  expect(frame(newRun, size, 5)).toEqual([]);
  expect(frame(after([0, plan(planned('a', { step: 'cached' }))], [1, ends('a', 'cached')]), size, 5)).toEqual([]);
  const over: MkEvent = { event: 'summary', built: 0, cached: 0, failed: 0, skipped: 0, seconds: 0, results: [] };
  expect(frame(advance(busy, over, 20), size, 20)).toEqual([]);
});

/** What terminals agree to show in two columns; all that is left in a line takes at least one. */
const isWide = (letter: string) =>
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}]/u.test(letter) &&
  letter > '\u10ff' &&
  !/[\uff61-\uffdc]/.test(letter);

test('whatever happens, no line is wider than the window, there are never more than it has rows, and all are harmless', () => {
  fc.assert(
    fc.property(anyRun, fc.integer({ min: 1, max: 250 }), fc.integer({ min: 1, max: 80 }), (events, columns, rows) => {
      const last = events.at(-1)?.[0] ?? 0;
      const lines = frame(after(...events), { rows, columns }, last + 1);
      expect(lines.length).toBeLessThanOrEqual(rows);
      for (const line of lines) {
        expect(line).not.toMatch(/[\p{C}\p{M}\u2028\u2029]/u);
        const width = [...line].reduce((sum, letter) => sum + (isWide(letter) ? 2 : 1), 0);
        expect(width, JSON.stringify(line)).toBeLessThanOrEqual(columns);
      }
    }),
    { numRuns: 500 },
  );
});

test.each([
  [0, '0 s'],
  [59.9, '59 s'],
  [60, '1:00'],
  [3723, '1:02:03'],
])('%d seconds are %s on a clock', (seconds, text) => {
  expect(clock(seconds)).toBe(text);
});
