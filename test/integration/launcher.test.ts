import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type TemporaryTree, temporaryTree } from '../support/tree.ts';

const repository = join(import.meta.dirname, '../..');
const ownNode = join(repository, 'node_modules/node/bin/node');

/** A repository with the real launchers and an engine that only tells what it was given. */
function repositoryOf(
  cli = "console.log('first');",
): TemporaryTree & { readonly root: string; readonly store: string } {
  const tree = temporaryTree({
    'repo/package.json': '{ "type": "module" }',
    'repo/src/build/runner.ts': 'export {};',
    'repo/src/update/hook-worker.ts': 'export {};',
    'repo/src/report/page/page.ts': 'export {};',
    'repo/src/report/page/page.css': 'body { margin: 0 }',
    'repo/src/cli.ts': `export const main = async (argv: string[], given: object): Promise<number> => { ${cli} return 0; };`,
  });
  const root = join(tree.path, 'repo');
  cpSync(join(repository, 'src/bin'), join(root, 'src/bin'), { recursive: true });
  symlinkSync(join(repository, 'node_modules'), join(root, 'node_modules'));
  return { ...tree, root, store: join(tree.path, 'store') };
}

/** Runs a launcher; by default the one of mk on a Node that is new enough. */
function launch(
  { root, store }: { readonly root: string; readonly store: string },
  { program = join(root, 'src/bin/mk.js'), node = ownNode, args = [] as readonly string[] } = {},
) {
  const env = { PATH: process.env['PATH'], MK_STORE: store };
  const { status, stdout, stderr } = spawnSync(node, [program, ...args], { encoding: 'utf8', env, cwd: '/' });
  return { status, stdout, stderr };
}

const bundles = (store: string) => readdirSync(join(store, 'engine')).filter((name) => !name.endsWith('.json'));

test('the engine gets the arguments as they are, and where this copy of mk lives', () => {
  using given = repositoryOf('console.log(JSON.stringify({ argv, ...given }));');
  const args = ['a b', '', '--', '--x=$y'];
  const { stdout } = launch(given, { program: join(given.root, 'src/bin/check-update.js'), args });
  const told = JSON.parse(stdout) as Record<string, string>;
  expect(told).toMatchObject({ argv: args, root: given.root, node: ownNode, program: 'check-update' });
  expect(told['runner']).toMatch(/\/runner\.js$/);
});

test('the exit status is what the engine returns, and no success when it never does', () => {
  using given = repositoryOf("if (argv[0] === 'never') await new Promise(() => {}); if (argv.length > 0) return 10;");
  expect(launch(given, { args: ['x'] }).status).toBe(10);
  expect(launch(given).status).toBe(0);
  expect(launch(given, { args: ['never'] }).status).toBe(70);
});

test('a symbolic link to the launcher works, as npm link makes it', () => {
  using given = repositoryOf();
  mkdirSync(join(given.path, 'bin'));
  symlinkSync('../repo/src/bin/mk.js', join(given.path, 'bin/mk'));
  expect(launch(given, { program: join(given.path, 'bin/mk') })).toEqual({ status: 0, stdout: 'first\n', stderr: '' });
});

test('the bundle is made once, and again when a source file says something else', () => {
  using given = repositoryOf();
  launch(given);
  const [first = ''] = bundles(given.store);
  const cli = join(given.root, 'src/cli.ts');
  utimesSync(cli, 0, 0);
  expect(launch(given).stdout).toBe('first\n');
  expect(bundles(given.store)).toEqual([first]);

  appendFileSync(cli, "\nconsole.log('second');");
  expect(launch(given).stdout).toBe('second\nfirst\n');
  expect(bundles(given.store)).toHaveLength(2);
});

test('a bundle that somebody removed is made again', () => {
  using given = repositoryOf();
  launch(given);
  rmSync(join(given.store, 'engine', bundles(given.store)[0] ?? '', 'cli.js'));
  rmSync(join(given.store, 'engine', bundles(given.store)[0] ?? ''), { recursive: true });
  expect(launch(given).stdout).toBe('first\n');
});

test.each([
  ['cli.js', ''],
  ['cli.js', undefined],
  ['runner.js', '"use str'],
  ['hook.js', undefined],
  ['page.js', ''],
])('a bundle whose %s was damaged is made again', (name, content) => {
  using given = repositoryOf();
  launch(given);
  const [bundle = ''] = bundles(given.store);
  const file = join(given.store, 'engine', bundle, name);
  const intact = readFileSync(file, 'utf8');
  if (content === undefined) rmSync(file);
  else writeFileSync(file, content);
  expect(launch(given)).toEqual({ status: 0, stdout: 'first\n', stderr: '' });
  expect(readFileSync(file, 'utf8')).toBe(intact);
  expect(bundles(given.store)).toEqual([bundle]);
});

test.each(['null', '{}', '[]', '7', '{"dir":"/","files":{"cli.js":1}}', ''])('a stamp of %s is none', (text) => {
  using given = repositoryOf();
  launch(given);
  const engine = join(given.store, 'engine');
  for (const name of readdirSync(engine)) if (name.endsWith('.json')) writeFileSync(join(engine, name), text);
  expect(launch(given)).toEqual({ status: 0, stdout: 'first\n', stderr: '' });
});

test('what was compiled is kept after a command that does something, and not used when it is damaged', () => {
  using given = repositoryOf("console.log('first');");
  const compiled = () => {
    const dir = join(given.store, 'engine', bundles(given.store)[0] ?? '', 'compiled');
    const name = readdirSync(dir).find((each) => each.endsWith('.code'));
    return name && join(dir, name);
  };
  launch(given, { args: ['--version'] });
  expect(compiled()).toBeUndefined();
  launch(given, { args: ['board', 'product'] });
  const path = compiled() ?? '';
  const whole = readFileSync(path);
  const damaged = Buffer.from(whole);
  damaged.fill(0xff, whole.length >> 1);
  for (const bytes of [damaged, whole.subarray(0, whole.length >> 1), Buffer.alloc(0)]) {
    writeFileSync(path, bytes);
    expect(launch(given, { args: ['board', 'product'] })).toMatchObject({ status: 0, stdout: 'first\n', stderr: '' });
    expect(readFileSync(path)).not.toEqual(bytes);
  }
});

test('a new bundle removes those that nobody has used for a week', () => {
  using given = repositoryOf();
  launch(given);
  const old = join(given.store, 'engine', bundles(given.store)[0] ?? '');
  const other = join(given.store, 'engine', 'used-yesterday');
  mkdirSync(other);
  const daysAgo = (days: number) => new Date(Date.now() - days * 24 * 3600 * 1000);
  utimesSync(old, daysAgo(8), daysAgo(8));
  utimesSync(other, daysAgo(1), daysAgo(1));
  appendFileSync(join(given.root, 'src/cli.ts'), '\nexport const more = 1;\nconsole.log(more);');
  launch(given);
  const left = bundles(given.store);
  expect(left).toHaveLength(2);
  expect(left).toContain('used-yesterday');
});

test('a bundle in use does not grow old', () => {
  using given = repositoryOf();
  launch(given);
  const dir = join(given.store, 'engine', bundles(given.store)[0] ?? '');
  utimesSync(dir, 0, 0);
  launch(given);
  appendFileSync(join(given.root, 'src/cli.ts'), "\nconsole.log('second');");
  launch(given);
  expect(bundles(given.store)).toHaveLength(2);
});

test('stores that share their bundles by a link do not depend on each other', () => {
  using given = repositoryOf('console.log(given.runner);');
  const shared = join(given.path, 'shared');
  mkdirSync(shared);
  const stores = ['one', 'two'].map((name) => join(given.path, name));
  for (const store of stores) {
    mkdirSync(store);
    symlinkSync(shared, join(store, 'engine'));
  }
  for (const store of stores) expect(launch({ ...given, store }).stdout.startsWith(`${shared}/`)).toBe(true);
});

test('several runs at once make one bundle', async () => {
  using given = repositoryOf();
  const env = { PATH: process.env['PATH'], MK_STORE: given.store };
  const runs = Array.from({ length: 4 }, () =>
    spawn(ownNode, [join(given.root, 'src/bin/mk.js')], { env, stdio: 'ignore' }),
  );
  const ends = await Promise.all(runs.map((run) => once(run, 'exit')));
  expect(ends).toEqual(runs.map(() => [0, null]));
  expect(bundles(given.store)).toHaveLength(1);
});

test('what keeps the engine from starting is told without a stack', () => {
  using given = repositoryOf();
  const cannotStart = { status: 2, stdout: '' };
  expect(launch({ ...given, store: '/dev/null/store' })).toMatchObject({
    ...cannotStart,
    stderr: expect.stringMatching(/^mk cannot start: ENOTDIR.*\n {2}hint: set MK_STORE to .*\n$/),
  });
  appendFileSync(join(given.root, 'src/cli.ts'), "\nimport 'not-installed';");
  expect(launch(given)).toMatchObject({
    ...cannotStart,
    stderr: expect.stringMatching(/Could not resolve "not-installed".*mk cannot start.*hint: .*npm ci/s),
  });
  rmSync(join(given.root, 'node_modules'));
  expect(launch(given)).toMatchObject({
    ...cannotStart,
    stderr: `mk cannot start: its npm packages are not installed\n  hint: run \`npm ci\` in ${given.root}\n`,
  });
});

/** The Node of the machine, where that is one that cannot run the engine. */
const oldNode = (() => {
  const { stdout } = spawnSync('/usr/bin/node', ['-p', 'process.versions.node'], { encoding: 'utf8' });
  return typeof stdout === 'string' && Number(stdout.split('.')[0]) < 24 ? '/usr/bin/node' : undefined;
})();

test.skipIf(oldNode === undefined)('on an older Node the engine runs on the one that came along', async () => {
  using given = repositoryOf(
    "console.log(process.version); if (argv.length > 0) process.kill(process.pid, 'SIGKILL');",
  );
  const node = oldNode ?? '';
  expect(launch(given, { node })).toEqual({ status: 0, stdout: expect.stringMatching(/^v24\./), stderr: '' });
  expect(launch(given, { node, args: ['x'] }).status).toBe(128 + 9);
  rmSync(join(given.root, 'node_modules'));
  expect(launch(given, { node })).toMatchObject({ status: 2, stderr: expect.stringContaining('it needs Node 24') });
});

test.skipIf(oldNode === undefined)('a signal to the launcher alone reaches the engine', async () => {
  using given = repositoryOf(
    `return await new Promise((end) => {
      const timer = setTimeout(end, 60_000, 1);
      process.once('SIGTERM', () => { clearTimeout(timer); end(7); });
      console.log('ready');
    });`,
  );
  const env = { PATH: process.env['PATH'], MK_STORE: given.store };
  const child = spawn(oldNode ?? '', [join(given.root, 'src/bin/mk.js')], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  child.kill('SIGTERM');
  child.stdout.resume();
  expect(await once(child, 'exit')).toEqual([7, null]);
});
