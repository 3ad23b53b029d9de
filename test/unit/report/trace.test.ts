import { expect, test } from 'vitest';
import { recordRun } from '../../../src/report/record.ts';
import { traceOf } from '../../../src/report/trace.ts';
import { smallSystem, toldRun } from '../../support/told-runs.ts';

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts?: number;
  readonly dur?: number;
  readonly args: Readonly<Record<string, unknown>>;
}

function trace(): readonly TraceEvent[] {
  const { events, about } = toldRun(smallSystem);
  return JSON.parse(traceOf(recordRun(events, about))).traceEvents;
}

test('each package is a slice with its reason and key, in the thread of its job, and its steps are inside it', () => {
  const slices = trace().filter(({ ph }) => ph === 'X');
  const gcc = slices.find(({ name, pid }) => name === 'gcc' && pid === 2);
  expect(gcc?.args).toMatchObject({ verdict: 'built', reason: 'never built', key: expect.stringMatching(/^.{64}$/) });
  const inside = slices.filter((each) => each.args['package'] === 'gcc' && each.pid === 2);
  expect(inside.map(({ name }) => name)).toEqual(['unpack', 'prepare', 'build', 'deploy', 'store']);
  const [from, to] = [gcc?.ts ?? 0, (gcc?.ts ?? 0) + (gcc?.dur ?? 0)];
  for (const { ts = 0, dur = 0, tid } of inside) {
    expect(tid).toBe(gcc?.tid);
    expect(ts).toBeGreaterThanOrEqual(from);
    expect(ts + dur).toBeLessThanOrEqual(to);
  }
});

test('every number is one, and every thread that is used has a name', () => {
  const all = trace();
  const named = new Set(all.filter(({ name }) => name === 'thread_name').map(({ pid, tid }) => `${pid} ${tid}`));
  for (const { ph, pid, tid, ts, dur } of all.filter((each) => each.ph !== 'M')) {
    expect(Number.isInteger(ts)).toBe(true);
    if (ph === 'X') expect(named).toContain(`${pid} ${tid}`);
    if (ph === 'X') expect(dur).toBeGreaterThanOrEqual(0);
  }
  expect(all.filter(({ ph, name }) => ph === 'C' && name === 'CPU').length).toBeGreaterThan(100);
  expect(all.filter(({ ph, name }) => ph === 'C' && name === 'memory').length).toBeGreaterThan(100);
});
