import { readdirSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { MkEvent } from '../../src/report/event.ts';
import { recordIn } from '../support/report.ts';
import { ends, installs, reasonOf, type TestWorkspace, toy, workspace } from '../support/workspace.ts';

/** `held` reads the FIFO until the test closes it. Two products contain it, and each has a package of its own. */
const packages = {
  'product/box/ROOTFS': 'first\nheld\n',
  'product/case/ROOTFS': 'first\nheld\nown\n',
  'pkg/first/build.ts': toy(installs('share/first', "'first'")),
  'pkg/held/build.ts':
    toy(`depends: ['first'], async build({ run, recipeDir }) { await run\`cat \${recipeDir}/gate\`; },
    ${installs('share/held', "'held'")}`),
  // Its turn comes after that of `held`.
  'pkg/own/build.ts': toy(`depends: ['first'], ${installs('share/own', "'own'")}`),
};

const box = (ws: TestWorkspace) => ['toy', 'box', '--layer', ws.layer];
const isWaiting = ({ event }: MkEvent) => event === 'waiting';

/** A run of the other product in another directory, and that directory. */
async function startCase(ws: TestWorkspace) {
  const cwd = join(ws.dir, 'other');
  await mkdir(cwd, { recursive: true });
  return { cwd, other: ws.start(['toy', 'case', '-j1', '--layer', ws.layer], { cwd }) };
}

test('a second mk in the same build directory says for whom it waits, and then finds everything made', async () => {
  await using ws = await workspace(packages);
  ws.fifo('pkg/held/gate');
  const first = ws.start(box(ws));
  const gate = await first.gate('pkg/held/gate');
  const second = ws.start(box(ws));
  const third = ws.start(box(ws));
  for (const run of [second, third]) {
    const event = await run.until(isWaiting);
    expect(event).toMatchObject({ for: expect.stringContaining(`${join(ws.here, 'toy-box')}, in use by`) });
    expect(event).toMatchObject({ for: expect.stringContaining(`process ${first.pid}`) });
  }
  third.kill('SIGINT');
  expect(await third.ended).toMatchObject({ status: 130, stdout: '' });
  const clean = await ws.mk('clean', ...box(ws));
  expect(clean.status).toBe(2);
  expect(clean.stderr).toContain('error[lock-held]');
  await gate.close();
  expect(await first.ended).toMatchObject({ status: 0 });
  const run = await second.ended;
  expect(run.status, run.stderr).toBe(0);
  expect(ends(run, 'cached')).toEqual(['first', 'held', 'release']);
  expect(run.stderr).toMatch(/^waiting for .*toy-box, in use by another mk/m);
});

test('of two mk with one store, one builds a package, and the other does something else until it is there', async () => {
  await using ws = await workspace(packages);
  ws.fifo('pkg/held/gate');
  const first = ws.start(box(ws));
  const gate = await first.gate('pkg/held/gate');
  const { cwd, other } = await startCase(ws);
  expect(await other.until(isWaiting)).toMatchObject({ package: 'held', for: `process ${first.pid} in ${ws.here}` });
  // With a single job, which waiting does not take.
  await other.until((each) => each.event === 'package' && each.package === 'own' && each.verdict === 'built');
  // The machine is looked at also while nothing is built here.
  await other.until(({ event }) => event === 'sample');
  await gate.close();
  const [one, two] = [await first.ended, await other.ended];
  expect([one.status, two.status], two.stderr).toEqual([0, 0]);
  expect(ends(one, 'built')).toEqual(['first', 'held', 'release']);
  expect(ends(two, 'built').sort()).toEqual(['own', 'release']);
  expect(reasonOf(two, 'held')).toBe('built meanwhile by another mk');
  expect(two.stderr).toContain(`waiting held  for process ${first.pid} in ${ws.here}\n`);
  const { packages: told } = recordIn(readFileSync(join(cwd, 'toy-case/report.html'), 'utf8'));
  expect(told.find(({ name }) => name === 'held')?.steps).toEqual([
    expect.objectContaining({ activity: 'wait', detail: `process ${first.pid} in ${ws.here}` }),
  ]);
  expect(readFileSync(join(cwd, 'toy-case/deploy/held/share/held'), 'utf8')).toBe('held');
  expect(readdirSync(join(ws.store, 'lock')).filter((name) => name.length === 64)).toEqual([]);
  expect(readdirSync(join(ws.store, 'work'))).toEqual([]);
});

test('an interrupt ends the waiting for a package', async () => {
  await using ws = await workspace(packages);
  ws.fifo('pkg/held/gate');
  const first = ws.start(box(ws));
  const gate = await first.gate('pkg/held/gate');
  const { other } = await startCase(ws);
  await other.until(isWaiting);
  other.kill('SIGINT');
  const run = await other.ended;
  expect(run.status, run.stderr).toBe(130);
  expect(reasonOf(run, 'held')).toBe('interrupted');
  await gate.close();
  expect(await first.ended).toMatchObject({ status: 0 });
});

test('when the mk that builds a package is killed, the one that waits builds it', async () => {
  await using ws = await workspace(packages);
  ws.fifo('pkg/held/gate');
  const first = ws.start(box(ws));
  const gate = await first.gate('pkg/held/gate');
  const { other } = await startCase(ws);
  await other.until(isWaiting);
  first.kill('SIGKILL');
  await first.ended;
  await gate.close();
  let isOver = false;
  const ended = other.ended.finally(() => {
    isOver = true;
  });
  // The hook of the killed one may take a moment to die, and be the one that hears us.
  while (!isOver) {
    const heard = other.gate('pkg/held/gate').then((handle) => handle.close());
    await Promise.race([ended, heard.catch(() => {})]);
  }
  const run = await ended;
  expect(run.status, run.stderr).toBe(0);
  expect(ends(run, 'built')).toContain('held');
});
