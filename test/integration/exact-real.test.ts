import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { removeTree } from '../../src/base/files.ts';
import { changesOf } from '../support/generated-changes.ts';
import { expectedOf } from '../support/generated-oracle.ts';
import { sharedModules } from '../support/generated-recipes.ts';
import { type GeneratedWorkspace, generatedWorkspace, type State } from '../support/generated-workspace.ts';
import { openInProcess, recipesOf, writeState } from '../support/in-process.ts';
import { randomNumbers, testSeed } from '../support/random.ts';
import { ends, workspace } from '../support/workspace.ts';

/** Evenly out of all. */
const some = <T>(all: readonly T[], count: number): readonly T[] =>
  Array.from({ length: Math.min(count, all.length) }, (_, at) => all[Math.floor((at * all.length) / count)] as T);

const generated = fc.sample(generatedWorkspace, { seed: testSeed, numRuns: 200 });
const large = generated.filter(({ packages }) => packages.length > 3);

test.each(some(large, 4).map((model, at) => [at, model] as const))(
  'mk itself rebuilds in generated workspace %i what reads a change and what follows from that, and nothing when all is taken back',
  async (_at, model) => {
    await using ws = await workspace();
    const root = join(ws.dir, 'generated');
    const inTree = (path: string, text: string) => {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      ws.write(join('../generated', path), text);
    };
    for (const [path, text] of Object.entries({ ...sharedModules, ...recipesOf(model) })) inTree(path, text);
    const first: State = new Map(model.files);
    const builtFrom = new Set<string>();
    let now: State = new Map();
    const changeTo = async (state: State, title: string) => {
      writeState(root, now, state);
      now = state;
      for (const tree of ['low', 'high']) mkdirSync(join(root, tree, 'pkg'), { recursive: true });
      const expected = expectedOf(model, state);
      const wanted = [...expected].filter(([name, { input }]) => !builtFrom.has(`${name} ${input}`));
      for (const [name, { input }] of wanted) builtFrom.add(`${name} ${input}`);
      const layers = [root, join(root, 'low'), join(root, 'high')].flatMap((layer) => ['--layer', layer]);
      const run = await ws.start(['toy', 'box', ...layers]).ended;
      expect(run.status, `${title}\n${run.stderr}`).toBe(0);
      expect(ends(run, 'built').sort(), title).toEqual(wanted.map(([name]) => name).sort());
      for (const [name, { output }] of expected)
        expect(ws.built(`deploy/${name}/share/${name}`), title).toEqual(output);
    };
    await changeTo(first, 'first build');
    for (const { title, state } of some(changesOf(model, first), 3)) await changeTo(state, title);
    await changeTo(first, 'taken back');
  },
);

test('in whatever order ready packages are built, their keys and their bytes are the same', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'mk-test-'));
  const random = randomNumbers(testSeed);
  const orders = 5;
  const models: readonly GeneratedWorkspace[] = some(large, 4).flatMap((model) => Array(orders).fill(model));
  try {
    const opened = await openInProcess(dir, models);
    const made: string[][] = [];
    for (const [at, one] of opened.entries()) {
      writeState(one.dir, new Map(), new Map(models[at]?.files));
      await one.build((ready) => ready[Math.floor(random() * ready.length)]);
      made.push(one.made());
      one.close();
    }
    for (const [at, each] of made.entries()) expect(each).toEqual(made[at - (at % orders)]);
  } finally {
    removeTree(dir);
  }
});
