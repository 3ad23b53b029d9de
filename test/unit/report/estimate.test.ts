import { expect, test } from 'vitest';
import { timeToGo } from '../../../src/report/estimate.ts';
import type { MkEvent } from '../../../src/report/event.ts';
import { after, ends, plan, planned, type Timed, works } from '../../support/events.ts';

const start = (jobs: number): Timed => [
  0,
  { event: 'start', board: 'b', product: 'p', release: 'r', jobs, store: '/s', sandbox: '' } satisfies MkEvent,
];
/** Two chains: a, b and c, and d alone. */
const packages = plan(
  planned('a', { expected: 10 }),
  planned('d', { expected: 4 }),
  planned('b', { expected: 20, needs: ['a'] }),
  planned('c', { expected: 30, needs: ['b'] }),
);

test('without a plan nothing is known', () => {
  expect(timeToGo(after(start(2)), 1)).toBeUndefined();
});

test('the longest chain is waited for, where there are jobs enough', () => {
  expect(timeToGo(after(start(2), [0, packages]), 0)).toBe(60);
});

test('all the work is waited for, where one job does it', () => {
  expect(timeToGo(after(start(1), [0, packages]), 0)).toBe(64);
});

test('what has been done is not waited for, in a package and as a whole', () => {
  const half = after(start(2), [0, packages], [0, works('a', 'build')]);
  expect(timeToGo(half, 6)).toBe(54);
  expect(timeToGo(after(start(2), [0, packages], [0, works('a', 'build')], [12, ends('a')]), 12)).toBe(50);
});

test('what takes longer than expected goes on for a tenth of its time, and getting a source is no part of a build', () => {
  expect(timeToGo(after(start(2), [0, packages], [0, works('a', 'build')]), 40)).toBe(54);
  expect(timeToGo(after(start(2), [0, packages], [0, works('a', 'prepare')]), 40)).toBe(60);
});

test('what is there already takes no time', () => {
  expect(timeToGo(after(start(2), [0, plan(planned('a', { step: 'cached' }))]), 0)).toBe(0);
});

test('what is guessed says nothing where it is most of the work', () => {
  const guessed = planned('b', { isGuess: true });
  expect(timeToGo(after(start(2), [0, plan(planned('a'), guessed)]), 0)).toBe(10);
  expect(timeToGo(after(start(2), [0, plan(planned('a', { expected: 9 }), guessed)]), 0)).toBeUndefined();
});

test('after a failure nothing is promised', () => {
  expect(timeToGo(after(start(2), [0, packages], [1, ends('a', 'failed')]), 1)).toBeUndefined();
});
