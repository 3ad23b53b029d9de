import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { directory, sourceFile, textFile, writeTar } from '../../src/image/index.ts';
import { runInContainer } from '../../src/run/container.ts';
import { installs, toy, toyOf, workspace } from '../support/workspace.ts';

// The root file system has the machine's own shell and the libraries it needs.
const shell = realpathSync('/bin/sh');
const libraries = [...execFileSync('ldd', [shell], { encoding: 'utf8' }).matchAll(/\/\S+/g)].map(([path]) => path);
const works = spawnSync('bwrap', ['--unshare-all', '--ro-bind', '/', '/', 'true']).status === 0;

let dir: string;
const oldTmp = process.env['TMPDIR'];

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'mk-test-'));
  for (const sub of ['release', 'tmp']) mkdirSync(join(dir, sub));
  process.env['TMPDIR'] = join(dir, 'tmp');
  const paths = ['', 'dev', 'proc', 'root', 'run', 'sys', 'tmp', 'etc', 'etc/init.d', 'bin', 'lib'];
  await writeTar(
    [
      ...paths.map((path) => directory(path)),
      sourceFile('bin/sh', shell, 0o755),
      textFile('etc/init.d/rcS', '#!/bin/sh\necho noise\necho started > /run/started\n', 0o755),
      ...libraries.map((path) => sourceFile(path.slice(1), realpathSync(path), 0o755)),
    ],
    join(dir, 'release/rootfs.tar'),
  );
});

afterAll(() => {
  if (oldTmp === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = oldTmp;
  rmSync(dir, { recursive: true, force: true });
});

async function run(...command: readonly string[]): Promise<{ status: number; printed: string }> {
  const output = new PassThrough();
  let printed = '';
  output.on('data', (chunk: Buffer) => {
    printed += chunk.toString();
  });
  const options = { releaseDir: join(dir, 'release'), settings: {}, command, output, errors: process.stderr };
  return { status: await runInContainer(options), printed };
}

test.runIf(works)('a command runs as root after the start-up script, with its arguments as they are', async () => {
  const result = await run('sh', '-c', 'read -r x < /run/started; echo "$x:$1:$2:$HOME"; exit 3', 'sh', "it's", 'a  b');
  expect(result).toEqual({ status: 3, printed: "started:it's:a  b:/root\n" });
  expect(readdirSync(join(dir, 'tmp'))).toEqual([]);
});

test.runIf(works)('what a command writes is gone afterwards', async () => {
  await run('sh', '-c', 'echo x > /etc/new');
  expect((await run('sh', '-c', 'test -e /etc/new')).status).toBe(1);
});

test('a release without a root file system archive is not for a container', async () => {
  await expect(
    runInContainer({
      releaseDir: join(dir, 'tmp'),
      settings: {},
      command: ['true'],
      output: process.stdout,
      errors: process.stderr,
    }),
  ).rejects.toMatchObject({ code: 'image-invalid', message: 'the release has no rootfs.tar' });
});

test.runIf(works)('a command whose output nobody wants any more is stopped', async () => {
  const output = new PassThrough();
  output.once('data', () => output.destroy(Object.assign(new Error('gone'), { code: 'EPIPE' })));
  const options = { releaseDir: join(dir, 'release'), settings: {}, output, errors: new PassThrough() };
  const status = await runInContainer({ ...options, command: ['sh', '-c', 'while :; do echo more; done'] });
  expect(status).toBe(141);
});

test.each([['--disk'], ['--keep', 'x'], ['--nic', 'user']])(
  '%s is refused for what is no emulated machine',
  async (...words) => {
    await using ws = await workspace();
    const { status, stderr } = await ws.mk('run', 'toy', 'box', '--layer', ws.layer, ...words);
    expect(stderr).toContain(`${words[0]} is for boards that QEMU emulates, and toy has no file QEMU`);
    expect(status).toBe(2);
  },
);

test('an image that is older than its recipes is run with a warning that says which', async () => {
  const release = (text: string) => toyOf(`contains: config.list('ROOTFS'), ${installs('list', `'${text}'`)}`);
  const files = { 'pkg/a/build.ts': toy(installs('share/a', "'one'")), 'pkg/release/build.ts': release('one') };
  await using ws = await workspace(files);
  const run = async () => (await ws.mk('run', 'toy', 'box', '--layer', ws.layer)).stderr;
  const build = async () => expect(await ws.build()).toMatchObject({ status: 0 });
  await build();
  expect(await run()).not.toContain('older');
  ws.write('pkg/a/build.ts', toy(installs('share/a', "'two'")));
  expect(await run()).toContain(
    "older than what it is made from: a (build.ts:2: 'one' became 'two'); `mk toy box` builds it\n",
  );
  ws.write('pkg/release/build.ts', release('two'));
  await build();
  expect(await run()).not.toContain('older');
  for (const [file, text] of Object.entries(files)) ws.write(file, text);
  expect(await run()).toContain(': release (another one was built last); ');
});
