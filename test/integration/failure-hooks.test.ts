import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { removeTree } from '../../src/base/files.ts';
import { ends, failuresIn, installs, reasonOf, toy, workspace } from '../support/workspace.ts';

const failing = toy(`async build({ run, write }) {
  await write('half-made', '');
  for (let line = 1; line <= 30; line++) console.log('line', line);
  await run\`sh -c \${'exit 7'}\`;
}`);

test('a failed command is shown with package, hook, status, line of the recipe, the end of the log and its path', async () => {
  await using ws = await workspace({ 'pkg/bad/build.ts': failing });
  const run = await ws.build();
  expect(run).toMatchObject({ status: 1, stdout: '' });
  const log = join(ws.here, 'toy-box/log/bad-build.log');
  expect(run.stderr).toContain("error[command-failed]: bad: `sh -c 'exit 7'` exited with status 7 in build\n");
  expect(run.stderr).toContain(`--> ${join(ws.layer, 'pkg/bad/build.ts')}:5:`);
  expect(run.stderr).toContain(`last lines of ${log}:`);
  expect(run.stderr.match(/^ {2}\| (line \d+|\+ sh.*)$/gm)).toHaveLength(20);
  expect(run.stderr).toContain('| line 30\n');
  expect(failuresIn(run)).toMatchObject([{ package: 'bad', code: 'command-failed' }]);
  expect(run.events.at(-1)).toMatchObject({ event: 'summary', built: 0, failed: 1, skipped: 1 });
});

test('after a failure build/<package> stays to be looked at, and the next run starts from nothing', async () => {
  const build = (end: string) => toy(`async build({ write, run }) { await run\`mkdir once\`; ${end} }`);
  await using ws = await workspace({ 'pkg/bad/build.ts': build("throw new Error('too soon');") });
  expect((await ws.build()).stderr).toContain('error[hook-failed]: bad: too soon in build');
  expect(readdirSync(join(ws.here, 'toy-box/build/bad'))).toEqual(['once']);
  // A directory that was there already would make mkdir fail.
  expect((await ws.build()).stderr).toContain('error[hook-failed]: bad: too soon in build');
  ws.write('pkg/bad/build.ts', build(''));
  expect((await ws.build()).status).toBe(0);
  expect(existsSync(join(ws.here, 'toy-box/build/bad'))).toBe(false);
});

test('after a failed deploy hook the next run starts from an empty tree', async () => {
  const deploy = (end: string) => toy(`async deploy(ctx) { await ctx.symlink('x', 'bin/link'); ${end} }`);
  await using ws = await workspace({ 'pkg/bad/build.ts': deploy("throw new Error('oops');") });
  const run = await ws.build();
  expect(run.stderr).toContain('error[hook-failed]: bad: oops in deploy');
  ws.write('pkg/bad/build.ts', deploy(''));
  expect((await ws.build()).status).toBe(0);
});

test('after a failure what runs is finished and nothing new is started', async () => {
  await using ws = await workspace({
    'pkg/a-bad/build.ts': toy("async build() { throw new Error('bad'); }"),
    'pkg/user/build.ts': toy("depends: ['a-bad']"),
    'pkg/later/build.ts': toy("depends: ['slow']"),
    'pkg/slow/build.ts': toy('async build({ run, recipeDir }) { await run`cat ${recipeDir}/gate`; }'),
  });
  ws.fifo('pkg/slow/gate');
  const running = ws.start(['toy', 'box', '-j2', '--layer', ws.layer]);
  const handle = await running.gate('pkg/slow/gate');
  await running.until((event) => event.event === 'failure');
  await handle.close();
  const run = await running.ended;
  expect(run.status).toBe(1);
  expect(ends(run, 'failed')).toEqual(['a-bad']);
  expect(ends(run, 'built')).toEqual(['slow']);
  expect(ends(run, 'skipped').sort()).toEqual(['later', 'release', 'user']);
  expect(reasonOf(run, 'user')).toBe('a-bad failed');
  expect(reasonOf(run, 'later')).toBe('a-bad failed');
  // What was finished need not be built again.
  expect(ends(await ws.build(), 'cached')).toEqual(['slow']);
});

test('--keep-going builds everything that does not depend on what failed', async () => {
  await using ws = await workspace({
    'pkg/a-bad/build.ts': toy("async build() { throw new Error('bad'); }"),
    'pkg/b-user/build.ts': toy("depends: ['a-bad']"),
    'pkg/c-other/build.ts': toy(''),
    'pkg/d-last/build.ts': toy("depends: ['c-other'], async build() { throw new Error('bad too'); }"),
  });
  const run = await ws.build('--keep-going', '-j1');
  expect(run.status).toBe(1);
  expect(ends(run, 'built')).toEqual(['c-other']);
  expect(ends(run, 'failed').sort()).toEqual(['a-bad', 'd-last']);
  expect(ends(run, 'skipped').sort()).toEqual(['b-user', 'release']);
  expect(run.events.at(-1)).toMatchObject({ built: 1, failed: 2, skipped: 2 });
});

test.for([
  ['process.exit(3);', /^crash: the hook ended its process with status 3 in deploy$/],
  ['process.exit(0);', /^crash: the hook ended its process with status 0 in deploy$/],
  ['await new Promise(() => {});', /^crash: the hook never ends: .* in deploy$/],
  [
    "process.kill(process.pid, 'SIGKILL'); await new Promise(() => {});",
    /^crash: the process of its hooks (exited with status 137|was killed by SIGKILL) in deploy$/,
  ],
] as const)('the end of a hook process with %s is reported and takes nobody along', async ([end, words]) => {
  await using ws = await workspace({
    'pkg/crash/build.ts': toy(
      `async build() { console.log('in build'); }, async deploy() { console.log('before the end'); ${end} }`,
    ),
    'pkg/well/build.ts': toy(''),
  });
  const run = await ws.build('--keep-going');
  expect(run.status).toBe(1);
  const [failure] = failuresIn(run);
  expect(failure).toMatchObject({ package: 'crash', code: 'hook-failed' });
  expect(failure?.message).toMatch(words);
  expect(failure?.detail).toContain('toy-box/log/crash-deploy.log:\nbefore the end');
  expect(failure?.detail).not.toContain('in build');
  expect(ends(run, 'built')).toEqual(['well']);
});

test('a promise that nobody awaits and that fails is a failure of the hook', async () => {
  await using ws = await workspace({
    'pkg/a/build.ts': toy("async build() { void Promise.reject(new Error('lost')); await new Promise(setImmediate); }"),
  });
  const run = await ws.build();
  expect(run.status).toBe(1);
  expect(run.stderr).toContain('lost');
});

test('a hook that ends with open work behind it does not hang', async () => {
  await using ws = await workspace({
    'pkg/a/build.ts': toy('async build() { setInterval(() => {}, 1000); }'),
  });
  expect((await ws.build()).status).toBe(0);
});

test('a program that is not there is named, with where to declare it', async () => {
  await using ws = await workspace({ 'pkg/a/build.ts': toy('async build({ run }) { await run`no-such-program`; }') });
  const run = await ws.build();
  expect(run.stderr).toContain('error[command-failed]: a: `no-such-program` cannot be started in build');
  expect(run.stderr).toContain('"programs"');
});

test('a result that is damaged in the store is built again', async () => {
  await using ws = await workspace({ 'pkg/a/build.ts': toy(installs('share/a', "'a'")) });
  const first = await ws.build();
  const event = first.events.find((each) => each.event === 'package' && each.package === 'a');
  const output = event?.event === 'package' ? (event.output ?? '') : '';
  removeTree(join(ws.store, 'tree', output.slice(0, 2), output));
  const run = await ws.build();
  expect(run.status, run.stderr).toBe(0);
  expect(ws.built('deploy/a/share/a')).toBe('a');
});

test('a hook that does not await its commands fails, and nothing of it is kept', async () => {
  const deploy = (awaited: string) =>
    toy(`async deploy({ run }) { ${awaited} run\`sh -c \${'mkdir -p /mk/deploy/bin; echo x > /mk/deploy/bin/x'}\`; }`);
  await using ws = await workspace({ 'pkg/hasty/build.ts': deploy('void') });
  const hasty = await ws.build();
  expect(hasty.status).toBe(1);
  expect(hasty.stderr).toContain('hasty: the hook has returned while `sh -c ');
  expect(hasty.stderr).toContain('write `await` in front of everything that deploy starts');
  ws.write('pkg/hasty/build.ts', deploy('await'));
  expect((await ws.build()).status).toBe(0);
  expect(existsSync(join(ws.here, 'toy-box/deploy/hasty/bin/x'))).toBe(true);
});

test('a command that fails while nobody waits for it fails its hook', async () => {
  await using ws = await workspace({
    'pkg/hasty/build.ts': toy('async build({ run }) { void run`false`; await run`sleep 20`; }'),
  });
  const run = await ws.build();
  expect(run.stderr).toContain('error[command-failed]: hasty: `false` exited with status 1 in build');
});

test('a mode without its 0o is refused where it is used', async () => {
  await using ws = await workspace({
    'pkg/decimal/build.ts': toy("async deploy({ write }) { await write('/mk/deploy/bin/x', '', 755); }"),
  });
  expect((await ws.build()).stderr).toContain('the mode of /mk/deploy/bin/x is 755 in decimal: write 0o755');
});

test('a mode that an image would not keep is refused, with what keeps it', async () => {
  await using ws = await workspace({
    'pkg/secret/build.ts': toy(
      "async deploy({ install, write }) { await write('x', ''); await install('x', 'etc/x', 0o600); }",
    ),
  });
  const { stderr } = await ws.build();
  expect(stderr).toContain('the mode 0o600 of etc/x would be lost');
  expect(stderr).toContain("write permissions: { 'etc/x': { mode: 0o600 } } in the recipe");
});

test('a process that does not end when its hooks have ended holds nobody up', async () => {
  const forever = "process.on('exit', () => { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); })";
  await using ws = await workspace({
    'pkg/good/build.ts': toy(`async deploy({ write }) { ${forever}; await write('/mk/deploy/share/x', ''); }`),
    'pkg/bad/build.ts': toy(`async deploy() { ${forever}; throw new Error('no'); }`),
  });
  const { status, stderr, events } = await ws.build('-k');
  expect(status).toBe(1);
  expect(stderr).toContain('bad: no');
  expect(events).toContainEqual(expect.objectContaining({ package: 'good', verdict: 'built' }));
});

test('a build.ts that throws only where its hooks run fails its package, and the others are built', async () => {
  const throwing = "if (process.argv[1]?.includes('runner')) throw new Error('not here');\n";
  await using ws = await workspace({
    'pkg/bad/build.ts': toy('async build() {}').replace('export default', `${throwing}export default`),
    'pkg/good/build.ts': toy(installs('share/good', "'good'")),
  });
  const run = await ws.build('-k');
  expect(run.stderr).toContain('error[hook-failed]: bad: not here in build');
  expect(run.stderr).toContain(`--> ${join(ws.layer, 'pkg/bad/build.ts')}:2:`);
  expect(ends(run, 'failed')).toEqual(['bad']);
  expect(ends(run, 'built')).toEqual(['good']);
});
