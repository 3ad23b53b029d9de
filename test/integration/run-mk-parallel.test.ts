import { expect, test } from 'vitest';
import { ends, toy, workspace } from '../support/workspace.ts';

/** Opening a FIFO waits for the other side, so that two such packages only end when both run at the same time. */
const meeting = {
  'pkg/reader/build.ts': toy('async build({ run, recipeDir }) { await run`cat ${recipeDir}/meet`; }'),
  'pkg/writer/build.ts': toy(
    'async build({ run, recipeDir }) { await run.with({ stdout: `${recipeDir}/meet` })`echo here`; }',
  ),
};

test('packages that do not need each other run side by side', async () => {
  await using ws = await workspace(meeting);
  ws.fifo('pkg/reader/meet', 'pkg/writer/meet');
  const run = await ws.build('-j2');
  expect(run.status, run.stderr).toBe(0);
  expect(ws.built('log/reader-build.log')).toContain('here');
});

test('with -j1 the hooks of a package start only when those of the one before have ended', async () => {
  await using ws = await workspace({
    'pkg/a/build.ts': toy('build() {}'),
    'pkg/b/build.ts': toy('build() {}'),
    'pkg/c/build.ts': toy('build() {}'),
  });
  const run = await ws.build('-j1');
  const steps = run.events.flatMap((each) =>
    each.event === 'activity' && each.activity === 'build'
      ? [`start ${each.package}`]
      : each.event === 'activity' && each.activity === 'store'
        ? [`end ${each.package}`]
        : [],
  );
  // The root only names the others and runs nothing.
  const own = steps.filter((step) => !step.endsWith(' release'));
  expect(own).toHaveLength(6);
  const pairs = Object.groupBy(own, (_, at) => Math.floor(at / 2));
  for (const [start = '', end] of Object.values(pairs).map((pair) => pair ?? [])) {
    expect(end).toBe(start.replace('start', 'end'));
  }
  expect(ends(run, 'built')).toHaveLength(4);
});

test('a package starts only when everything it needs is there', async () => {
  await using ws = await workspace({
    'pkg/a/build.ts': toy('build() {}'),
    'pkg/b/build.ts': toy("depends: ['a']"),
    'pkg/c/build.ts': toy("buildDepends: ['b']"),
  });
  expect(ends(await ws.build('-j8'), 'built')).toEqual(['a', 'b', 'c', 'release']);
});

const makefile = `all: reader writer
reader: fifo
\tcat fifo
writer: fifo
\techo here > fifo
fifo:
\tmkfifo fifo
.PHONY: all reader writer
`;

test('make inside a hook takes the jobs that nobody else uses', async () => {
  await using ws = await workspace({
    'pkg/made/build.ts': toy('inSource: true, async build({ run }) { await run`make`; }'),
    'pkg/made/src/Makefile': makefile,
  });
  const run = await ws.build('-j2');
  expect(run.status, run.stderr).toBe(0);
  expect(ws.built('log/made-build.log')).toContain('here');
  expect(ws.built('log/made-build.log')).not.toContain('jobserver');
});

test('with -j1 make inside a hook runs one thing at a time', async () => {
  const rule = (name: string) => `${name}:\n\techo start ${name}\n\techo end ${name}\n`;
  await using ws = await workspace({
    'pkg/made/build.ts': toy('inSource: true, async build({ run }) { await run`make -s`; }'),
    'pkg/made/src/Makefile': `all: one two three\n${['one', 'two', 'three'].map(rule).join('')}`,
  });
  await ws.build('-j1');
  expect(ws.built('log/made-build.log')).toBe(
    '+ make -s\nstart one\nend one\nstart two\nend two\nstart three\nend three\n',
  );
});

test('a job that a killed make took along is there again for the packages that follow', async () => {
  const afterwards = (path: keyof typeof meeting) => meeting[path].replace('recipe({', "recipe({ depends: ['killed'],");
  await using ws = await workspace({
    'pkg/killed/build.ts': toy('inSource: true, async build({ run }) { await run`make -s`.catch(() => {}); }'),
    // Both rules run, so make holds a job beside its own; then it has no chance to give it back.
    'pkg/killed/src/Makefile':
      'all: x y\nx: fifo\n\tcat fifo; kill -9 $$PPID\ny: fifo\n\techo > fifo; sleep 100\nfifo:\n\tmkfifo fifo\n',
    'pkg/reader/build.ts': afterwards('pkg/reader/build.ts'),
    'pkg/writer/build.ts': afterwards('pkg/writer/build.ts'),
  });
  ws.fifo('pkg/reader/meet', 'pkg/writer/meet');
  const run = await ws.build('-j2');
  expect(run.status, run.stderr).toBe(0);
});

test.for([
  { args: ['-j1'], skipped: 2 },
  { args: ['-j1', '--keep-going'], skipped: 1 },
])('after a failure what waits for its turn is not started, unless asked: %j', async ({ args, skipped }) => {
  const fails = toy("async build() { throw new Error('no'); }");
  await using ws = await workspace({
    'pkg/one/build.ts': fails,
    'pkg/two/build.ts': fails,
  });
  const run = await ws.build(...args);
  expect(run.status).toBe(1);
  expect(ends(run, 'failed')).toHaveLength(3 - skipped);
  expect(ends(run, 'skipped')).toHaveLength(skipped);
});
