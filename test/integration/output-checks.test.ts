import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readElf } from '../../src/base/elf.ts';
import { removeTree } from '../../src/base/files.ts';
import { outputChecks, remedies } from '../../src/base/output-checks.ts';
import { buildTriplet } from '../../src/base/triplet.ts';
import { checkTree } from '../../src/deploy/check.ts';
import { checkElf } from '../../src/deploy/check-elf.ts';

const native = { build: buildTriplet(), host: buildTriplet(), target: buildTriplet() };
let dir: string;
let tree: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'mk-output-'));
  writeFileSync(join(dir, 'main.c'), 'int main(void) { return 0; }\n');
  writeFileSync(join(dir, 'plain.c'), 'int plain(void) { return 1; }\n');
  // An address of something in another library, in the middle of the code.
  const word = process.arch === 'arm' || process.arch === 'ia32' ? '.long' : '.quad';
  writeFileSync(join(dir, 'text.c'), `__asm__(".text\\n ${word} elsewhere\\n"); int t(void) { return 2; }\n`);
  writeFileSync(join(dir, 'path.c'), 'const char *where(void) { return "/mk/build/share/x"; }\n');
});

afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Makes an ELF file in an empty tree with these arguments of gcc, and says what the checks find. */
function built(path: string, ...args: readonly string[]) {
  empty();
  mkdirSync(dirname(join(tree, path)), { recursive: true });
  execFileSync('gcc', ['-o', join(tree, path), ...args], { cwd: dir, stdio: ['ignore', 'ignore', 'pipe'] });
  return found();
}

function empty(): void {
  tree = join(dir, 'tree');
  removeTree(tree);
  mkdirSync(tree);
}

const found = (isTool = false, hostName = '') =>
  checkTree(tree, native, isTool, { hostName }).map(({ check, path, message }) => `${check}: /${path} ${message}`);

test('what gcc makes without special wishes stands all checks', () => {
  expect(built('bin/main', 'main.c')).toEqual([]);
  expect(built('lib/libplain.so.1', '-shared', '-fPIC', 'plain.c')).toEqual([]);
  expect(built('lib/plain.o', '-c', 'plain.c')).toEqual([]);
});

test.for<[words: string, check: RegExp, path: string, ...args: string[]]>([
  ['text relocations', /^text-relocation: \/lib\/t.so has text/, 'lib/t.so', '-shared', '-Wl,-z,notext', 'text.c'],
  ['an executable stack', /^executable-stack: \/bin\/s asks for a stack/, 'bin/s', '-Wl,-z,execstack', 'main.c'],
  ['a run path of the sandbox', /^library-path: .* \/mk\/build\/l, which/, 'bin/r', '-Wl,-rpath,/mk/build/l', 'main.c'],
  ['a relative run path', /^library-path: .* lib, which depends on where/, 'bin/r', '-Wl,-rpath,lib', 'main.c'],
  [
    'a run path out of the tree',
    /^library-path: .*outside of the tree/,
    'bin/r',
    '-Wl,-rpath,$ORIGIN/../../x',
    'main.c',
  ],
  [
    'a run path of somebody',
    /^library-path: .*\/home\/me\/lib, which no target/,
    'bin/r',
    '-Wl,-rpath,/home/me/lib',
    'main.c',
  ],
  ['a run path with an empty part', /^library-path: .* the current directory/, 'bin/r', '-Wl,-rpath,/lib:', 'main.c'],
  [
    'a run path anyone may fill',
    /^library-path: .*\/var\/tmp\/l, which no/,
    'bin/r',
    '-Wl,-rpath,/var/tmp/l',
    'main.c',
  ],
  ['a run path in disguise', /^library-path: .*, which exists only/, 'bin/r', '-Wl,-rpath,/lib/../mk/src', 'main.c'],
  ['a run path of others', /^stray-library-path: .*not below \/lib/, 'bin/r', '-Wl,-rpath,/library/x', 'main.c'],
  [
    'a loader of the sandbox',
    /^program-loader: .*\/mk\/sysroot\/ld.so/,
    'bin/l',
    '-Wl,--dynamic-linker=/mk/sysroot/ld.so',
    'main.c',
  ],
  ['a path of the build', /^build-path: \/lib\/p.so has \/mk\/build in it/, 'lib/p.so', '-shared', '-fPIC', 'path.c'],
])('%s in an ELF file are found', ([, words, path, ...args]) => {
  expect(built(path, ...args)).toEqual([expect.stringMatching(words)]);
});

test('a run path beside the program is as good as one in /lib', () => {
  expect(built('bin/r', '-Wl,-rpath,$ORIGIN/../lib:/lib', 'main.c')).toEqual([]);
});

test('an ELF file for another machine, width, byte order or ABI is found', () => {
  built('bin/main', 'main.c');
  const elf = readElf(join(tree, 'bin/main'));
  if (elf === undefined) throw new Error('gcc made no ELF file');
  const judged = (changed: Partial<typeof elf>, triplet: string) =>
    [...checkElf({ ...elf, ...changed }, 'bin/main', triplet)].map(({ check, message }) => `${check}: ${message}`);
  const arm = { machine: 40, bits: 32, endianness: 'little', flags: 0x5000400 } as const;
  expect(judged(arm, 'arm-linux-musleabihf')).toEqual([]);
  expect(judged({ ...arm, flags: 0x5000000 }, 'arm-linux-musleabihf')).toEqual([]);
  expect(judged({ ...arm, flags: 0x5000200 }, 'arm-linux-musleabihf')[0]).toMatch(
    /^wrong-machine: .* without registers/,
  );
  expect(judged(arm, 'arm-linux-musleabi')[0]).toMatch(/^wrong-machine: .* in registers of their own/);
  expect(judged({ ...arm, endianness: 'big' }, 'arm-linux-musleabihf')[0]).toMatch(
    /^wrong-machine: is 32-bit big-endian/,
  );
  expect(judged({ machine: 62, bits: 32, endianness: 'little' }, 'x86_64-linux-musl')[0]).toMatch(/is 32-bit little/);
  expect(judged({ machine: 62, bits: 64, endianness: 'little' }, 'x86_64-linux-musl')).toEqual([]);
  expect(judged(arm, 'x86_64-linux-musl')[0]).toMatch(/^wrong-machine: is for ELF machine 40/);
});

test('paths of the build and the name of the machine are found in any file, whole words only', () => {
  empty();
  writeFileSync(join(tree, 'config'), 'prefix=/mk/sysroot\n');
  writeFileSync(join(tree, 'far'), `${'x'.repeat((1 << 20) - 4)} /mk/build/x`);
  writeFileSync(join(tree, 'host'), 'built on builder7\n');
  writeFileSync(join(tree, 'other'), '/mk/builder /mk/srcs builder77 a/mk/src mybuilder7 /mk/toolchain-x\n');
  writeFileSync(join(tree, 'tools'), '/mk/toolchain/bin/gcc\n');
  expect(found(false, 'builder7').sort()).toEqual([
    'build-path: /config has /mk/sysroot in it, which exists only while building',
    'build-path: /far has /mk/build in it, which exists only while building',
    'build-path: /tools has /mk/toolchain in it, which exists only while building',
    'host-name: /host has the name of the build machine in it, builder7',
  ]);
  expect(found(true, 'localhost').filter((each) => each.includes('/tools'))).toEqual([]);
});

test('a tool may name its source files in messages, its scripts may not look there', () => {
  empty();
  writeFileSync(join(tree, 'tool'), 'assertion failed\0/mk/src/main.c\0/mk/sysroot/lib\0', { mode: 0o755 });
  writeFileSync(join(tree, 'script'), '#!/bin/sh\nexec /mk/build/tool\n', { mode: 0o755 });
  expect(found(true)).toEqual([
    'build-path: /script has /mk/build in it, which exists only while building',
    'build-path: /tool has /mk/sysroot in it, which exists only while building',
  ]);
  expect(found(false)).toContain('build-path: /tool has /mk/src in it, which exists only while building');
});

test('links that leave the tree and litter are found', () => {
  empty();
  mkdirSync(join(tree, 'lib'));
  symlinkSync('../../x', join(tree, 'lib/out'));
  symlinkSync('/mk/deploy/lib/x', join(tree, 'lib/build'));
  symlinkSync('../lib/gone', join(tree, 'lib/dangling'));
  symlinkSync('/proc/mounts', join(tree, 'lib/mtab'));
  for (const name of ['a.c.orig', 'b.rej', 'c~', '.packlist']) writeFileSync(join(tree, 'lib', name), '');
  expect(found().sort()).toEqual([
    'dangling-link: /lib/dangling is a link to ../lib/gone, which this package does not install',
    'escaping-link: /lib/build is a link to /mk/deploy/lib/x, which exists only while building',
    'escaping-link: /lib/out is a link to ../../x, which is outside of the tree',
    ...['.packlist', 'a.c.orig', 'b.rej', 'c~'].map((name) => `litter: /lib/${name} is litter that nothing reads`),
  ]);
});

test('every check has a level and something to do about it', () => {
  expect(Object.keys(remedies)).toEqual(Object.keys(outputChecks));
});
