import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  emptyDir,
  isErrno,
  linkTree,
  makeDirectory,
  readIfPresent,
  removeTree,
  temporaryName,
  walkTree,
  writeAtomic,
} from '../../../src/base/files.ts';
import { temporaryTree } from '../../support/tree.ts';

describe('a directory', () => {
  test('is made with those above it, and may be there', () => {
    using tree = temporaryTree();
    for (let times = 0; times < 2; times++) makeDirectory(join(tree.path, 'a/b/c'));
    expect(statSync(join(tree.path, 'a/b/c')).isDirectory()).toBe(true);
  });

  test.each(['/proc/x', '/proc/x/y/z', '/proc/self/fd/x'])('that the system makes nowhere fails: %s', (path) => {
    expect(() => makeDirectory(path)).toThrow(/^\/proc\/[a-z/]+: this directory cannot be made$/);
  });

  test('is not made in the place of anything else', () => {
    using tree = temporaryTree();
    writeFileSync(join(tree.path, 'file'), '');
    symlinkSync('nowhere', join(tree.path, 'link'));
    for (const name of ['file', 'link', 'link/below']) {
      const what = `${join(tree.path, name.split('/')[0] ?? '')}: a file, or a link to nothing, is where a directory should`;
      expect(() => makeDirectory(join(tree.path, name))).toThrow(what);
    }
  });
});

describe('an atomic write', () => {
  test('makes the file and the directories above it, and leaves nothing else', () => {
    using tree = temporaryTree();
    writeAtomic(join(tree.path, 'a/b/file'), 'new');
    expect([...walkTree(tree.path)].map(({ path }) => path)).toEqual(['a', 'a/b', 'a/b/file']);
    expect(readFileSync(join(tree.path, 'a/b/file'), 'utf8')).toBe('new');
  });

  test('replaces a file by another one, so that whoever has it open goes on reading the old text', () => {
    using tree = temporaryTree({ file: 'old' });
    const path = join(tree.path, 'file');
    const before = statSync(path).ino;
    writeAtomic(path, Buffer.from([0xff, 0]));
    expect(readFileSync(path)).toEqual(Buffer.from([0xff, 0]));
    expect(statSync(path).ino).not.toBe(before);
  });

  test('that fails leaves the old state and no temporary file', () => {
    using tree = temporaryTree({ 'dir/file': 'old' });
    expect(() => writeAtomic(join(tree.path, 'dir'), 'text')).toThrow();
    expect(readdirSync(tree.path)).toEqual(['dir']);
    expect(readFileSync(join(tree.path, 'dir/file'), 'utf8')).toBe('old');
  });
});

test('a temporary name is never given twice', () => {
  expect(new Set(Array.from({ length: 100 }, () => temporaryName('/a/b'))).size).toBe(100);
  expect(temporaryName('/a/b')).toMatch(new RegExp(`^/a/b\\.${process.pid}-[0-9a-f]{12}\\.tmp$`));
});

describe('a walk over a tree', () => {
  test('lists everything once, parents first, names in byte order whatever the locale', () => {
    using tree = temporaryTree({ 'b/x': '', 'B/x': '', 'a-b': '', 'a/z': '', ä: '', z: '', '.hidden': '' });
    expect([...walkTree(tree.path)].map(({ path }) => path)).toEqual([
      ...['.hidden', 'B', 'B/x', 'a', 'a/z', 'a-b', 'b', 'b/x', 'z', 'ä'],
    ]);
  });

  test('tells kinds apart and does not follow links', () => {
    using tree = temporaryTree({ 'dir/file': '' });
    symlinkSync('dir', join(tree.path, 'link'));
    symlinkSync('nowhere', join(tree.path, 'dangling'));
    expect([...walkTree(tree.path)].map(({ path, kind }) => `${path} ${kind}`)).toEqual([
      ...['dangling symlink', 'dir directory', 'dir/file file', 'link symlink'],
    ]);
  });
});

describe('removing a tree', () => {
  test('removes links but not what they point to', () => {
    using tree = temporaryTree({ 'kept/file': 'text', 'gone/file': '' });
    symlinkSync('../kept', join(tree.path, 'gone/link'));
    removeTree(join(tree.path, 'gone'));
    expect([...walkTree(tree.path)].map(({ path }) => path)).toEqual(['kept', 'kept/file']);
  });

  test('is done when there is none', () => {
    using tree = temporaryTree();
    expect(() => removeTree(join(tree.path, 'nothing'))).not.toThrow();
  });

  test('also removes directories that refuse to be read or written, without privileges', () => {
    using tree = temporaryTree({ 'tree/a/b/file': '', 'tree/a/c/file': '' });
    asOrdinaryUser(tree.path, () => {
      for (const dir of ['a/b', 'a/c', 'a', '.']) chmodSync(join(tree.path, 'tree', dir), dir === 'a/c' ? 0 : 0o555);
      removeTree(join(tree.path, 'tree'));
    });
    expect(existsSync(join(tree.path, 'tree'))).toBe(false);
  });

  test('makes way for a new and empty directory', () => {
    using tree = temporaryTree({ 'dir/old': '' });
    expect(readdirSync(emptyDir(join(tree.path, 'dir')))).toEqual([]);
    expect(readdirSync(emptyDir(join(tree.path, 'x/y')))).toEqual([]);
  });
});

describe('a linked tree', () => {
  test('shares its files and has directories and links of its own', () => {
    using tree = temporaryTree({ 'from/dir/file': 'text', 'from/tool': '' });
    const [from, to] = [join(tree.path, 'from'), join(tree.path, 'to')];
    chmodSync(join(from, 'tool'), 0o555);
    symlinkSync('../nowhere', join(from, 'dir/link'));
    mkdirSync(join(from, 'empty'));
    linkTree(from, to);
    expect([...walkTree(to)]).toEqual([...walkTree(from)]);
    expect(statSync(join(to, 'dir/file')).ino).toBe(statSync(join(from, 'dir/file')).ino);
    expect(statSync(join(to, 'tool')).mode & 0o777).toBe(0o555);
    expect(readlinkSync(join(to, 'dir/link'))).toBe('../nowhere');
    writeFileSync(join(to, 'dir/new'), '');
    expect(existsSync(join(from, 'dir/new'))).toBe(false);
  });

  test('does not write over what is there', () => {
    using tree = temporaryTree({ 'from/file': 'new', 'to/file': 'old' });
    expect(() => linkTree(join(tree.path, 'from'), join(tree.path, 'to'))).toThrow(/EEXIST/);
    expect(readFileSync(join(tree.path, 'to/file'), 'utf8')).toBe('old');
  });
});

describe('reading what may not be there', () => {
  test('gives the text, or undefined for nothing, also below a file', () => {
    using tree = temporaryTree({ file: 'text', empty: '' });
    const names = ['file', 'empty', 'nothing', 'file/below'];
    expect(names.map((name) => readIfPresent(join(tree.path, name)))).toEqual(['text', '', undefined, undefined]);
  });

  test('does not take any other trouble for absence', () => {
    using tree = temporaryTree();
    expect(() => readIfPresent(tree.path)).toThrow(/EISDIR/);
  });
});

test('a system error is known by its code, and nothing else is one', () => {
  const error = Object.assign(new Error('no'), { code: 'ENOENT' });
  expect([isErrno(error, 'EPERM', 'ENOENT'), isErrno(error, 'EPERM'), isErrno({ code: 'ENOENT' }, 'ENOENT')]).toEqual([
    ...[true, false, false],
  ]);
});

/** Root may do anything: for this test it gives the tree away and steps down. */
function asOrdinaryUser(path: string, act: () => void): void {
  const { geteuid, seteuid } = process;
  if (geteuid?.() !== 0 || seteuid === undefined) {
    act();
    return;
  }
  const nobody = 65_534;
  for (const entry of [{ path: '' }, ...walkTree(path)]) chownSync(join(path, entry.path), nobody, nobody);
  seteuid(nobody);
  try {
    act();
  } finally {
    seteuid(0);
  }
  expect(lstatSync(path).uid).toBe(nobody);
}
