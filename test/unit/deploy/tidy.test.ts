import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { walkTree } from '../../../src/base/files.ts';
import { settleTree } from '../../../src/deploy/settle.ts';
import type { Permission } from '../../../src/recipe/recipe.ts';

let root: string;
let logged: string[];

beforeEach(() => {
  root = join(mkdtempSync(join(tmpdir(), 'mk-tidy-')), 'deploy');
  mkdirSync(root);
  logged = [];
});

afterEach(() => rmSync(dirname(root), { recursive: true, force: true }));

function put(path: string, text = '', mode = 0o644): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
  chmodSync(join(root, path), mode);
}

const paths = () => [...walkTree(root)].map(({ path }) => path);

const settle = (prefix = '', permissions: Readonly<Record<string, Permission>> = {}) =>
  settleTree({
    deployDir: root,
    prefix,
    permissions,
    strip: true,
    triplet: { build: 'x86_64-linux-gnu', host: 'x86_64-linux-gnu', target: 'x86_64-linux-gnu' },
    log: (line) => logged.push(line),
  });

test('pkg-config files of share join those of lib, and libtool archives go', async () => {
  put('share/pkgconfig/x.pc', 'x');
  put('lib/pkgconfig/y.pc', 'y');
  put('lib/libx.la', '# libx.la - a libtool library file\n');
  put('share/words.la', 'la la la\n');
  await settle();
  expect(paths()).toEqual([
    'lib',
    'lib/pkgconfig',
    'lib/pkgconfig/x.pc',
    'lib/pkgconfig/y.pc',
    'share',
    'share/words.la',
  ]);
});

test('a tool is lifted out of its prefix, also when it holds a directory named like the prefix', async () => {
  put('mk/toolchain/bin/ld', '');
  put('mk/toolchain/mk/sys.mk', 'rules');
  await settle('/mk/toolchain');
  expect(paths()).toEqual(['bin', 'bin/ld', 'mk', 'mk/sys.mk']);
});

test('a tool that installs outside its prefix is refused with the paths', async () => {
  put('mk/toolchain/bin/ld');
  put('usr/share/ld.1');
  await expect(settle('/mk/toolchain')).rejects.toMatchObject({ code: 'deploy-invalid', detail: '/usr/share/ld.1' });
});

test('usr, sbin and lib64 of a target package move to where the root file system has them', async () => {
  put('usr/sbin/ip', 'ip');
  put('usr/share/doc', 'doc');
  put('sbin/route', 'route');
  put('lib64/libx.so.1', 'x');
  put('usr/home/.profile', '');
  await settle();
  expect(paths()).toEqual([
    'bin',
    'bin/ip',
    'bin/route',
    'lib',
    'lib/libx.so.1',
    'share',
    'share/doc',
    'usr',
    'usr/home',
    'usr/home/.profile',
  ]);
  expect(logged).toEqual([
    'moved /usr/sbin into /bin',
    'moved /usr/share into /share',
    'moved /sbin into /bin',
    'moved /lib64 into /lib',
  ]);
});

test('two different files that meet in one place are refused, equal ones are not', async () => {
  put('sbin/same', 'same');
  put('bin/same', 'same');
  await settle();
  put('sbin/ip', 'one');
  put('bin/ip', 'two');
  await expect(settle()).rejects.toMatchObject({ code: 'deploy-invalid' });
});

test('modes become 0755 and 0644', async () => {
  put('bin/script', '#!/bin/sh\n', 0o700);
  put('etc/secret', '', 0o400);
  mkdirSync(join(root, 'etc/conf.d'), { mode: 0o700 });
  put('etc/conf.d/x');
  await settle();
  const mode = (path: string) => (lstatSync(join(root, path)).mode & 0o7777).toString(8);
  expect(['bin/script', 'etc/secret', 'etc/conf.d'].map(mode)).toEqual(['755', '644', '755']);
});

test('empty directories go unless permissions name them', async () => {
  for (const dir of ['proc', 'tmp', 'var/lib/nothing']) mkdirSync(join(root, dir), { recursive: true });
  await settle('', { '/proc': {}, tmp: { mode: 0o1777 } });
  expect(paths()).toEqual(['proc', 'tmp']);
});

test('a setuid program must be declared', async () => {
  put('bin/su', '', 0o4755);
  await expect(settle()).rejects.toMatchObject({
    code: 'deploy-invalid',
    message: 'check undeclared-setuid: /bin/su is installed setuid or setgid',
    hint: expect.stringContaining('declare the mode in `permissions`, or clear the bit in deploy'),
  });
  chmodSync(join(root, 'bin/su'), 0o4755);
  await settle('', { 'bin/su': { mode: 0o4755 } });
  expect(lstatSync(join(root, 'bin/su')).mode & 0o7777).toBe(0o755);
});

test('a text file is left alone whatever its name is', async () => {
  put('bin/shelf.sh', '#!/bin/sh\necho ELF\n', 0o755);
  put('lib/truncated.so', '\x7fELF');
  await settle();
  expect(readFileSync(join(root, 'bin/shelf.sh'), 'utf8')).toBe('#!/bin/sh\necho ELF\n');
  expect(existsSync(join(root, 'lib/truncated.so'))).toBe(true);
});
