import { join } from 'node:path';
import { expect, test } from 'vitest';
import { failuresIn, installs, toy, workspace } from '../support/workspace.ts';

const printing = (...lines: readonly string[]): string =>
  toy(`async build({ run, write }) {
  await write('said', ${JSON.stringify(`${lines.join('\n')}\n`)});
  await run\`sh -c \${'cat said; exit 2'}\`;
}`);

test('the first error is shown with its line of the log, however much comes after it', async () => {
  const noise = Array.from({ length: 100 }, (_, count) => `  CC   file${count}.o`);
  const said = [
    'a.c: In function f:',
    'a.c:3:7: error: no such thing',
    '   3 | x',
    ...noise,
    'make: *** [a.o] Error 1',
  ];
  await using ws = await workspace({ 'pkg/bad/build.ts': printing(...said) });
  const run = await ws.build();
  const log = join(ws.here, 'toy-box/log/bad-build.log');
  expect(run.stderr).toContain(`  | compiler error, ${log}:3:\n`);
  expect(run.stderr).toContain('  | > a.c:3:7: error: no such thing\n');
  expect(run.stderr).toContain('  |   make: *** [a.o] Error 1\n');
  expect(run.stderr).not.toContain('file50.o');
  expect(failuresIn(run)).toMatchObject([{ package: 'bad', code: 'command-failed', log: { file: log, line: 3 } }]);
});

test('a header that a known package has is named with that package; one that nobody has is not', async () => {
  const missing = (header: string) => printing(`a.c:1:10: fatal error: ${header}: No such file or directory`);
  await using ws = await workspace({
    'pkg/stripes/build.ts': toy(installs('include/zebra/stripes.h', "'x'")),
    'pkg/z-bad/build.ts': toy("depends: ['stripes']"),
  });
  expect((await ws.build()).status).toBe(0);
  ws.write('pkg/z-bad/build.ts', missing('zebra/stripes.h'));
  const hint = 'hint: stripes provides include/zebra/stripes.h: add it to "depends" of pkg/z-bad/build.ts';
  expect((await ws.build()).stderr).toContain(hint);
  ws.write('pkg/z-bad/build.ts', missing('zebra/spots.h'));
  const run = await ws.build();
  expect(run.stderr).toContain('missing header');
  expect(run.stderr).toContain('hint: the whole log is ');
});

test('a program that is not there is asked for in "programs"', async () => {
  await using ws = await workspace({ 'pkg/bad/build.ts': printing('make: help2man-nope: No such file or directory') });
  expect((await ws.build()).stderr).toContain('add it to "programs" of pkg/bad/build.ts');
});
