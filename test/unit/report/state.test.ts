import { expect, test } from 'vitest';
import type { MkEvent } from '../../../src/report/event.ts';
import { rateOf } from '../../../src/report/state.ts';
import { after, ends, plan, planned, works } from '../../support/events.ts';

const transfer = (received: number, isEnded = false, file = 'f'): MkEvent => ({
  ...{ event: 'transfer', package: 'a', file, received, total: 1000, isEnded },
});

test('a package is running from its first step to its end, and its build has a beginning of its own', () => {
  const steps = [
    [1, works('a', 'unpack')],
    [2, works('a', 'prepare')],
    [5, works('a', 'build')],
    [9, works('a', 'deploy')],
  ] as const;
  expect(after(...steps.slice(0, 2)).running.get('a')).toEqual({ activity: 'prepare', since: 1 });
  expect(after(...steps).running.get('a')).toEqual({ activity: 'deploy', since: 5 });
  const { running, counts } = after(...steps, [10, ends('a')]);
  expect([running.size, counts.built]).toEqual([0, 1]);
});

test('who waits is not running; the last reason stays until work begins', () => {
  const waits = after(
    [1, works('a', 'build')],
    [2, { event: 'activity', package: 'a', activity: 'wait', detail: 'a job slot' }],
  );
  expect([...waits.running]).toEqual([]);
  expect([...waits.waiting]).toEqual([['a', 'a job slot']]);
  const goesOn = after([1, { event: 'waiting', package: 'a', for: 'another mk' }], [2, works('a', 'wait')]);
  expect([...goesOn.waiting]).toEqual([['a', 'another mk']]);
  expect(after([1, works('a', 'wait')], [2, works('a', 'build')]).waiting.size).toBe(0);
});

test('a source tree that is prepared for another package is no work any more when that one goes on', () => {
  const both = plan(planned('gcc'), planned('bootstrap', { source: 'gcc' }));
  const prepares = after([0, both], [1, works('gcc', 'prepare')]);
  expect([...prepares.running.keys()]).toEqual(['gcc']);
  const builds = after([0, both], [1, works('gcc', 'prepare')], [2, works('bootstrap', 'build')]);
  expect([...builds.running.keys()]).toEqual(['bootstrap']);
});

test('a package whose source has come early is neither fetched any more nor ready', () => {
  const fetched = [
    [1, works('a', 'fetch')],
    [2, transfer(10)],
    [3, transfer(1000, true)],
    [3, works('a', 'wait')],
  ] as const;
  const state = after(...fetched);
  expect([state.running.size, state.transfers.size, state.waiting.size]).toEqual([0, 0, 0]);
  expect(after(...fetched, [4, works('a', 'wait')]).waiting.size).toBe(1);
});

test('the rate of a download is that of its last seconds, also when nothing comes any more', () => {
  const at = (...moments: readonly (readonly [number, number])[]) => {
    const found = after(...moments.map(([time, received]) => [time, transfer(received)] as const)).transfers.get('a f');
    if (found === undefined) throw new Error('there is no transfer');
    return found;
  };
  expect(rateOf(at([0, 500]), 0.1)).toBeUndefined();
  // What was there before is no speed.
  expect(rateOf(at([0, 500], [1, 600]), 1)).toBe(100);
  expect(rateOf(at([0, 0], [4, 400], [8, 402], [9, 403]), 9)).toBeCloseTo(0.6);
  expect(rateOf(at([0, 0], [1, 100]), 10)).toBe(10);
  // It starts over.
  expect(rateOf(at([0, 500], [1, 600], [2, 0], [3, 50]), 3)).toBe(50);
});

test('what is built a second time after the end of the run is running again', () => {
  const end: MkEvent = { event: 'summary', built: 1, cached: 0, failed: 0, skipped: 0, seconds: 1, results: [] };
  const again = after([1, ends('a')], [2, end], [3, works('a', 'build')]);
  expect([again.isOver, again.running.size]).toEqual([false, 1]);
  const checked: MkEvent = { event: 'checked', package: 'a', version: '1', verdict: 'same', seconds: 1, detail: [] };
  const same = after([1, ends('a')], [2, end], [3, works('a', 'build')], [4, checked]);
  expect([same.checks.same, same.running.size]).toEqual([1, 0]);
});
