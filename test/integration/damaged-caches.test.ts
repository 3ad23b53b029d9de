import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ends, installs, type TestWorkspace, toy, workspace } from '../support/workspace.ts';

const packages = { 'pkg/a/build.ts': toy(installs('share/a', "'a'")) };

/** A workspace that was built, and a run in it that has nothing to do. */
async function built() {
  const ws = await workspace(packages);
  expect((await ws.build()).status).toBe(0);
  return ws;
}

async function expectNothingToDo(ws: TestWorkspace): Promise<void> {
  const run = await ws.build();
  expect(run.status, run.stderr).toBe(0);
  expect(ends(run, 'cached').sort()).toEqual(['a', 'release']);
}

const recipesOf = ({ store }: TestWorkspace) => {
  const dir = join(store, 'recipes');
  const names = readdirSync(dir);
  const bundle = names.find((name) => !name.endsWith('.json')) ?? '';
  return {
    module: join(dir, bundle, 'recipes.mjs'),
    map: join(dir, bundle, 'recipes.mjs.map'),
    stamp: join(dir, names.find((name) => name.endsWith('.json')) ?? ''),
  };
};

test('bundled recipes that were cut or removed are made again', async () => {
  await using ws = await built();
  const { module, map } = recipesOf(ws);
  const intact = readFileSync(module, 'utf8');
  truncateSync(module, 1000);
  await expectNothingToDo(ws);
  expect(readFileSync(module, 'utf8')).toBe(intact);
  truncateSync(module, 0);
  await expectNothingToDo(ws);
  rmSync(map);
  await expectNothingToDo(ws);
  expect(readFileSync(module, 'utf8')).toBe(intact);
});

test('notes of any other shape are as good as none', async () => {
  await using ws = await built();
  const { stamp } = recipesOf(ws);
  for (const text of ['null', '{}', '{"bundle":null}', '7']) {
    for (const note of [stamp, join(ws.store, 'engine/machine.json')]) writeFileSync(note, text);
    await expectNothingToDo(ws);
  }
  const record = join(ws.here, 'toy-box/.mk/packages/a.json');
  const [head = '', watched = '', document = ''] = readFileSync(record, 'utf8').split('\n');
  for (const lines of [
    [head, '7', document],
    [head, 'null', document],
    ['7', watched, document],
    ['null', watched, document],
    [head.replace('[', '{').replace(']', '}'), watched, document],
    [head, watched, '{"staged}'],
  ]) {
    writeFileSync(record, `${lines.join('\n')}\n`);
    await expectNothingToDo(ws);
  }
});

test('a package whose damaged record is asked for is built with a reason', async () => {
  await using ws = await built();
  const record = join(ws.here, 'toy-box/.mk/packages/a.json');
  const [head = '', watched = ''] = readFileSync(record, 'utf8').split('\n');
  writeFileSync(record, `${head}\n${watched}\n{"staged}\n`);
  ws.write('pkg/a/build.ts', toy(installs('share/a', "'b'")));
  const why = await ws.mk('why', 'toy', 'box', 'a', '--layer', ws.layer);
  expect(why.stderr).toBe('');
  expect(ends(await ws.build(), 'built')).toEqual(['a', 'release']);
});
