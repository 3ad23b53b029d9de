import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { MkEvent } from '../../src/report/event.ts';
import { ends, toy, workspace } from '../support/workspace.ts';

type Of<T extends MkEvent['event']> = Extract<MkEvent, { event: T }>;
const of = <T extends MkEvent['event']>(events: readonly MkEvent[], kind: T): readonly Of<T>[] =>
  events.filter((each): each is Of<T> => each.event === kind);

const three = {
  'pkg/a/build.ts': toy('async build({ run }) { await run`true`; }'),
  'pkg/b/build.ts': toy("depends: ['a'], async build({ run }) { await run`true`; }"),
  'pkg/c/build.ts': toy('async build({ run }) { await run`true`; }'),
};

test('the plan is told before anything is built, and expects what the packages took the last time', async () => {
  await using ws = await workspace(three);
  const first = await ws.build();
  const [plan] = of(first.events, 'plan');
  expect(first.events.findIndex(({ event }) => event === 'plan')).toBeLessThan(
    first.events.findIndex(({ event }) => event === 'activity'),
  );
  expect(plan?.packages.map(({ package: name, needs, step, isGuess }) => ({ name, needs, step, isGuess }))).toEqual([
    { name: 'a', needs: [], step: 'build', isGuess: true },
    { name: 'b', needs: ['a'], step: 'build', isGuess: true },
    { name: 'c', needs: [], step: 'build', isGuess: true },
    { name: 'release', needs: ['a', 'b', 'c'], step: 'build', isGuess: false },
  ]);
  expect(readdirSync(join(ws.store, 'history'))).toHaveLength(3);

  const second = await ws.build('--rebuild', 'a');
  const [again] = of(second.events, 'plan');
  const took = of(first.events, 'package').find(({ package: name }) => name === 'a')?.seconds ?? 0;
  const a = again?.packages.find(({ package: name }) => name === 'a');
  expect(a).toMatchObject({ step: 'build', isGuess: false });
  expect(a?.expected).toBeGreaterThan(0);
  // Its hooks are a part of what it took.
  expect(a?.expected).toBeLessThanOrEqual(took + 0.001);
  expect(again?.packages.find(({ package: name }) => name === 'c')).toMatchObject({ step: 'cached', expected: 0 });
});

test('a build that failed leaves no durations', async () => {
  await using ws = await workspace({ 'pkg/a/build.ts': toy('async build({ run }) { await run`false`; }') });
  const run = await ws.build();
  expect(ends(run, 'failed')).toEqual(['a']);
  expect(existsSync(join(ws.store, 'history'))).toBe(false);
  expect(of(run.events, 'package').find(({ package: name }) => name === 'a')?.usage?.cpu).toBeGreaterThan(0);
});

test('every activity of a package is followed by another or by its end, and a wait says for what', async () => {
  await using ws = await workspace(three);
  const { events } = await ws.build('-j1');
  const open = new Map<string, string>();
  for (const each of events) {
    if (each.event === 'activity') open.set(each.package, each.activity);
    if (each.event === 'package') open.delete(each.package);
  }
  expect([...open]).toEqual([]);
  const waits = of(events, 'activity').filter(({ activity }) => activity === 'wait');
  // The slot of a goes to c while its result is stored, which b needs.
  expect(waits.map(({ package: name, detail }) => `${name}: ${detail}`)).toEqual(['c: a job slot', 'b: a job slot']);
  const activities = (name: string) =>
    of(events, 'activity').flatMap((each) => (each.package === name ? [each.activity] : []));
  expect(activities('a')).toEqual(['build', 'deploy', 'store']);
});

test('what was built tells what it took and how large it is', async () => {
  await using ws = await workspace({
    'pkg/a/build.ts': toy(`async build({ run, write }) {
      await run\`sh -c \${'i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done'}\`;
      await write('file', 'x'.repeat(5000)); }, async deploy({ install }) { await install('file', 'file'); }`),
  });
  const { events } = await ws.build();
  const a = of(events, 'package').find(({ package: name }) => name === 'a');
  expect(a?.size).toBeGreaterThan(5000);
  expect(a?.usage?.cpu).toBeGreaterThan(0.05);
  const cached = of((await ws.build()).events, 'package').find(({ package: name }) => name === 'a');
  expect(cached).toMatchObject({ verdict: 'cached', size: a?.size });
  expect(cached).not.toHaveProperty('usage');
});

test('while a package is built, the machine is sampled and the memory of its processes measured', async () => {
  await using ws = await workspace({
    // A program that has 50 MB until it is let go.
    'pkg/a/build.ts': toy(`async build({ run, recipeDir }) {
      await run\`python3 -c \${\`x = bytearray(b"x") * 50000000; open("\${recipeDir}/gate").read()\`}\`; }`),
  });
  ws.fifo('pkg/a/gate');
  const run = ws.start(['toy', 'box', '--layer', ws.layer]);
  const gate = await run.gate('pkg/a/gate');
  const sample = (await run.until(({ event }) => event === 'sample')) as Of<'sample'>;
  await gate.close();
  const { events, status } = await run.ended;
  expect(status).toBe(0);
  expect(sample.busy).toBeGreaterThanOrEqual(0);
  expect(sample.seconds).toBeGreaterThan(0.5);
  expect(sample.free).toBeGreaterThan(1_000_000);
  const a = of(events, 'package').find(({ package: name }) => name === 'a');
  expect(a?.usage?.memory).toBeGreaterThan(50_000_000);
  expect(of((await ws.build()).events, 'sample')).toEqual([]);
});
