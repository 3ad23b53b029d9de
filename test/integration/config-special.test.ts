import { rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { toy, toyOf, workspace } from '../support/workspace.ts';

const asks = (expression: string) => toy(`async deploy({ config }) { await ${expression}; }`);

const files = { 'pkg/app/build.ts': asks("config.override('dd')"), 'product/box/dd/plain': '' };

const refusal = (path: string, kind = 'a FIFO') => `${path} is ${kind}, and can be no part of the configuration`;

test.for<[what: string, fifo: string, recipe: string]>([
  ['in a directory of the configuration', 'product/box/dd/fifo', asks("config.override('dd')")],
  ['in place of that directory', 'board/toy/dir', asks("config.override('dir')")],
  ['in place of a file that a hook reads', 'product/box/a.conf', asks("config.text('a.conf')")],
  ['in place of a file that is merged', 'product/box/a.conf', asks("config.merge('a.conf')")],
  ['in place of a file that a field reads', 'product/box/a.conf', toyOf("license: config.text('a.conf') ?? 'MIT'")],
  ['in place of a list', 'product/box/toy/ROOTFS', toy()],
  ['in place of a file of variables', 'product/box/TOOLCHAIN', toy()],
  ['in place of the list of boards', 'product/box/BOARDS', toy()],
  ['among the patches', 'board/toy/patches/app/1.patch', toy()],
])('a FIFO %s is refused, and never opened', async ([, fifo, recipe]) => {
  const keep = fifo.replace(/[^/]*$/, 'keep');
  await using ws = await workspace({ ...files, 'pkg/app/build.ts': recipe, [keep]: '' });
  ws.fifo(fifo);
  const run = await ws.build();
  expect(run.status).not.toBe(0);
  expect(run.stderr).toContain(refusal(join(ws.layer, fifo)));
  expect(run.stderr).toContain('hint: put a file there, or remove it');
});

test('a link to a FIFO, a socket and a device are refused, too', async () => {
  await using ws = await workspace(files);
  ws.fifo('fifo');
  symlinkSync('../../../fifo', join(ws.layer, 'product/box/dd/link'));
  const linked = await ws.build();
  expect(linked.stderr).toContain(refusal(join(ws.layer, 'product/box/dd/link')));
  ws.remove('product/box/dd/link');

  const path = join(ws.layer, 'product/box/dd/socket');
  const server = createServer();
  await new Promise<void>((listening) => server.listen(path, listening));
  try {
    expect((await ws.build()).stderr).toContain(refusal(path, 'a socket'));
  } finally {
    await new Promise((closed) => server.close(closed));
  }

  symlinkSync('/dev/zero', join(ws.layer, 'product/box/toy.conf'));
  ws.write('pkg/app/build.ts', asks("config.text('toy.conf')"));
  expect((await ws.build()).stderr).toContain(refusal(join(ws.layer, 'product/box/toy.conf'), 'a device'));
});

test.for<[what: string, file: string, recipe: string]>([
  ['a file that a hook reads', 'product/box/a.conf', asks("config.text('a.conf')")],
  ['a directory that a hook gets', 'product/box/dir', asks("config.override('dir')")],
  ['a file that is merged', 'product/box/a.conf', asks("config.merge('a.conf')")],
  ['a list', 'product/box/toy/ROOTFS', toy()],
  ['a file of variables', 'product/box/TOOLCHAIN', toy()],
  ['the list of boards', 'product/box/BOARDS', toy()],
])('a link to nothing in place of %s is refused, and one that leads in a circle', async ([, file, recipe]) => {
  await using ws = await workspace({ ...files, 'pkg/app/build.ts': recipe, [file.replace(/[^/]*$/, 'keep')]: '' });
  const path = join(ws.layer, file);
  for (const target of ['nowhere', basename(file)]) {
    rmSync(path, { force: true });
    symlinkSync(target, path);
    expect((await ws.build()).stderr).toContain(`${path} is a link to ${target}, where nothing is`);
  }
});

test.for<[what: string, file: string, recipe: string]>([
  ['a file that is merged', 'product/box/a.conf', asks("config.merge('a.conf')")],
  ['a list', 'product/box/toy/ROOTFS', toy()],
  ['a file of variables', 'product/box/TOOLCHAIN', toy()],
  ['the list of boards', 'product/box/BOARDS', toy()],
])('a directory in place of %s is refused', async ([, file, recipe]) => {
  await using ws = await workspace({ ...files, 'pkg/app/build.ts': recipe, [`${file}/keep`]: '' });
  expect((await ws.build()).stderr).toContain(`${join(ws.layer, file)} is a directory, and a file is wanted here`);
});

test('a link to a file and a link to a directory are what they lead to', async () => {
  await using ws = await workspace({ ...files, 'product/box/real/file': 'text' });
  symlinkSync('real', join(ws.layer, 'product/box/linked'));
  symlinkSync('real/file', join(ws.layer, 'product/box/a.conf'));
  ws.write('pkg/app/build.ts', asks("config.override('linked'); await config.text('a.conf')"));
  const run = await ws.build();
  expect(run.status, run.stderr).toBe(0);
});

test('a FIFO in a working directory is refused', async () => {
  await using ws = await workspace({
    'pkg/app/build.ts': toy(`version: '1', url: () => 'https://example.org/app-1.tar', sha256: '${'0'.repeat(64)}'`),
    'work/main.c': '',
  });
  ws.fifo('work/fifo');
  const dir = join(ws.layer, 'work');
  const run = await ws.build('--source', `app=${dir}`);
  expect(run.status).not.toBe(0);
  expect(run.stderr).toContain(`${join(dir, 'fifo')} is no file, directory or link`);
});
