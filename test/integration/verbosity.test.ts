import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openTerminal } from '../support/terminal.ts';
import { failuresIn, installs, ownNode, repository, toy, workspace } from '../support/workspace.ts';

const packages = {
  'pkg/talks/build.ts': toy(
    "async build({ run }) { await run`printf ${'one\\ntwo\\nunended'}`; }, async deploy({ run }) { await run`echo three`; }",
  ),
  'pkg/quiet/build.ts': toy(installs('share/x', "'x'")),
};

test('with --verbose all of a log is shown before the end of its package is, each line with its name', async () => {
  await using ws = await workspace(packages);
  const run = await ws.build('--verbose', 'talks');
  expect(run.status, run.stderr).toBe(0);
  const lines = run.stderr.split('\n');
  const own = lines.filter((line) => line.startsWith('talks: '));
  expect(own).toEqual([
    "talks: + printf 'one",
    'talks: two',
    "talks: unended'",
    'talks: one',
    'talks: two',
    'talks: unended',
    'talks: + echo three',
    'talks: three',
  ]);
  const last = lines.indexOf('talks: three');
  expect(lines.findIndex((line) => /^built +talks /.test(line))).toBeGreaterThan(last);
});

test('a log is followed while it is written', async () => {
  await using ws = await workspace({
    'pkg/held/build.ts': toy(`async build({ run, recipeDir }) { await run\`cat \${recipeDir}/gate\`; }`),
  });
  ws.fifo('pkg/held/gate');
  const argv = [ownNode, join(repository, 'src/bin/mk.js'), 'toy', 'box', '--layer', ws.layer, '--verbose', 'held'];
  const env = { PATH: process.env['PATH'], HOME: ws.dir, MK_STORE: ws.store, MK_MIRRORS: '' };
  await using terminal = openTerminal(argv, { cwd: ws.here, env });
  const gate = await open(join(ws.layer, 'pkg/held/gate'), 'w');
  await gate.write('now\n');
  await terminal.until('held: now');
  await gate.close();
  expect(await terminal.ended).toMatchObject({ status: 0 });
});

test('--verbose may name several packages, and none that does not exist', async () => {
  await using ws = await workspace(packages);
  const unknown = await ws.build('--verbose', 'talk');
  expect(unknown.status).toBe(2);
  expect(unknown.stderr).toContain('there is no package "talk"');
  expect(unknown.stderr).toContain('talks');
  const both = await ws.build('--verbose', 'talks', '--verbose', 'quiet');
  expect(both.status, both.stderr).toBe(0);
  expect(both.stderr).toContain('talks: three');
});

test('a failure is told behind the log that was followed', async () => {
  await using ws = await workspace({
    'pkg/fails/build.ts': toy("async build({ run }) { await run`sh -c ${'echo reason; exit 1'}`; }"),
  });
  const run = await ws.build('--verbose', 'fails');
  expect(run.stderr.indexOf('\nfails: reason\n')).toBeGreaterThan(0);
  expect(run.stderr.indexOf('\nerror[command-failed]')).toBeGreaterThan(run.stderr.indexOf('\nfails: reason\n'));
});

test('with -q there is only the end, with what the user asked for', async () => {
  await using ws = await workspace(packages);
  const run = await ws.build('-q');
  expect(run).toMatchObject({ status: 0 });
  expect(run.stderr).toMatch(/^3 built in [^\n]+\n$/);
  expect(run.stdout).toContain('/deploy/release');
  // Tools hear of everything.
  expect(run.events.some(({ event }) => event === 'activity')).toBe(true);
});

test('with -q failures are told', async () => {
  await using ws = await workspace({ 'pkg/fails/build.ts': toy("async build() { throw new Error('no'); }") });
  const run = await ws.build('--quiet');
  expect(failuresIn(run)).toHaveLength(1);
  expect(run.stderr).toMatch(/^error\[hook-failed\]: fails/);
  expect(run.stderr).toMatch(/^failed +fails/m);
  expect(run.stderr).not.toMatch(/^(mk|build|skipped)/m);
});
