import { readFileSync } from 'node:fs';
import { open as openFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openWindow, type Window } from '../support/window.ts';
import { ownNode, repository, type TestWorkspace, toy, workspace } from '../support/workspace.ts';

/** Reads its FIFO until the test closes it. */
const held = (fields = '') => toy(`${fields} async build({ run, recipeDir }) { await run\`cat \${recipeDir}/gate\`; }`);

const packages = {
  'pkg/quick/build.ts': toy('async build({ run }) { await run`echo quick`; }'),
  'pkg/held/build.ts': held(),
  'pkg/other/build.ts': held(),
};

async function heldWorkspace(more: Readonly<Record<string, string>> = {}): Promise<TestWorkspace> {
  const ws = await workspace({ ...packages, ...more });
  for (const name of ['held', 'other']) ws.fifo(`pkg/${name}/gate`);
  return ws;
}

function open(ws: TestWorkspace, args: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Window {
  const argv = [ownNode, join(repository, 'src/bin/mk.js'), 'toy', 'box', '--layer', ws.layer, '-j4', ...args];
  const all = { PATH: process.env['PATH'], HOME: ws.dir, MK_STORE: ws.store, MK_MIRRORS: '', ...env };
  return openWindow(argv, { columns: 80, rows: 24, cwd: ws.here, env: all });
}

/** A hook reads from the FIFO until the handle is closed; opening it waits for that. */
const gate = (ws: TestWorkspace, name: string) => openFile(join(ws.layer, 'pkg', name, 'gate'), 'w');

/** Resizes the window and waits until the view has been drawn for it. */
async function resize(window: Window, columns: number, rows: number): Promise<void> {
  await window.resize(columns, rows);
  // What is drawn after the next second but one was begun after the change was heard of.
  for (let seconds = 0; seconds < 2; seconds++) {
    const before = window.rows().join('\n');
    await window.until((text) => text !== before);
  }
}

const both = (text: string) => /^build +held /m.test(text) && /^build +other /m.test(text);

test('what runs has a line below what has been told, and all that stays is there once at the end', async () => {
  await using ws = await heldWorkspace();
  await using window = open(ws);
  const handles = await Promise.all([gate(ws, 'held'), gate(ws, 'other')]);
  const rows = await window.until((text) => both(text) && /^built +quick/m.test(text));
  const last = rows.at(-1) ?? '';
  expect(last).toMatch(/^\d of \d, .*2 running/);
  expect(rows.findIndex((row) => /^built +quick/.test(row))).toBeLessThan(rows.length - 3);
  for (const handle of handles) await handle.close();
  await window.until((text) => text.includes('ended: 0'));
  const history = window.history();
  expect(history).not.toMatch(/^build |running|to go/m);
  for (const name of ['quick', 'held', 'other']) expect(history.split(`built   ${name} `)).toHaveLength(2);
  expect(history).toMatch(/^4 built in /m);
  expect(window.state()).toBe('cursor 1, wrap 1');
});

test('a window that becomes narrower, wider, lower and higher has the view that fits, and nothing of the others', async () => {
  await using ws = await heldWorkspace();
  await using window = open(ws);
  const handles = await Promise.all([gate(ws, 'held'), gate(ws, 'other')]);
  await window.until(both);
  await resize(window, 200, 60);
  await window.until(both);
  await resize(window, 30, 20);
  await window.until((text) => /^held +\d+ s$/m.test(text) && !both(text));
  await resize(window, 80, 5);
  await window.until((text) => /^… 1 more$|^build +other /m.test(text));
  await resize(window, 120, 40);
  const rows = await window.until(both);
  expect(rows.filter((row) => /^build +held /.test(row))).toHaveLength(1);
  expect(rows.filter((row) => /running/.test(row))).toHaveLength(1);
  for (const handle of handles) await handle.close();
  await window.until((text) => text.includes('ended: 0'));
});

test('a failure is told above what still runs, without what its command wrote to the terminal', async () => {
  const command = String.raw`printf '\033[2J\033[31mred 漢字\n'; exit 3`;
  await using ws = await heldWorkspace({
    'pkg/breaks/build.ts': toy(`async build({ run }) { await run\`sh -c \${${JSON.stringify(command)}}\`; }`),
  });
  await using window = open(ws, ['-k']);
  const handles = await Promise.all([gate(ws, 'held'), gate(ws, 'other')]);
  const rows = await window.until((text) => /^failed +breaks/m.test(text) && both(text));
  expect(rows.some((row) => row.startsWith('error[command-failed]: breaks:'))).toBe(true);
  expect(rows.some((row) => row.endsWith('red 漢字'))).toBe(true);
  expect(rows.findIndex((row) => /^failed +breaks/.test(row))).toBeLessThan(
    rows.findIndex((row) => /^build /.test(row)),
  );
  for (const handle of handles) await handle.close();
  await window.until((text) => text.includes('ended: 1'));
});

test('after Ctrl-C the view goes on until what runs has ended; after another one it says what was stopped', async () => {
  await using ws = await heldWorkspace();
  await using window = open(ws);
  const handles = await Promise.all([gate(ws, 'held'), gate(ws, 'other')]);
  await window.until(both);
  window.press('C-c');
  await window.until((text) => /^warning: interrupted/m.test(text) && both(text));
  window.press('C-c');
  await window.until((text) => text.includes('ended: 130'));
  const history = window.history();
  expect(history).toMatch(/^stopped .*held \(build, \d+ s\)/m);
  expect(history).not.toMatch(/^build |running/m);
  expect(window.state()).toBe('cursor 1, wrap 1');
  await Promise.all(handles.map((handle) => handle.close()));
});

test('a terminal that is stopped holds up no build, and shows everything when it goes on', async () => {
  await using ws = await heldWorkspace({
    'pkg/later/build.ts': toy("depends: ['held'], async build({ run }) { await run`cat ${'/dev/null'}`; }"),
  });
  const events = join(ws.dir, 'heard');
  await using window = open(ws, ['--events', events]);
  const handles = await Promise.all([gate(ws, 'held'), gate(ws, 'other')]);
  await window.until(both);
  window.press('C-s');
  for (const handle of handles) await handle.close();
  // What is asked is the file: the window shows nothing now.
  await window.until(() => /"package":"later".*"verdict":"built"/.test(readFileSync(events, 'utf8')));
  window.press('C-q');
  await window.until((text) => text.includes('ended: 0'));
  for (const name of ['quick', 'held', 'other', 'later']) expect(window.history()).toContain(`built   ${name} `);
});

test.for(['SIGTERM', 'SIGHUP'] as const)('%s twice leaves the terminal as it was', async (signal) => {
  await using ws = await heldWorkspace();
  const file = join(ws.dir, 'heard');
  await using window = open(ws, ['--events', file]);
  const handles = await Promise.all([gate(ws, 'held'), gate(ws, 'other')]);
  await window.until(both);
  const pid = window.pidOf(join(repository, 'src/bin/mk.js'));
  process.kill(pid, signal);
  await window.until((text) => /^warning: interrupted/m.test(text) && both(text));
  process.kill(pid, signal);
  await window.until((text) => text.includes('ended: 130'));
  expect(window.history()).toMatch(/^stopped .*held \(build, \d+ s\)/m);
  expect(window.history()).not.toMatch(/^build |running/m);
  await Promise.all(handles.map((handle) => handle.close()));
});

test('who is suspended takes the view along, and brings it back', async () => {
  await using ws = await heldWorkspace();
  await using window = open(ws);
  const handles = await Promise.all([gate(ws, 'held'), gate(ws, 'other')]);
  await window.until(both);
  const pid = window.pidOf(join(repository, 'src/bin/mk.js'));
  process.kill(pid, 'SIGTSTP');
  await window.until((text) => !/^build |running/m.test(text));
  process.kill(pid, 'SIGCONT');
  await window.until(both);
  for (const handle of handles) await handle.close();
  await window.until((text) => text.includes('ended: 0'));
});

test('a package whose log is followed has its lines above the view while it runs', async () => {
  await using ws = await heldWorkspace();
  await using window = open(ws, ['--verbose', 'held']);
  const handles = await Promise.all([gate(ws, 'held'), gate(ws, 'other')]);
  await handles[0]?.write('a first line\n');
  await window.until((text) => /^held: a first line$/m.test(text) && both(text));
  for (const handle of handles) await handle.close();
  await window.until((text) => text.includes('ended: 0'));
});

test.for([
  { env: { NO_COLOR: '1' }, args: [] },
  { env: { CI: '1' }, args: [] },
  { env: { TERM: 'dumb' }, args: [] },
])('with $env a terminal gets plain lines', async ({ env, args }) => {
  await using ws = await workspace({ 'pkg/quick/build.ts': packages['pkg/quick/build.ts'] });
  await using window = open(ws, args, env);
  const rows = await window.until((text) => text.includes('ended: 0'));
  expect(rows.some((row) => /^build +quick$/.test(row))).toBe(true);
  expect(rows.some((row) => /^built +quick /.test(row))).toBe(true);
});
