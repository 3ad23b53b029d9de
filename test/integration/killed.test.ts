import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { walkTree } from '../../src/base/files.ts';
import type { MkEvent } from '../../src/report/event.ts';
import { randomNumbers, testSeed } from '../support/random.ts';
import { smallBuild } from '../support/small-build.ts';
import { descendantsOf, processesOf, snapshot } from '../support/snapshot.ts';
import { mirror } from '../support/tarball.ts';
import { type Ended, ends, type Running, type TestWorkspace, toy, workspace } from '../support/workspace.ts';

/** A build directory and a store of their own. */
interface Round {
  readonly here: string;
  readonly store: string;
  start(...args: readonly string[]): Running;
}

function round(ws: TestWorkspace, name: string): Round {
  const [here, store] = [join(ws.dir, 'rounds', name, 'here'), join(ws.dir, 'rounds', name, 'store')];
  for (const path of [here, store]) mkdirSync(path, { recursive: true });
  symlinkSync(join(ws.store, 'engine'), join(store, 'engine'));
  const env = { ...mirror(ws), MK_STORE: store, HOME: join(ws.dir, 'home'), TMPDIR: join(ws.dir, 'tmp') };
  return {
    here,
    store,
    start: (...args) => ws.start(['toy', 'box', '--layer', ws.layer, ...args], { cwd: here, env }),
  };
}

/** What must be the same at the end however often mk was killed: what it made, and no trace of anything else. */
function outcome({ here, store }: Round): Record<string, unknown> {
  const root = join(here, 'toy-box');
  const names = (path: string) => (existsSync(path) ? readdirSync(path).sort() : []);
  return {
    deploy: snapshot(join(root, 'deploy')),
    // What tells of a run is there when that has built something.
    root: [...walkTree(root)].filter(({ path }) => !/^(deploy|log)\/|^(report\.html|trace\.json)$/.test(path)),
    pkglist: snapshot(root).find((line) => line.startsWith('pkglist ')),
    // A bundle of recipes that nobody finished stays for a day, then `mk gc` takes it.
    unfinished: [here, ...['ac', 'cas', 'tree', 'work'].map((part) => join(store, part))].flatMap((dir) =>
      [...walkTree(dir)].filter(({ path }) => /\.tmp$|\.part-/.test(path)),
    ),
    here: names(here),
    src: names(join(here, 'src')),
    download: snapshot(join(here, 'download')),
    work: names(join(store, 'work')),
    store: ['ac', 'cas', 'tree'].map((part) => [...walkTree(join(store, part))].map(({ path }) => path)),
  };
}

/** What nobody may touch. */
const outside = (ws: TestWorkspace) =>
  ['layer', 'home', 'tmp', 'mirror'].map((name) => snapshot(join(ws.dir, name), { times: true }));

const isActivity = (event: MkEvent) => event.event === 'activity' || event.event === 'package';

/** Waits for a moment of the run: a time, or an event like this one; it may end before. */
function moment(run: Running, when: number | MkEvent): Promise<unknown> {
  if (typeof when === 'number') return new Promise((resolve) => setTimeout(resolve, when));
  const { event, package: name, activity } = when as Extract<MkEvent, { event: 'activity' }>;
  return run
    .until(
      (each) =>
        each.event === event && each.package === name && (each.event !== 'activity' || each.activity === activity),
    )
    .catch(() => {});
}

test('after any number of deaths by SIGKILL the next mk ends with the bytes of an undisturbed build', async () => {
  await using ws = await smallBuild();
  for (const name of ['home', 'tmp', 'rounds']) mkdirSync(join(ws.dir, name));
  writeFileSync(join(ws.dir, 'home/precious'), 'mine');
  const word = basename(ws.dir).slice(-6);
  const before = outside(ws);
  const undisturbed = round(ws, 'undisturbed');
  const started = performance.now();
  const first: Ended = await undisturbed.start('-j2').ended;
  const duration = performance.now() - started;
  expect(first.status, first.stderr).toBe(0);
  const wanted = outcome(undisturbed);
  expect(wanted).toMatchObject({ unfinished: [], src: [], work: [] });
  const events = first.events.filter(isActivity);

  const random = randomNumbers(testSeed);
  const anyOf = <T>(all: readonly T[]): T | undefined => all[Math.floor(random() * all.length)];
  let kills = 0;
  for (let at = 0; kills < 50; at++) {
    const here = round(ws, `${at}`);
    const told: string[] = [`seed ${testSeed}, round ${at}`];
    for (let again = at % 4; again >= 0 && kills < 50; again--) {
      const when = (random() < 0.5 ? anyOf(events) : undefined) ?? random() * duration;
      const withChildren = random() < 0.3;
      const run = here.start('-j2');
      await moment(run, when);
      const children = withChildren ? descendantsOf(run.pid) : [];
      run.kill('SIGKILL');
      for (const pid of children) {
        try {
          process.kill(pid, 'SIGKILL');
        } catch {
          // It has died with its parent.
        }
      }
      const { signal } = await run.ended;
      if (signal === 'SIGKILL') kills++;
      told.push(`${JSON.stringify(when)}${withChildren ? ' with its children' : ''}: ${signal}`);
    }
    const last = await here.start('-j2').ended;
    expect(last.status, `${told.join('\n')}\n${last.stderr}`).toBe(0);
    expect(outcome(here), told.join('\n')).toEqual(wanted);
  }
  expect(outside(ws)).toEqual(before);
  await vi.waitFor(() => expect(processesOf(word)).toEqual([]), { timeout: 10_000 });
}, 600_000);

test.each([
  ['a sandbox', []],
  ['no sandbox', ['--sandbox=off']],
])('the hooks of a killed mk die with it in %s, with all that they have started', async (_level, args) => {
  await using ws = await workspace({
    'pkg/a/build.ts': toy(
      'async build({ run, recipeDir }) { await run`sh -c ${"sleep 100 & cat \\"$0/gate\\"; sleep 100"} ${recipeDir}`; }',
    ),
  });
  ws.fifo('pkg/a/gate');
  const run = ws.start(['toy', 'box', '--layer', ws.layer, ...args]);
  await (await run.gate('pkg/a/gate')).close();
  run.kill('SIGKILL');
  await run.ended;
  await vi.waitFor(() => expect(processesOf(basename(ws.dir).slice(-6))).toEqual([]), { timeout: 10_000 });
});

test('the build directory of a package goes when there is a result of it, also after a failure or a death', async () => {
  const recipe = (word: string) => toy(`async build({ run }) { await run\`${word}\`; }`);
  await using ws = await workspace({ 'pkg/a/build.ts': recipe('true') });
  await ws.build();
  ws.write('pkg/a/build.ts', recipe('false'));
  expect((await ws.build()).status).toBe(1);
  expect(existsSync(join(ws.here, 'toy-box/build/a'))).toBe(true);
  ws.write('pkg/a/build.ts', recipe('true'));
  expect(ends(await ws.build(), 'built')).toEqual([]);
  expect(existsSync(join(ws.here, 'toy-box/build/a'))).toBe(false);
});
