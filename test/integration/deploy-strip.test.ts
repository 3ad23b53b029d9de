import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readElf } from '../../src/base/elf.ts';
import { machineOf } from '../../src/base/elf-machine.ts';
import { archiveMachine } from '../../src/base/static-archive.ts';
import { buildTriplet } from '../../src/base/triplet.ts';
import { settleTree } from '../../src/deploy/settle.ts';

let dir: string;
const at = (path: string) => join(dir, path);

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'mk-strip-'));
  writeFileSync(at('one.c'), 'int one(void) { return 1; }\n');
  writeFileSync(at('main.c'), 'int one(void); int main(void) { return one() - 1; }\n');
});

afterAll(() => rmSync(dir, { recursive: true, force: true }));

const cc = (...args: readonly string[]) => execFileSync('gcc', ['-g', ...args], { cwd: dir });

const settle = (deployDir: string, host: string = buildTriplet()) =>
  settleTree({
    deployDir,
    prefix: '',
    permissions: {},
    strip: true,
    triplet: { build: buildTriplet(), host, target: host },
    log: () => {},
  });

function install(name: string): string {
  const root = at(name);
  for (const sub of ['bin', 'lib', 'opt/vc']) mkdirSync(join(root, sub), { recursive: true });
  cc('-shared', '-fPIC', '-Wl,-soname,libone.so.1', '-o', `${name}/lib/libone.so.1`, 'one.c');
  symlinkSync('libone.so.1', join(root, 'lib/libone.so'));
  cc('-o', `${name}/bin/main`, 'main.c', `-L${root}/lib`, '-lone', '-Wl,-rpath,$ORIGIN/../lib');
  cc('-c', '-o', `${name}/lib/one.o`, 'one.c');
  execFileSync('ar', ['rcs', `${name}/lib/libone.a`, `${name}/lib/one.o`], { cwd: dir });
  linkSync(join(root, 'bin/main'), join(root, 'bin/twin'));
  cc('-o', `${name}/opt/vc/main`, 'main.c', 'one.c');
  writeFileSync(join(root, 'bin/shelf.sh'), '#!/bin/sh\n', { mode: 0o755 });
  return root;
}

test('headers tell machine, needed libraries, soname, run path and symbols', () => {
  const root = install('headers');
  expect(readElf(join(root, 'bin/main'))).toMatchObject({
    machine: machineOf(buildTriplet()),
    type: 'shared',
    needed: expect.arrayContaining(['libone.so.1']),
    runPath: ['$ORIGIN/../lib'],
    interpreter: expect.stringContaining('/ld-linux'),
    hasSymbols: true,
    hasDebug: true,
  });
  expect(readElf(join(root, 'lib/libone.so.1'))).toMatchObject({ soname: 'libone.so.1', interpreter: undefined });
  expect(readElf(join(root, 'lib/one.o'))).toMatchObject({ type: 'relocatable', hasDebug: true, needed: [] });
  expect(readElf(join(root, 'bin/shelf.sh'))).toBeUndefined();
  expect(archiveMachine(join(root, 'lib/libone.a'))).toBe(machineOf(buildTriplet()));
  expect(archiveMachine(join(root, 'lib/one.o'))).toBeUndefined();
});

test('programs and libraries lose all symbols anywhere in the tree, objects and archives only debug sections', async () => {
  const root = install('tree');
  await settle(root);
  for (const path of ['bin/main', 'bin/twin', 'lib/libone.so.1', 'opt/vc/main'])
    expect(readElf(join(root, path)), path).toMatchObject({ hasSymbols: false, hasDebug: false });
  expect(readElf(join(root, 'lib/one.o'))).toMatchObject({ hasSymbols: true, hasDebug: false });
  expect(lstatSync(join(root, 'lib/libone.so')).isSymbolicLink()).toBe(true);
  expect(lstatSync(join(root, 'bin/main')).mode & 0o777).toBe(0o755);
  expect(lstatSync(join(root, 'bin/twin')).ino).toBe(lstatSync(join(root, 'bin/main')).ino);
  expect(readFileSync(join(root, 'bin/shelf.sh'), 'utf8')).toBe('#!/bin/sh\n');
  // What is left still links and runs.
  cc('-o', 'again', 'main.c', join(root, 'lib/libone.a'));
  execFileSync(at('again'));
  execFileSync(join(root, 'bin/main'));
});

test('stripping the same tree twice gives the same bytes', async () => {
  const [one, two] = [install('same-a'), install('same-b')];
  await settle(one);
  await settle(two);
  await settle(two);
  for (const path of ['bin/main', 'lib/libone.so.1', 'lib/libone.a', 'lib/one.o'])
    expect(readFileSync(join(one, path)).equals(readFileSync(join(two, path))), path).toBe(true);
});

test('a program for another machine is refused in a target tree', async () => {
  const root = install('wrong');
  await expect(settle(root, 'sh4-linux-musl')).rejects.toMatchObject({ code: 'deploy-invalid' });
});

test('a run path or program loader inside the sandbox is refused', async () => {
  const root = at('leak');
  mkdirSync(join(root, 'bin'), { recursive: true });
  cc('-o', 'leak/bin/one', 'main.c', 'one.c', '-Wl,-rpath,/mk/build/lib');
  cc('-o', 'leak/bin/two', 'main.c', 'one.c', '-Wl,--dynamic-linker=/mk/sysroot/lib/ld.so');
  chmodSync(join(root, 'bin/one'), 0o555);
  await expect(settle(root)).rejects.toMatchObject({
    code: 'deploy-invalid',
    message:
      'check library-path, program-loader: /bin/one looks for libraries in /mk/build/lib, which exists only while building, and 1 more file',
    detail: [
      '/bin/one looks for libraries in /mk/build/lib, which exists only while building',
      '/bin/two asks for the program loader /mk/sysroot/lib/ld.so, which exists only while building',
    ].join('\n'),
  });
});
