import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ends, installs, reasonOf, repository, repositoryCopy, toy, workspace } from '../support/workspace.ts';

const chain = {
  'pkg/lib/build.ts': toy(installs('share/lib', "'1'")),
  'pkg/app/build.ts': toy(`depends: ['lib'], ${installs('share/app', "'1'")}`),
};

test('--dry-run says for each package what would be done and why, and creates nothing', async () => {
  await using ws = await workspace(chain);
  const first = await ws.build('--dry-run');
  expect(first).toMatchObject({ status: 0, stderr: '' });
  expect(first.stdout).toMatchInlineSnapshot(`
    "build   lib      never built here
    build   app      never built here
    build   release  never built here
    3 to build, 0 cached
    "
  `);
  expect(readdirSync(ws.here)).toEqual([]);

  await ws.build();
  ws.write('pkg/app/build.ts', toy(`depends: ['lib'], ${installs('share/app', "'2'")}`));
  const changed = await ws.build('-n');
  expect(changed.stdout).toMatchInlineSnapshot(`
    "cached  lib      nothing changed
    build   app      build.ts:2: '1' became '2'
    build   release  it uses app, which is to be built
    2 to build, 1 cached
    "
  `);
});

test('a build prints the path of its result on stdout and everything else on stderr', async () => {
  await using ws = await workspace(chain);
  const run = await ws.build();
  expect(run.status).toBe(0);
  expect(run.stdout).toBe(`${join(ws.here, 'toy-box/deploy/release')}\n`);
  expect(run.stderr).toMatch(/^mk toy box \(.+\), \d+ jobs, sandbox: namespaces, store .*\n/);
  expect(run.stderr).toMatch(/\n3 built in .*\n$/);
});

test('--events writes every change as a line of JSON, last of all the summary', async () => {
  await using ws = await workspace(chain);
  const run = await ws.build('-j2');
  expect(run.events[0]).toMatchObject({ event: 'start', board: 'toy', product: 'box', jobs: 2, store: ws.store });
  expect(ends(run, 'built')).toEqual(['lib', 'app', 'release']);
  expect(reasonOf(run, 'app')).toBe('never built here');
  expect(run.events.at(-1)).toMatchObject({ event: 'summary', built: 3, cached: 0, failed: 0, skipped: 0 });
});

test('--events - writes to stdout, and then nothing else is there', async () => {
  await using ws = await workspace(chain);
  await ws.build();
  const run = await ws.build('--events', '-');
  const lines = run.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as object);
  expect(lines.at(-1)).toMatchObject({ event: 'summary', built: 0, cached: 3 });
});

test('an events file that cannot be written is refused before anything is built', async () => {
  await using ws = await workspace(chain);
  const run = await ws.build('--events', join(ws.dir, 'no/such/dir/events'));
  expect(run.status).toBe(2);
  expect(run.stderr).toContain('no/such/dir/events');
});

test('the engine works from any directory and through a symbolic link to its program', async () => {
  await using ws = await workspace(chain);
  symlinkSync(join(repository, 'src/bin/mk.js'), join(ws.dir, 'mk'));
  const run = spawnSync(join(ws.dir, 'mk'), ['toy', 'box', '--layer', '../../layer'], {
    cwd: ws.here,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], MK_STORE: ws.store, MK_MIRRORS: '' },
  });
  expect(run).toMatchObject({ status: 0 });
});

test.skipIf(process.getuid?.() !== 0)(
  'an ordinary user builds from a repository that nobody may write to',
  async () => {
    await using ws = await workspace(chain);
    const copy = repositoryCopy(ws);
    const user = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
    spawnSync('chmod', ['-R', 'a+rX,a-w', copy]);
    spawnSync('chmod', ['a+rx', ws.dir]);
    spawnSync('mkdir', ['-m', '777', join(ws.dir, 'theirs')]);
    const cwd = join(ws.dir, 'theirs');
    const env = { MK_STORE: join(cwd, 'store'), HOME: cwd };
    const args = ['toy', 'box', '--layer', ws.layer, '--events', '-'];
    const run = await ws.start(args, { cwd, env, through: user, root: copy }).ended;
    expect(run.stderr).toContain('3 built');
    expect(run.status).toBe(0);
    expect(readFileSync(join(cwd, 'toy-box/deploy/app/share/app'), 'utf8')).toBe('1');
    expect(existsSync(join(copy, 'download'))).toBe(false);
  },
);

test.for([{ more: [] }, { more: ['--events', '-'] }])(
  'a reader that goes away early does not disturb a build with $more',
  async ({ more }) => {
    await using ws = await workspace(chain);
    const pipe = ['bash', '-o', 'pipefail', '-c', '"$@" 2>&1 | true', 'bash'];
    const run = await ws.start(['toy', 'box', '--layer', ws.layer, ...more], { through: pipe }).ended;
    expect(run.status).toBe(0);
    expect(ws.built('deploy/app/share/app')).toBe('1');
  },
);

test('without -j there is a job for each core that mk may use', async () => {
  await using ws = await workspace(chain);
  expect((await ws.build()).events[0]).toMatchObject({ event: 'start', jobs: availableParallelism() });
});
