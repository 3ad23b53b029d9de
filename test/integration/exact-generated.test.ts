import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { removeTree } from '../../src/base/files.ts';
import { type Change, changesOf } from '../support/generated-changes.ts';
import { expectedOf } from '../support/generated-oracle.ts';
import { type GeneratedWorkspace, generatedWorkspace, type State } from '../support/generated-workspace.ts';
import { type InProcess, openInProcess, writeState } from '../support/in-process.ts';

const seed = Number(process.env['MK_TEST_SEED'] ?? 20261121);
const count = 200;
/** What is synced to a disk here need not survive anything. */
const fast = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
/** All changes of all workspaces take minutes; without this wish each workspace makes some of its changes. */
const changesEach = process.env['MK_TEST_ALL'] === undefined ? 8 : Number.POSITIVE_INFINITY;

/** Evenly out of all, not the same ones of each workspace. */
function someOf(changes: readonly Change[]): readonly Change[] {
  const step = Math.max(1, Math.ceil(changes.length / changesEach));
  return changes.filter((_, at) => at % step === changes.length % step);
}

/** Builds the workspace, makes changes of one file and takes them back, and compares with the oracle each time. */
async function checkChanges(
  workspace: GeneratedWorkspace,
  { dir, build, planned, output }: InProcess,
  choose: (changes: readonly Change[]) => readonly Change[],
) {
  const first: State = new Map(workspace.files);
  const builtFrom = new Set<string>();
  const buildAndCompare = async (state: State, title: string) => {
    const expected = expectedOf(workspace, state);
    const mustBuild = [...expected].filter(([name, { input }]) => !builtFrom.has(`${name} ${input}`));
    for (const [name, { input }] of mustBuild) builtFrom.add(`${name} ${input}`);
    expect((await build()).sort(), title).toEqual(mustBuild.map(([name]) => name).sort());
    const outputs = [...expected].map(([name, each]) => [name, each.output]);
    expect(
      [...expected.keys()].map((name) => [name, output(name)]),
      title,
    ).toEqual(outputs);
  };
  writeState(dir, new Map(), first);
  await buildAndCompare(first, 'first build');
  for (const { title, state } of choose(changesOf(workspace, first))) {
    writeState(dir, first, state);
    await buildAndCompare(state, title);
    writeState(dir, state, first);
    expect(await planned(), `${title}, taken back`).toEqual([]);
  }
}

test(`in ${count} generated workspaces any change of one file rebuilds what reads it and what follows from that, and nothing when it is taken back`, async () => {
  const dir = mkdtempSync(join(fast, 'mk-test-'));
  try {
    const workspaces = fc.sample(generatedWorkspace, { seed, numRuns: count });
    const opened = await openInProcess(join(dir, 'all'), workspaces);
    const known = new Map(workspaces.map((workspace, at) => [JSON.stringify(workspace), opened[at]]));
    let shrunk = 0;
    await fc.assert(
      fc.asyncProperty(generatedWorkspace, async (workspace) => {
        const prepared = known.get(JSON.stringify(workspace));
        // Smaller ones, which are made only of one that failed, have no place in the common bundle.
        const one = prepared ?? (await openInProcess(join(dir, `shrunk-${shrunk++}`), [workspace]))[0];
        if (one === undefined) throw new Error('no workspace');
        known.delete(JSON.stringify(workspace));
        try {
          await checkChanges(workspace, one, prepared ? someOf : (all) => all);
        } finally {
          one.close();
        }
      }),
      { seed, numRuns: count },
    );
    expect(known.size).toBe(0);
  } finally {
    removeTree(dir);
  }
}, 600_000);
