import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { buildTriplet } from '../../src/base/triplet.ts';
import { checkTree } from '../../src/deploy/check.ts';

const native = { build: buildTriplet(), host: buildTriplet(), target: buildTriplet() };
let dir: string;
let tree: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'mk-causes-'));
  tree = join(dir, 'tree');
  mkdirSync(join(tree, 'bin'), { recursive: true });
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

const found = (hostName = '') =>
  checkTree(tree, native, false, { hostName }).map(({ check, path, message }) => `${check}: /${path} ${message}`);

const checks = (hostName = '') => checkTree(tree, native, false, { hostName }).map(({ check }) => check);

/** Compiles C to a file of the tree. */
function compile(path: string, code: string, ...args: readonly string[]): void {
  mkdirSync(dirname(join(tree, path)), { recursive: true });
  writeFileSync(join(dir, 'code.c'), code);
  execFileSync('gcc', ['-o', join(tree, path), 'code.c', ...args], { cwd: dir, stdio: ['ignore', 'ignore', 'pipe'] });
}

const main = 'int main(void) { return 0; }';

/** The same object for a processor that no compiler here makes code for. */
function madeForeign(path: string): void {
  const bytes = readFileSync(path);
  bytes.writeUInt16LE(0x1234, 18);
  writeFileSync(path, bytes);
}

test('an object of a static library that is for another machine is found like one that stands alone', () => {
  const long = 'an-object-with-a-name-that-is-long.o';
  for (const name of ['own.o', long]) compile(`lib/${name}`, 'int x(void) { return 1; }', '-c');
  const archive = (...members: readonly string[]) =>
    execFileSync('ar', ['rcs', 'libx.a', ...members], { cwd: join(tree, 'lib') });
  archive('own.o', long);
  expect(found()).toEqual([]);
  madeForeign(join(tree, 'lib', long));
  rmSync(join(tree, 'lib/libx.a'));
  archive('own.o', long);
  rmSync(join(tree, 'lib', long));
  expect(found()).toEqual([
    expect.stringMatching(`^wrong-machine: /lib/libx.a holds ${long}, which is for ELF machine 4660, and`),
  ]);
});

test('what a static library holds beside objects, a thin one, and a cut one say nothing of the machine', () => {
  compile('lib/own.o', 'int x(void) { return 1; }', '-c');
  writeFileSync(join(tree, 'lib/notes'), 'text');
  const ar = (...args: readonly string[]) => execFileSync('ar', args, { cwd: join(tree, 'lib') });
  ar('rcs', 'libx.a', 'own.o', 'notes');
  ar('rcsT', 'libthin.a', 'own.o');
  writeFileSync(join(tree, 'lib/libcut.a'), readFileSync(join(tree, 'lib/libx.a')).subarray(0, 300));
  expect(found()).toEqual([]);
});

test('the path that a run path names is told once; the same one elsewhere in the file is told for itself', () => {
  compile('bin/told', main, '-Wl,-rpath,/mk/build/lib');
  expect(checks()).toEqual(['library-path']);
  compile(
    'bin/told',
    'const char where[] = "/mk/build/lib"; int main(void) { return where[0]; }',
    '-Wl,-rpath,/mk/build/lib',
  );
  expect(checks()).toEqual(['library-path', 'build-path']);
});

test('the name of the build machine is also looked for in a file whose run path is wrong', () => {
  compile(
    'bin/told',
    'const char who[] = "builder7"; int main(void) { return who[0]; }',
    '-Wl,-rpath,/home/builder7/lib',
  );
  expect(checks('builder7')).toEqual(['library-path', 'host-name']);
  compile('bin/told', main, '-Wl,-rpath,/home/builder7/lib');
  expect(checks('builder7')).toEqual(['library-path']);
});

test.for(['main', 'string', 'x7', 'pi-4'])('a build machine with the name %s is not looked for', (name) => {
  writeFileSync(join(tree, 'text'), `${name} `.repeat(3));
  expect(found(name)).toEqual([]);
});

test('a run path may name a directory that the package installs', () => {
  compile('bin/r', main, '-Wl,-rpath,/games/lib');
  expect(checks()).toEqual(['stray-library-path']);
  mkdirSync(join(tree, 'games/lib'), { recursive: true });
  expect(checks()).toEqual([]);
});

test('links that lead in a circle are found, also through directories', () => {
  symlinkSync('b', join(tree, 'a'));
  symlinkSync('/a', join(tree, 'b'));
  symlinkSync('c/d', join(tree, 'c'));
  symlinkSync('bin', join(tree, 'programs'));
  symlinkSync('programs/./../bin', join(tree, 'more'));
  expect(found().sort()).toEqual([
    'dangling-link: /a is a link to b, which leads in a circle',
    'dangling-link: /b is a link to /a, which leads in a circle',
    'dangling-link: /c is a link to c/d, which leads in a circle',
  ]);
});

test.for(['/mk', '/mk/', '//mk/src', '/lib/../mk'])('a link to %s leads into the build', (target) => {
  symlinkSync(target, join(tree, 'link'));
  expect(found()).toEqual([`escaping-link: /link is a link to ${target}, which exists only while building`]);
});
