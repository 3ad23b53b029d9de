import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { removeTree } from '../../../src/base/files.ts';
import { openStore } from '../../../src/store/store.ts';
import { looksUntouched } from '../../../src/store/tree.ts';
import { allFiles, commit, found, temporaryStore } from '../../support/store.ts';
import { temporaryTree } from '../../support/tree.ts';

describe('opening a store', () => {
  test('removes what dead processes left, and nothing of a living one, whatever their numbers are', () => {
    using given = temporaryStore();
    given.write({ 'store/work/1-abcdef01/dir/x/file': '', 'store/work/1-abcdef01/held': '', 'store/work/odd': '' });
    chmodSync(join(given.dir, 'work/1-abcdef01/dir/x'), 0o555);
    const mine = given.store.workDir('mine');
    openStore(given.dir);
    expect(readdirSync(join(given.dir, 'work'))).toHaveLength(2);
    expect(existsSync(mine)).toBe(true);
    given.store.close();
    expect(readdirSync(join(given.dir, 'work'))).toEqual(['odd']);
  });

  test('refuses a directory that has anything else in it, and changes nothing there', () => {
    using home = temporaryTree({ 'letters/to-mum': 'dear', 'work/thesis/draft': 'words' });
    expect(() => openStore(home.path)).toThrow(
      expect.objectContaining({ code: 'usage', message: expect.stringContaining('other things in it (letters)') }),
    );
    expect(readdirSync(home.path).sort()).toEqual(['letters', 'work']);
    using odd = temporaryTree({ 'work/thesis/draft': 'words' });
    openStore(odd.path);
    expect(existsSync(join(odd.path, 'work/thesis/draft'))).toBe(true);
  });

  test('finds no unfinished commit: what is there is whole', async () => {
    using given = temporaryStore();
    await commit(given.store, { a: 'x' });
    given.store.close();
    expect(allFiles(given.dir).filter((path) => /tmp|work|archive-/.test(path))).toEqual([]);
  });

  test('after the machine was started again removes the trees of the time before, which come back when needed', async () => {
    using given = temporaryStore();
    const before = openStore(given.dir, 'boot 1');
    const [one, two] = [await commit(before, { a: 'x' }), await commit(before, { b: 'y' }, { package: 'other' })];
    before.close();
    // What a power cut may leave.
    chmodSync(join(given.tree(one.output), 'a'), 0o644);
    truncateSync(join(given.tree(one.output), 'a'));

    const after = openStore(given.dir, 'boot 2');
    expect([one, two].map(({ output }) => existsSync(given.tree(output)))).toEqual([false, false]);
    after.startHolding();
    expect(found(after)?.output).toBe(one.output);
    expect(readFileSync(join(given.tree(one.output), 'a'), 'utf8')).toBe('x');
    expect(looksUntouched(given.tree(one.output))).toBe(true);
    after.close();

    openStore(given.dir, 'boot 2');
    expect(existsSync(given.tree(one.output))).toBe(true);
    openStore(given.dir, 'boot 3');
    expect(existsSync(given.tree(one.output))).toBe(false);
  });

  test('keeps the trees where the machine does not say when it was started: they are synced', async () => {
    using given = temporaryStore();
    const store = openStore(given.dir, '');
    const { output } = await commit(store, { a: 'x' });
    openStore(given.dir, '');
    expect(existsSync(given.tree(output))).toBe(true);
    expect(existsSync(join(given.dir, 'journal'))).toBe(false);
  });
});

describe('a store that holds', () => {
  test('unpacks a tree that is not there', async () => {
    using given = temporaryStore();
    const { output } = await commit(given.store, { 'bin/tool': 'x', 'lib/a': 'y' }, {}, { 'bin/link': 'tool' });
    removeTree(given.tree(output));
    expect(found(given.store)?.output).toBe(output);
    expect(existsSync(given.tree(output))).toBe(false);
    given.store.startHolding();
    expect(found(given.store)?.output).toBe(output);
    expect(allFiles(given.tree(output))).toEqual(['bin/link', 'bin/tool', 'lib/a']);
    expect(looksUntouched(given.tree(output))).toBe(true);
  });

  test('finds no result whose tree is gone and whose archive is damaged', async () => {
    using given = temporaryStore();
    const { output } = await commit(given.store, { a: 'x' });
    removeTree(given.tree(output));
    truncateSync(given.archive(output), 600);
    given.store.startHolding();
    expect(found(given.store)).toBeUndefined();
    expect(existsSync(given.tree(output))).toBe(false);
  });

  test('lets go at its end', async () => {
    using given = temporaryStore();
    const { output } = await commit(given.store, { a: 'x' });
    given.store.startHolding();
    given.store.close();
    removeTree(given.tree(output));
    expect(found(given.store)?.output).toBe(output);
    expect(existsSync(given.tree(output))).toBe(false);
  });
});

describe('a review of a tree', () => {
  test('finds it untouched, restored or lost', async () => {
    using given = temporaryStore();
    const { output } = await commit(given.store, { a: 'x', b: 'y' });
    const review = () => openStore(given.dir).review(output);
    const file = join(given.tree(output), 'a');
    expect(review()).toBe('untouched');
    writeFileSync(file, 'z');
    expect(review()).toBe('restored');
    expect(readFileSync(file, 'utf8')).toBe('x');
    rmSync(file);
    expect(review()).toBe('restored');
    removeTree(given.tree(output));
    expect(review()).toBe('restored');
    writeFileSync(file, 'z');
    truncateSync(given.archive(output), 600);
    expect(review()).toBe('lost');
  });

  test('is made once by each process', async () => {
    using given = temporaryStore();
    const { output } = await commit(given.store, { a: 'x' });
    const store = openStore(given.dir);
    expect(store.review(output)).toBe('untouched');
    writeFileSync(join(given.tree(output), 'a'), 'z');
    expect(store.review(output)).toBe('untouched');
  });
});

test('a work directory is new and empty each time', () => {
  using given = temporaryStore();
  const dir = given.store.workDir('gcc');
  writeFileSync(join(dir, 'file'), '');
  expect(readdirSync(given.store.workDir('gcc'))).toEqual([]);
  expect(given.store.workDir('zlib')).not.toBe(dir);
});
