import { appendFileSync, existsSync, readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { collect } from '../../../src/store/collect.ts';
import { median, openHistory } from '../../../src/store/history.ts';
import { openStore } from '../../../src/store/store.ts';
import { verifyStore } from '../../../src/store/verify.ts';
import { temporaryStore } from '../../support/store.ts';
import { temporaryTree } from '../../support/tree.ts';

const past = (seconds: number) => ({ seconds, cpu: 1, memory: 1000 });

test('the last five builds of a package are known, the oldest first', () => {
  using home = temporaryTree({});
  const history = openHistory(join(home.path, 'history'));
  expect(history.of('a@t')).toEqual([]);
  for (const seconds of [1, 2, 3, 4, 5, 6, 7]) history.add('a@t', past(seconds));
  history.add('b@t', { ...past(9.87654), fetch: 3 });
  expect(history.of('a@t').map(({ seconds }) => seconds)).toEqual([3, 4, 5, 6, 7]);
  expect(history.of('b@t')).toEqual([{ ...past(9.877), fetch: 3 }]);
});

test('nothing is written before something was built', () => {
  using home = temporaryTree({});
  openHistory(join(home.path, 'history')).of('a');
  expect(existsSync(join(home.path, 'history'))).toBe(false);
});

test('a file stays small however often its package is built', () => {
  using home = temporaryTree({});
  const history = openHistory(home.path);
  for (let seconds = 0; seconds < 500; seconds++) history.add('a', past(seconds));
  expect(statSync(join(home.path, 'a')).size).toBeLessThan(4096);
  expect(history.of('a')).toHaveLength(5);
  expect(readdirSync(home.path)).toEqual(['a']);
});

test('what a killed mk has written in part, and whatever else is in a file, is passed over', () => {
  using home = temporaryTree({});
  const history = openHistory(home.path);
  history.add('a', past(1));
  truncateSync(join(home.path, 'a'), 20);
  history.add('a', past(2));
  appendFileSync(join(home.path, 'a'), 'null\n[]\n{"seconds":"1"}\n\0\0\n');
  expect(history.of('a').map(({ seconds }) => seconds)).toEqual([2]);
});

test('a history that cannot be written stops no build', () => {
  using home = temporaryTree({});
  writeFileSync(join(home.path, 'history'), 'a file');
  openHistory(join(home.path, 'history')).add('a', past(1));
});

test('is a part of the store that is kept while it is used', async () => {
  using given = temporaryStore();
  given.store.history.add('a', past(1));
  const now = Date.now();
  const month = 31 * 24 * 3600 * 1000;
  expect(openStore(given.dir).history.of('a')).toHaveLength(1);
  await verifyStore(given.dir, () => expect.unreachable());
  collect(given.dir, { maxSize: undefined, dryRun: false, now });
  expect(given.store.history.of('a')).toHaveLength(1);
  collect(given.dir, { maxSize: undefined, dryRun: false, now: now + month });
  expect(given.store.history.of('a')).toEqual([]);
});

test('the median is the middle of what there is', () => {
  expect([[], [3], [9, 1], [5, 100, 1]].map(median)).toEqual([undefined, 3, 5, 5]);
});
