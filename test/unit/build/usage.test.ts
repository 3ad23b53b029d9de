import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type MachineSample, openMeter } from '../../../src/build/usage.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
afterEach(() => void vi.useRealTimers());

function meter() {
  const samples: MachineSample[] = [];
  return { samples, ...openMeter((sample) => samples.push(sample)) };
}

test('the machine is sampled once a second while somebody watches, and nobody is kept waiting by it', () => {
  const { samples, watch } = meter();
  vi.advanceTimersByTime(5000);
  expect(samples).toEqual([]);
  const stop = watch();
  vi.advanceTimersByTime(3000);
  expect(samples).toHaveLength(3);
  stop();
  vi.advanceTimersByTime(5000);
  expect(samples).toHaveLength(3);
  expect(vi.getTimerCount()).toBe(0);
});

test('builds that are shorter than a sample and follow each other leave no hole', () => {
  const { samples, measure } = meter();
  for (let build = 0; build < 20; build++) {
    const measured = measure(process.pid);
    vi.advanceTimersByTime(300);
    measured.end(undefined);
  }
  expect(samples).toHaveLength(6);
});
