import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ends, failuresIn, hasNamespaces, installs, toy, workspace } from '../support/workspace.ts';

const isolated = test.skipIf(!hasNamespaces);

/** A recipe whose build hook runs this with a shell, and one without trouble. */
const besides = (script: string) => ({
  'pkg/bad/build.ts': toy(`async build({ run }) { await run\`sh -c \${${JSON.stringify(script)}}\`; }`),
  'pkg/good/build.ts': toy(installs('share/good', "'good'")),
});

test.for(['SEGV', 'KILL', 'ABRT'])(
  'a command killed by SIG%s is told with its signal and takes nobody along',
  async (signal) => {
    await using ws = await workspace(besides(`kill -${signal} $$`));
    const run = await ws.build('--keep-going');
    expect(run.status).toBe(1);
    expect(failuresIn(run)).toMatchObject([{ package: 'bad', code: 'command-failed' }]);
    expect(failuresIn(run)[0]?.message).toContain(`was killed by SIG${signal} in build`);
    expect(ends(run, 'built')).toEqual(['good']);
  },
);

isolated('a daemon that left its session and its parents ends with its hooks', async () => {
  const daemon = '(setsid sh -c "(exec sleep 1000 >/mk/pkg/alive) & exit 0" &) ; exec 3>/mk/pkg/alive';
  await using ws = await workspace(besides(daemon));
  ws.fifo('pkg/bad/alive');
  const running = ws.start(['toy', 'box', '--layer', ws.layer]);
  const { closed } = await running.pulse('pkg/bad/alive');
  const run = await running.ended;
  expect(run.status, run.stderr).toBe(0);
  await closed;
});

test('a hook that asks the user fails instead of waiting', async () => {
  await using ws = await workspace(besides('printf "your name? "; read -r name </dev/tty && echo "$name"'));
  const run = await ws.build();
  expect(run.status).toBe(1);
  expect(run.stderr).toMatch(/\/dev\/tty: No such device or address/);
});

test.for([
  ['exec >&- 2>&-; true', 0],
  ['exec <&-; true', 0],
  ['yes | head -n 1', 0],
  ['exec >&-; echo lost', 1],
] as const)('a command that closes its own streams is judged by its status: %s', async ([script, status]) => {
  await using ws = await workspace(besides(script));
  expect((await ws.build()).status).toBe(status);
});

test('a hundred megabytes of output are in the log, and their end is shown', async () => {
  await using ws = await workspace(besides('yes a line of output | head -c 100000000; echo; echo the end; exit 3'));
  const run = await ws.build();
  expect(run.status).toBe(1);
  expect(run.stderr).toContain('| a line of output\n');
  expect(run.stderr).toContain('| the end\n');
  expect(run.stderr.length).toBeLessThan(10_000);
  expect(statSync(join(ws.here, 'toy-box/log/bad-build.log')).size).toBeGreaterThan(100_000_000);
});

test('the end of a log is shown although nobody could read all of it', async () => {
  // What is written before the end of this sparse file costs nothing on disk.
  await using ws = await workspace(besides('truncate -s 5G /proc/self/fd/1; echo the end; exit 3'));
  const run = await ws.build();
  expect(run.status).toBe(1);
  expect(failuresIn(run)).toMatchObject([{ package: 'bad', code: 'command-failed' }]);
});

const output = async (before: readonly string[], flags: readonly string[] = []) => {
  await using ws = await workspace({
    'pkg/a/build.ts': toy(`async deploy(ctx) { const { run, deployDir } = ctx;
      await ctx.write(deployDir + '/bin/a', 'a', 0o755); await ctx.write('Makefile', 'all:\\n\\ttouch made; mkdir -p dir\\n');
      await run\`make\`; await ctx.install('dir', 'share/dir'); await ctx.install('made', 'share/'); }`),
  });
  const run = await ws.start(['toy', 'box', '--layer', ws.layer, ...flags], { through: before }).ended;
  expect(run.status, run.stderr).toBe(0);
  return run.events.flatMap((event) => (event.event === 'package' ? [`${event.package} ${event.output}`] : []));
};
const shell = (script: string) => ['sh', '-c', `${script}; exec "$@"`, '-'];

test('few descriptors, a small stack, a closed stream and a strict umask of the user change no result', async () => {
  const usual = await output([]);
  for (const script of ['ulimit -n 64', 'exec <&-', 'umask 077', 'exec 9<"$HOME"', 'ulimit -s 1024'])
    expect(await output(shell(script)), script).toEqual(usual);
});

isolated.for([
  ['another', '', 'remove what is not needed there'],
  ['the same', 'store', 'remove what is not needed there, such as old results: mk gc --max-size 10G'],
] as const)(
  'a disk that a hook fills is named, and what to free when the store is on %s',
  async ([, store, remedy]) => {
    await using ws = await workspace(besides('dd if=/dev/zero of=filling bs=64k'));
    const script = 'mount -t tmpfs -o size=32m,mode=755 tmpfs "$0" && cd "$0" && exec "$@"';
    const through = ['unshare', '--map-root-user', '--mount', 'sh', '-c', script, ws.here];
    const env = store === '' ? {} : { MK_STORE: join(ws.here, store) };
    const run = await ws.start(['toy', 'box', '--layer', ws.layer, '--keep-going'], { through, env }).ended;
    // What mk itself would write at the end finds no room either.
    expect(run.status, run.stderr).not.toBe(0);
    const failure = failuresIn(run).find((each) => each.package === 'bad');
    expect(failure?.hint).toBe(`the file system at ${ws.here} is full: ${remedy}`);
  },
);
