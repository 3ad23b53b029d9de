import { barsOf, laneCount } from './lanes.ts';
import type { RunRecord } from './run-record.ts';

const machine = 1;
const processes = { job: 2, fetch: 3, wait: 4 } as const;

/** A run in Chrome's Trace Event Format: a thread for each job slot, counters for CPU and memory. */
export function traceOf(record: RunRecord): string {
  const { packages, samples } = record;
  const byName = new Map(packages.map((each) => [each.name, each]));
  const bars = barsOf(packages);
  const slices = bars.flatMap(({ package: name, kind, lane, from, to, steps }) => {
    const about = byName.get(name);
    const place = { ph: 'X', pid: processes[kind], tid: lane + 1 };
    const { version, verdict, reason, key, expected, usage, size } = about ?? {};
    return [
      {
        name,
        cat: kind,
        ...place,
        ...times(from, to),
        args: { version, verdict, reason, key, expected, ...usage, size },
      },
      ...steps.map((step) => ({
        name: step.activity,
        cat: 'step',
        ...place,
        ...times(step.from, step.to),
        args: { package: name, for: step.detail },
      })),
    ];
  });
  const counters = samples.flatMap(([at, busy, free]) => [
    { name: 'CPU', ph: 'C', pid: machine, tid: 0, ts: micro(at), args: { 'busy cores': busy } },
    { name: 'memory', ph: 'C', pid: machine, tid: 0, ts: micro(at), args: { 'free MB': Math.round(free / 1e6) } },
  ]);
  const names = [
    named(machine, 'machine'),
    named(processes.job, 'jobs'),
    ...laneNames('job', laneCount(bars, 'job'), 'job'),
    named(processes.fetch, 'downloads'),
    ...laneNames('fetch', laneCount(bars, 'fetch'), 'download'),
    named(processes.wait, 'waiting'),
    ...laneNames('wait', laneCount(bars, 'wait'), 'wait'),
  ];
  const { board, product, release, outcome, startedAt } = record;
  const otherData = { target: `${board} ${product}`, release, outcome, started: new Date(startedAt).toISOString() };
  const events = [...names, ...counters, ...slices].map((event) => JSON.stringify(event));
  return `{"displayTimeUnit":"ms","otherData":${JSON.stringify(otherData)},"traceEvents":[\n${events.join(',\n')}\n]}\n`;
}

/** The format counts in microseconds. */
const micro = (seconds: number): number => Math.round(seconds * 1e6);

const times = (from: number, to: number) => ({ ts: micro(from), dur: micro(to) - micro(from) });

const named = (pid: number, name: string) => ({ name: 'process_name', ph: 'M', pid, tid: 0, args: { name } });

const laneNames = (kind: keyof typeof processes, count: number, name: string) =>
  Array.from({ length: count }, (_, lane) => ({
    name: 'thread_name',
    ph: 'M',
    pid: processes[kind],
    tid: lane + 1,
    args: { name: `${name} ${lane + 1}` },
  }));
