import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkTree } from '../../../src/deploy/check.ts';
import { stripProgram } from '../../../src/deploy/strip.ts';

const native = { build: 'x86_64-linux-gnu', host: 'x86_64-linux-gnu', target: 'x86_64-linux-gnu' };
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'mk-check-'));
  mkdirSync(join(root, 'lib'));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

const program = (name: string) => {
  writeFileSync(join(root, name), '#!/bin/sh\n', { mode: 0o755 });
};

test('a link into the tree that leads nowhere is a warning; absolute links count from the root of the tree', () => {
  writeFileSync(join(root, 'lib/libx.so.1'), '');
  symlinkSync('libx.so.1', join(root, 'lib/libx.so'));
  symlinkSync('/lib/libx.so.1', join(root, 'lib/libz.so'));
  symlinkSync('/lib/gone.so', join(root, 'lib/liby.so'));
  symlinkSync('/run/resolv.conf', join(root, 'lib/resolv.conf'));
  expect(checkTree(root, native, false)).toEqual([
    {
      check: 'dangling-link',
      path: 'lib/liby.so',
      message: 'is a link to /lib/gone.so, which this package does not install',
    },
  ]);
});

test('a link that enables a service of another package is none of these', () => {
  for (const dir of ['etc/rc.d', 'etc/init.d']) mkdirSync(join(root, dir), { recursive: true });
  symlinkSync('../init.d/sshd', join(root, 'etc/rc.d/50-sshd'));
  expect(checkTree(root, native, false)).toEqual([]);
});

test('a link to a directory of the sandbox is an error', () => {
  symlinkSync('/mk/build/libx.so', join(root, 'lib/libx.so'));
  expect(checkTree(root, native, false)).toMatchObject([{ check: 'escaping-link', path: 'lib/libx.so' }]);
});

test('a target package is stripped by the cross strip where there is one', () => {
  const cross = { build: 'x86_64-linux-gnu', host: 'x86_64-linux-musl', target: 'x86_64-linux-musl' };
  program('strip');
  expect(stripProgram(62, cross, root)).toBe('strip');
  program('x86_64-linux-musl-strip');
  expect(stripProgram(62, cross, root)).toBe('x86_64-linux-musl-strip');
});

test('a tool for the build machine is stripped by the plain strip, and what it holds for the target by the cross strip', () => {
  const tool = { build: 'x86_64-linux-gnu', host: 'x86_64-linux-gnu', target: 'arm-linux-musleabihf' };
  program('strip');
  program('arm-linux-musleabihf-strip');
  expect(stripProgram(62, tool, root)).toBe('strip');
  expect(stripProgram(40, tool, root)).toBe('arm-linux-musleabihf-strip');
  expect(stripProgram(8, tool, root)).toBeUndefined();
});
