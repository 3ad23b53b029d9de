import { expect, test } from 'vitest';
import type { Activity } from '../../../src/report/event.ts';
import { barsOf, laneCount } from '../../../src/report/lanes.ts';
import { recordRun } from '../../../src/report/record.ts';
import { manyPackages, toldRun } from '../../support/told-runs.ts';

const step = (activity: Activity, from: number, to: number, detail?: string) => ({ activity, from, to, detail });
const told = (packages: Parameters<typeof barsOf>[0]) =>
  barsOf(packages).map((bar) => `${bar.package} ${bar.kind} ${bar.lane}: ${bar.from}-${bar.to}`);

test('steps without a pause are one bar, and a wait between them makes two and one of its own', () => {
  const steps = [step('unpack', 0, 1), step('wait', 1, 3), step('build', 3, 4), step('deploy', 4, 5)];
  expect(told([{ name: 'a', steps }])).toEqual(['a job 0: 0-1', 'a wait 0: 1-3', 'a job 0: 3-5']);
});

test('waits for one thing after the other are one bar, and a wait that nobody would see is none', () => {
  const steps = [step('wait', 0, 2, 'its source'), step('wait', 2, 3, 'a job slot'), step('build', 3, 4)];
  const other = [step('wait', 3, 3.05, 'a job slot'), step('build', 3.05, 4)];
  expect(
    told([
      { name: 'a', steps },
      { name: 'b', steps: other },
    ]),
  ).toEqual(['a wait 0: 0-3', 'a job 0: 3-4', 'b job 1: 3.05-4']);
});

test('a bar takes the first lane that is free; downloads have lanes of their own', () => {
  expect(
    told([
      { name: 'a', steps: [step('fetch', 0, 1), step('build', 1, 4)] },
      { name: 'b', steps: [step('build', 2, 3)] },
      { name: 'c', steps: [step('build', 3, 5)] },
      { name: 'd', steps: [step('build', 4, 6)] },
    ]),
  ).toEqual(['a fetch 0: 0-1', 'a job 0: 1-4', 'b job 1: 2-3', 'c job 1: 3-5', 'd job 0: 4-6']);
});

test('bars of a lane never overlap, and there are no more lanes than jobs', () => {
  const { events, about } = toldRun(manyPackages(300), { jobs: 5 });
  const bars = barsOf(recordRun(events, about).packages);
  const ends = new Map<string, number>();
  for (const bar of bars) {
    const lane = `${bar.kind} ${bar.lane}`;
    expect(bar.from).toBeGreaterThanOrEqual(ends.get(lane) ?? 0);
    ends.set(lane, bar.to);
  }
  expect(laneCount(bars, 'job')).toBe(5);
});
