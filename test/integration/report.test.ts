import { chmodSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { recordIn } from '../support/report.ts';
import { installs, repositoryCopy, toy, workspace } from '../support/workspace.ts';

const report = 'report.html';

test('a run that built something leaves a report with what became of each package, and a trace', async () => {
  await using ws = await workspace({
    'pkg/a/build.ts': toy(`build() {}, ${installs('bin/a', "'a'.repeat(300)")}`),
    'pkg/b/build.ts': toy(`depends: ['a'], ${installs('bin/b', "'b'.repeat(100)")}`),
  });
  const run = await ws.build();
  expect(run.status, run.stderr).toBe(0);
  const record = recordIn(ws.built(report) ?? '');
  expect(record).toMatchObject({
    board: 'toy',
    product: 'box',
    outcome: 'done',
    image: { name: 'release', bytes: 400 },
  });
  expect(record.packages.map(({ name, verdict, build }) => [name, verdict, build])).toEqual([
    ['a', 'built', []],
    ['b', 'built', ['a']],
    ['release', 'built', []],
  ]);
  const [a] = record.packages;
  expect(a).toMatchObject({ imageBytes: 300, key: expect.stringMatching(/^[0-9a-f]{64}$/) });
  expect(a?.steps.map(({ activity }) => activity)).toEqual(expect.arrayContaining(['build', 'deploy']));
  const { traceEvents } = JSON.parse(ws.built('trace.json') ?? '');
  expect(traceEvents.map(({ name }: { name: string }) => name)).toEqual(expect.arrayContaining(['a', 'b', 'deploy']));
});

test('a run that finds everything done leaves the report as it is; one that builds keeps the one before it', async () => {
  await using ws = await workspace({ 'pkg/a/build.ts': toy('build() {}') });
  await ws.build();
  const first = ws.built(report);
  await ws.build();
  expect(ws.built(report)).toBe(first);
  expect(ws.built('report-before.html')).toBeUndefined();

  ws.write('pkg/a/build.ts', toy('build() {}, license: "MIT"'));
  await ws.build();
  expect(ws.built('report-before.html')).toBe(first);
  const record = recordIn(ws.built(report) ?? '');
  expect(record.before).toBe('report-before.html');
  expect(recordIn(first ?? '').before).toBeUndefined();
  expect(record.packages.find(({ name }) => name === 'a')?.reason).toContain('license');
});

test('a run that failed leaves a report with the failure', async () => {
  await using ws = await workspace({
    'pkg/a/build.ts': toy('async build({ run }) { await run`ls /nowhere/<b>`; }'),
    'pkg/b/build.ts': toy("depends: ['a']"),
  });
  const run = await ws.build();
  expect(run.stderr.trimEnd().split('\n').slice(-2)).toEqual([
    expect.stringMatching(/^1 failed, 2 skipped in /),
    `report: ${join(ws.here, 'toy-box', report)}`,
  ]);
  const { outcome, failures, packages, image } = recordIn(ws.built(report) ?? '');
  expect(outcome).toBe('failed');
  expect(failures).toMatchObject([
    { package: 'a', code: 'command-failed', detail: expect.stringContaining('/nowhere/<b>') },
  ]);
  expect(packages.map(({ verdict }) => verdict)).toEqual(['failed', 'skipped', 'skipped']);
  expect(image).toBeUndefined();
  expect(ws.built(report)).not.toContain('/nowhere/<b>');
});

test('where the report is, is told only of a run that failed, and not to those who want to hear little', async () => {
  await using ws = await workspace({ 'pkg/a/build.ts': toy('async build({ run }) { await run`false`; }') });
  const quiet = await ws.build('-q');
  expect(quiet.status).toBe(1);
  expect(quiet.stderr).not.toContain('report: ');
  ws.write('pkg/a/build.ts', toy('build() {}'));
  const done = await ws.build();
  expect(done.status, done.stderr).toBe(0);
  expect(done.stderr).not.toContain('report: ');
});

test.for([1, 2])('a run that was interrupted %i times leaves a report', async (times) => {
  await using ws = await workspace({
    'pkg/waits/build.ts': toy('async build({ run, recipeDir }) { await run`cat ${recipeDir}/gate`; }'),
  });
  ws.fifo('pkg/waits/gate');
  const run = ws.start(['toy', 'box', '--layer', ws.layer]);
  const gate = await run.gate('pkg/waits/gate');
  run.kill('SIGINT');
  await run.until((event) => event.event === 'warning' && event.message.startsWith('interrupted'));
  if (times === 2) run.kill('SIGINT');
  else await gate.close();
  const { status } = await run.ended;
  if (times === 2) await gate.close();
  expect(status).toBe(130);
  const record = recordIn(ws.built(report) ?? '');
  expect(record.outcome).toBe('interrupted');
  expect(record.packages.map(({ verdict }) => verdict)).toEqual(
    times === 2 ? ['unfinished', 'unfinished'] : ['built', 'skipped'],
  );
});

test('a report that cannot be written is a warning, and the run has done its work', async () => {
  await using ws = await workspace({ 'pkg/a/build.ts': toy('build() {}') });
  await ws.build();
  mkdirSync(join(ws.here, 'toy-box/report-before.html/not empty'), { recursive: true });
  ws.write('pkg/a/build.ts', toy('build() {}, license: "MIT"'));
  const run = await ws.build();
  expect(run.status, run.stderr).toBe(0);
  expect(run.stderr).toContain('warning: the report of this run could not be written');
});

test('a repository that nobody may write to gives a report too', async () => {
  await using ws = await workspace({ 'pkg/a/build.ts': toy('build() {}') });
  const copy = repositoryCopy(ws);
  const dirs = ['', ...readdirSync(copy, { recursive: true, encoding: 'utf8' })];
  for (const path of dirs) if (!path.includes('node_modules')) chmodSync(join(copy, path), 0o555);
  const run = await ws.start(['toy', 'box', '--layer', ws.layer], { root: copy }).ended;
  expect(run.status, run.stderr).toBe(0);
  expect(existsSync(join(ws.here, 'toy-box', report))).toBe(true);
});
