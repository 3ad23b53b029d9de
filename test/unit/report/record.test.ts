import { expect, test } from 'vitest';
import type { Activity, MkEvent } from '../../../src/report/event.ts';
import { recordRun } from '../../../src/report/record.ts';
import type { RelatedPackage, TimedEvent } from '../../../src/report/run-record.ts';
import { smallSystem, toldRun } from '../../support/told-runs.ts';

const lone = (name: string, more: Partial<RelatedPackage> = {}): RelatedPackage => {
  return { name, build: [], run: [], contains: [], ...more };
};

const start: MkEvent = {
  ...{ event: 'start', board: 'toy', product: 'box', release: 'v1' },
  ...{ jobs: 2, store: '/store', sandbox: 'sandbox: namespaces' },
};
const ended = (name: string, verdict: 'built' | 'cached' | 'failed' | 'skipped' = 'built'): MkEvent => {
  return { event: 'package', package: name, version: undefined, verdict, seconds: 1, reason: 'because' };
};
const summary = (counts: { failed?: number; skipped?: number }): MkEvent => {
  return { event: 'summary', built: 1, cached: 0, failed: 0, skipped: 0, ...counts, seconds: 1, results: [] };
};

function record(packages: readonly RelatedPackage[], ...events: readonly (readonly [number, MkEvent])[]) {
  const timed = events.map(([at, event]): TimedEvent => ({ at, event }));
  return recordRun(timed, { packages, cores: 2, startedAt: 0 });
}

const busy = (name: string, activity: Activity, detail?: string): MkEvent => {
  return { event: 'activity', package: name, activity, ...(detail !== undefined && { detail }) };
};

const stepsOf = ({ packages }: ReturnType<typeof record>, name: string) =>
  packages
    .find((each) => each.name === name)
    ?.steps.map(({ activity, from, to, detail }) => {
      return `${activity} ${from}-${to}${detail === undefined ? '' : ` for ${detail}`}`;
    });

test('a step of a package lasts until its next one, and the last until its verdict', () => {
  const run = record([lone('a')], [0, start], [1, busy('a', 'build')], [4, busy('a', 'deploy')], [5, ended('a')]);
  expect(stepsOf(run, 'a')).toEqual(['build 1-4', 'deploy 4-5']);
});

test('the clock of a report begins with the run, not with waiting for the build root', () => {
  const waiting: MkEvent = { event: 'waiting', for: 'another mk' };
  const run = record([lone('a')], [0, waiting], [10, start], [11, busy('a', 'build')], [12, ended('a')]);
  expect(stepsOf(run, 'a')).toEqual(['build 1-2']);
  expect(run.seconds).toBe(2);
});

test('a download that runs ahead ends when the file is there, whatever source it came from', () => {
  const transfer: MkEvent = { event: 'transfer', package: 'a', file: 'a.tar', received: 1, isEnded: true };
  const run = record(
    [lone('a')],
    ...([
      [0, start],
      [1, busy('a', 'fetch')],
      [2, busy('a', 'fetch')],
      [3, transfer],
    ] as const),
    ...([
      [8, busy('a', 'build')],
      [9, ended('a')],
    ] as const),
  );
  expect(stepsOf(run, 'a')).toEqual(['fetch 1-3', 'build 8-9']);
});

test('each thing that a package waits for is a step, also while its download runs ahead', () => {
  const run = record(
    [lone('a')],
    [0, start],
    [1, busy('a', 'fetch', 'a.tar')],
    [2, busy('a', 'wait', 'process 7 in /b')],
    [3, busy('a', 'wait', 'its turn')],
    [4, busy('a', 'wait', 'a job slot')],
    [6, busy('a', 'build')],
    [9, ended('a')],
  );
  expect(stepsOf(run, 'a')).toEqual([
    'fetch 1-3',
    'wait 2-4 for process 7 in /b',
    'wait 4-6 for a job slot',
    'build 6-9',
  ]);
});

test('a source that is there early makes nobody wait', () => {
  const run = record(
    [lone('a')],
    [0, start],
    [1, busy('a', 'fetch')],
    [3, busy('a', 'wait', 'its turn')],
    [9, ended('a')],
  );
  expect(stepsOf(run, 'a')).toEqual(['fetch 1-3']);
});

test("preparing another package's source ends when the one that uses it is built", () => {
  const run = record(
    [lone('linux'), lone('headers', { source: 'linux' })],
    ...([
      [0, start],
      [0, ended('linux', 'cached')],
      [1, busy('linux', 'prepare')],
    ] as const),
    ...([
      [3, busy('headers', 'build')],
      [9, ended('headers')],
    ] as const),
  );
  expect(stepsOf(run, 'linux')).toEqual(['prepare 1-3']);
});

test('what goes on when the run breaks off ends with it, and its package is unfinished', () => {
  const run = record([lone('a'), lone('b')], [0, start], [1, busy('a', 'build')], [4, ended('b')]);
  expect(stepsOf(run, 'a')).toEqual(['build 1-4']);
  expect(run.packages.map(({ verdict }) => verdict)).toEqual(['unfinished', 'built']);
  expect(run.outcome).toBe('interrupted');
});

test.each([
  [summary({}), 'done'],
  [summary({ failed: 1, skipped: 2 }), 'failed'],
  [summary({ skipped: 1 }), 'interrupted'],
] as const)('the outcome is told by the summary', (event, outcome) => {
  expect(record([lone('a')], [0, start], [1, event]).outcome).toBe(outcome);
});

test('a failure keeps where it is, not the whole text of that file', () => {
  const place = { file: 'pkg/a/build.ts', text: 'secret', line: 3, column: 7, length: 2 };
  const failure: MkEvent = { event: 'failure', package: 'a', code: 'hook-failed', message: 'a: no', place };
  const { failures } = record([lone('a')], [0, start], [1, failure]);
  expect(failures).toEqual([{ package: 'a', code: 'hook-failed', message: 'a: no', place: 'pkg/a/build.ts:3:7' }]);
});

test('however long a run was, its samples stay as many as a screen can show', () => {
  const samples = Array.from({ length: 50_000 }, (_, at): readonly [number, MkEvent] => [
    at,
    { event: 'sample', busy: 1, free: 4e9 },
  ]);
  const { samples: kept } = record([lone('a')], [0, start], ...samples);
  expect(kept.length).toBeLessThanOrEqual(2000);
  expect(kept.at(-1)).toEqual([49_999, 1, 4e9, 25]);
});

test('packages that a command was not about are left out', () => {
  const { events, about } = toldRun([{ name: 'a', seconds: 1 }]);
  const { packages } = recordRun(events, { ...about, packages: [...about.packages, lone('other')] });
  expect(packages.map(({ name }) => name)).toEqual(['a']);
});

test('what is planned, measured and in the image stands beside each package', () => {
  const { events, about } = toldRun(smallSystem);
  const { packages, image } = recordRun(events, about);
  const release = packages.find(({ name }) => name === 'release');
  expect(release).toMatchObject({
    verdict: 'built',
    reason: 'never built',
    expected: expect.closeTo(3.3),
    usage: { cpu: expect.closeTo(3.6) },
    size: 21e6,
  });
  expect(release?.imageBytes).toBe(6e6);
  expect(packages.find(({ name }) => name === 'pkgconf')).toMatchObject({ verdict: 'cached', steps: [] });
  expect(image).toEqual({ name: 'rootfs', bytes: 21e6, packed: 9e6 });
});
