import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { mirror, tarball } from '../support/tarball.ts';
import { ctrlC, ctrlZ, openTerminal } from '../support/terminal.ts';
import {
  ends,
  hasNamespaces,
  installs,
  ownNode,
  repository,
  repositoryCopy,
  type TestWorkspace,
  toy,
  workspace,
} from '../support/workspace.ts';

const levels = ['off', ...(hasNamespaces ? ['require'] : [])].map((level) => `--sandbox=${level}`);
const isolated = test.skipIf(!hasNamespaces);

/** lib <- app, whose hooks fail. */
const broken = {
  'pkg/lib/build.ts': toy(installs('share/lib', "'lib'")),
  'pkg/app/build.ts': toy(
    "depends: ['lib'], async build({ write, run }) { await write('left', ''); await run`false`; }",
  ),
  'pkg/app/Makefile': 'both: one two\none two:\n\t@echo $@\n',
};

const shell = (ws: TestWorkspace, ...words: readonly string[]) =>
  ws.start(['shell', 'toy', 'box', '--layer', ws.layer, ...words], { env: mirror(ws) }).ended;

const atTerminal = (ws: TestWorkspace, ...words: readonly string[]) =>
  openTerminal([ownNode, join(repository, 'src/bin/mk.js'), 'shell', 'toy', 'box', '--layer', ws.layer, ...words], {
    cwd: ws.here,
    env: { PATH: process.env['PATH'], HOME: ws.dir, MK_STORE: ws.store, MK_MIRRORS: '' },
  });

test.for(levels)('with %s a shell at a terminal has a prompt, job control and Ctrl-C', async (level) => {
  await using ws = await workspace(broken);
  await using terminal = atTerminal(ws, 'app', level);
  await terminal.until('nothing done here is kept');
  await terminal.until('[mk app] ');
  terminal.type('echo "<$BOARD $PRODUCT $(cat "$PKGBUILDDIR/../sysroot/share/lib")>"\n');
  await terminal.until('<toy box lib>');
  terminal.type('sh -c \'echo sta""rted; exec cat\'\n');
  await terminal.until('started');
  terminal.type(ctrlC);
  await terminal.until('[mk app] ');
  terminal.type('echo "status <$?>"; sh -c \'echo aga""in; exec cat\'\n');
  await terminal.until('status <130>');
  await terminal.until('again');
  terminal.type(ctrlZ);
  await terminal.until('Stopped');
  // Not earlier than this may more be typed: the job that is ended would read it.
  terminal.type('kill %1; fg; echo go""ne\n');
  await terminal.until('gone');
  terminal.type('exit 5\n');
  expect((await terminal.ended).status).toBe(5);
  expect(readdirSync(join(ws.store, 'work'))).toEqual([]);
});

test.for(levels)('with %s a command runs without a shell, and its exit status is that of mk', async (level) => {
  await using ws = await workspace(broken);
  const run = await shell(ws, 'app', level, '--', 'sh', '-c', 'printf "%s\\n" "$#" "$@"; exit 7', 'sh', '$HOME', 'a b');
  expect(run).toMatchObject({ status: 7, stdout: '2\n$HOME\na b\n' });
  expect((await shell(ws, 'app', level, '--', 'true')).status).toBe(0);
  expect((await shell(ws, 'app', level, '--', 'sh', '-c', 'kill -9 $$')).status).toBe(137);
  expect((await shell(ws, 'app', level, '--', 'nonesuch')).status).toBeGreaterThan(0);
});

test.for(levels)('with %s a command hears Ctrl-C and may live on', async (level) => {
  await using ws = await workspace(broken);
  const script = `trap 'echo "cau""ght"' INT; echo "re""ady"; while ! read line; do :; done; echo "<$line>"; exit 3`;
  await using terminal = atTerminal(ws, 'app', level, '--', 'sh', '-c', script);
  await terminal.until('ready');
  terminal.type(ctrlC);
  await terminal.until('caught');
  terminal.type('word\n');
  await terminal.until('<word>');
  expect((await terminal.ended).status).toBe(3);
});

isolated('what the package needs is made first, and nothing is said of what is there', async () => {
  await using ws = await workspace(broken);
  const first = await shell(ws, 'app', '--', 'true');
  expect(first.stderr).toMatch(/^built +lib /m);
  expect(first.stderr).not.toMatch(/^built +app /m);
  const second = await shell(ws, 'app', '--', 'true');
  expect(second.stderr).toMatch(/^app: sources in \/mk\/src, .*nothing done here is kept\n$/);
});

isolated('everything is where the hooks have it; what is given is read-only, and nothing is kept', async () => {
  await using ws = await workspace(broken);
  const { fields } = tarball(ws, ['app', '1'], { word: 'one' });
  ws.write(
    'pkg/app/build.ts',
    toy(`${fields}, depends: ['lib'], async build({ run }) { await run\`env\`; await run\`false\`; }`),
  );
  const script =
    'env; echo "<$(pwd) $(ls) $(cat /mk/src/word /mk/sysroot/share/lib; ls /mk/pkg)>"; echo 1 > made; echo 2 > /mk/deploy/made';
  const run = await shell(ws, 'app', '--', 'sh', '-c', script);
  expect(run.status, run.stderr).toBe(0);
  expect(run.stdout).toContain('</mk/build  onelibMakefile\nbuild.ts>');
  for (const dir of ['src', 'sysroot', 'pkg', 'toolchain']) {
    expect((await shell(ws, 'app', '--', 'touch', `/mk/${dir}/x`)).stderr).toContain('Read-only file system');
  }
  expect((await shell(ws, 'app', '--', 'ls', '/mk/build', '/mk/deploy')).stdout).toBe('/mk/build:\n\n/mk/deploy:\n');
  expect(readdirSync(join(ws.here, 'src'))).toEqual([]);

  // The environment is that of the hooks, with what they would get when they ask.
  await ws.start(['toy', 'box', '--layer', ws.layer], { env: mirror(ws) }).ended;
  const variables = (text: string) =>
    text.split('\n').filter((line) => /^[A-Z_]+=/.test(line) && !line.startsWith('PWD='));
  const more = new Set(variables(run.stdout)).difference(new Set(variables(ws.built('log/app-build.log') ?? '')));
  expect([...more].map((line) => line.split('=')[0]).sort()).toEqual(['BOARD', 'OS_RELEASE', 'PRODUCT']);
});

test.for(levels)('with %s a recipe that builds inside its source finds its copy', async (level) => {
  await using ws = await workspace();
  ws.write('product/box/ROOTFS', 'app\n');
  ws.write('pkg/app/build.ts', toy(`${tarball(ws, ['app', '1'], { word: 'one' }).fields}, inSource: true`));
  const run = await shell(ws, 'app', level, '--', 'sh', '-c', 'cat word; echo changed > word; cat "$PKGSRCDIR/word"');
  expect(run.stdout, run.stderr).toBe('oneone');
});

isolated('with a working directory its files are the sources', async () => {
  await using ws = await workspace();
  ws.write('product/box/ROOTFS', 'app\n');
  ws.write('pkg/app/build.ts', toy(tarball(ws, ['app', '1'], { word: 'one' }).fields));
  mkdirSync(join(ws.here, '../work/.git'), { recursive: true });
  writeFileSync(join(ws.here, '../work/word'), 'mine');
  writeFileSync(join(ws.here, '../work/.git/HEAD'), '');
  const run = await shell(
    ws,
    'app',
    '--source',
    'app=../work',
    '--',
    'sh',
    '-c',
    'cat /mk/src/word; ls -A /mk/src/.git',
  );
  expect(run.stdout, run.stderr).toBe('mine');
  expect(run.stderr).toContain('sources (../work) in /mk/src');
});

isolated('while somebody works in a shell, others build, and what a failed build left stays', async () => {
  await using ws = await workspace(broken);
  await ws.build();
  await using terminal = atTerminal(ws, 'app');
  await terminal.until('[mk app] ');
  const run = await ws.build('--rebuild', 'lib');
  expect(ends(run, 'built')).toEqual(['lib']);
  expect(existsSync(join(ws.here, 'toy-box/build/app/left'))).toBe(true);
  terminal.type('exit\n');
  expect((await terminal.ended).status).toBe(0);
  expect(existsSync(join(ws.here, 'toy-box/build/app/left'))).toBe(true);
});

test.for(levels)('with %s make has the job server', async (level) => {
  await using ws = await workspace(broken);
  const run = await shell(ws, 'app', level, '-j3', '--', 'sh', '-c', 'make -f "$SCRIPTDIR/Makefile" both');
  expect(run.stdout.split('\n').sort()).toEqual(['', 'one', 'two']);
  expect(run.stderr).not.toContain('jobserver');
});

test('a need that cannot be made, and a package that is none, are told', async () => {
  await using ws = await workspace({
    ...broken,
    'pkg/lib/build.ts': toy('async build({ run }) { await run`false`; }'),
  });
  const run = await shell(ws, 'app', '--', 'true');
  expect(run.status).toBe(1);
  expect(run.stderr).toContain('error[command-failed]: lib: `false` exited with status 1 in build');
  expect(run.stderr).not.toContain('nothing done here is kept');
  const unknown = await shell(ws, 'ap', '--', 'true');
  expect(unknown.status).toBe(2);
  expect(unknown.stderr).toContain('did you mean "app"?');
  expect((await shell(ws, 'app', 'true')).stderr).toContain('put -- in front of the command');
});

test.skipIf(process.getuid?.() !== 0)('an ordinary user has a shell too', async () => {
  await using ws = await workspace(broken);
  const copy = repositoryCopy(ws);
  spawnSync('chmod', ['-R', 'a+rX,a-w', copy]);
  spawnSync('chmod', ['a+rx', ws.dir]);
  const cwd = join(ws.dir, 'theirs');
  spawnSync('mkdir', ['-m', '777', cwd]);
  const user = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
  const mk = [...user, ownNode, join(copy, 'src/bin/mk.js'), 'shell', 'toy', 'box', 'app', '--layer', ws.layer];
  const env = { PATH: process.env['PATH'], HOME: cwd, MK_STORE: join(cwd, 'store'), MK_MIRRORS: '' };
  await using terminal = openTerminal(mk, { cwd, env });
  await terminal.until('[mk app] ');
  terminal.type('sh -c \'echo sta""rted; exec cat\'\n');
  await terminal.until('started');
  terminal.type(ctrlC);
  await terminal.until('[mk app] ');
  terminal.type('exit\n');
  expect((await terminal.ended).status).toBe(130);
});
