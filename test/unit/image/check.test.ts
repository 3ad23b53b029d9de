import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { rootfsEntries } from '../../../src/image/rootfs.ts';
import type { Content } from '../../../src/recipe/context.ts';

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'mk-check-'));
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** A package: text is a file, which can be executed in bin, `-> x` a link. */
function content(name: string, files: Readonly<Record<string, string>>, more: Partial<Content> = {}): Content {
  const tree = join(dir, name);
  for (const [path, text] of Object.entries(files)) {
    const full = join(tree, path);
    mkdirSync(dirname(full), { recursive: true });
    if (text.startsWith('-> ')) symlinkSync(text.slice(3), full);
    else writeFileSync(full, text, { mode: path.startsWith('bin/') ? 0o755 : 0o644 });
  }
  return { name, version: '1', license: 'MIT', tree, permissions: {}, whenLinked: false, ...more };
}

/** What is told of an image with these packages. */
function warnings(...contents: readonly Content[]): readonly string[] {
  const said: string[] = [];
  rootfsEntries(contents, { warn: (message) => said.push(message) });
  return said;
}

const shell = () => content('shell', { 'bin/box': 'program', 'bin/sh': '-> box', 'bin/env': '-> box' });

test('a script whose interpreter the image lacks is told of its package', () => {
  const scripts = content('scripts', {
    'bin/good': '#!/bin/sh -e\n',
    'bin/blank': '#! /bin/sh\n',
    'bin/found': '#!/bin/env sh\n',
    'bin/perl': '#!/usr/bin/perl -w\n',
    'bin/python': '#!/bin/env python3\n',
    'bin/text': '# no script\n',
    'share/not-executable': '#!/usr/bin/perl\n',
  });
  const box = shell();
  expect(warnings(box, scripts)).toEqual([
    'scripts: check missing-interpreter: /bin/perl is a script for /usr/bin/perl, which no package of the image has, and 1 more',
  ]);
  const added = content('languages', { 'bin/python3': 'program' });
  const accepted = { ...scripts, accept: { 'missing-interpreter': 'perl comes later' } };
  expect(warnings(box, accepted, added)).toEqual([]);
});

test('one path in two packages is told, of the second one', () => {
  const [a, b] = [content('a', { 'etc/x': 'same' }), content('b', { 'etc/x': 'same', 'etc/y': '' })];
  expect(warnings(a, b)).toEqual(['b: check shared-path: /etc/x is also in a']);
  expect(warnings(a, { ...b, accept: { 'shared-path': 'both are one project' } })).toEqual([]);
});

test('links that lead nowhere are told, but for those to what is there when the system runs', () => {
  const links = content('links', {
    'etc/a': '-> ../lib/none',
    'etc/b': '-> /proc/mounts',
    'etc/c': '-> a',
    'etc/d': '-> /',
  });
  expect(warnings(links)).toEqual([
    'links: check dangling-link: /etc/a is a link to ../lib/none, and no package of the image has /lib/none, and 1 more',
  ]);
});

test.each([
  ['root:', /root can log in without a password/],
  ['root:$6$salt$hash', /every image has the same password for root/],
])('the account %s is told', (account, message) => {
  expect(warnings(content('base', { 'etc/shadow': `${account}:1::::::\n` }))).toEqual([expect.stringMatching(message)]);
  expect(warnings(content('closed', { 'etc/shadow': 'root:!:1::::::\nhttp:*:1::::::\n' }))).toEqual([]);
});
