import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { Digest } from '../../../src/base/digest.ts';
import { removeTree } from '../../../src/base/files.ts';
import { takeLock } from '../../../src/base/lock.ts';
import { collect } from '../../../src/store/collect.ts';
import type { Store } from '../../../src/store/store.ts';
import { allFiles, commit, found, keyFor, temporaryStore } from '../../support/store.ts';

const gc = (dir: string, maxSize?: number, dryRun = false) => collect(dir, { maxSize, dryRun });

/** Commits packages that were last used in this order. */
async function stored(to: Store, archive: (output: Digest) => string, names: readonly string[]) {
  const outputs: Digest[] = [];
  for (const [at, name] of names.entries()) {
    const { output } = await commit(to, { name: name.repeat(2000) }, { package: name });
    const time = new Date(2020, 1, 1 + at);
    utimesSync(archive(output), time, time);
    outputs.push(output);
  }
  // Nothing of this process is in use any more.
  to.close();
  return outputs;
}

/** Another process that holds a package's result until its input ends. */
async function holder(dir: string, name: string) {
  const module = (path: string) => JSON.stringify(pathToFileURL(join(import.meta.dirname, '../../..', path)).href);
  const program = `const { openStore } = await import(${module('src/store/store.ts')});
    const store = openStore(${JSON.stringify(dir)});
    store.startHolding();
    console.log(store.find(${JSON.stringify(keyFor(name))}, () => undefined)?.output);
    process.stdin.resume();`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [text] = (await once(child.stdout, 'data')) as [Buffer];
  return { output: text.toString().trim(), child, ended: once(child, 'exit') };
}

describe('gc without a limit', () => {
  test('keeps every result that can be found', async () => {
    using given = temporaryStore();
    await stored(given.store, given.archive, ['a', 'b']);
    expect(gc(given.dir)).toMatchObject({ outputs: [], others: 0, freed: 0, held: 0 });
    expect(found(given.store, 'a')).toBeDefined();
    expect(found(given.store, 'b')).toBeDefined();
  });

  test('removes outputs that no entry names, and entries whose output is gone or that nobody can read', async () => {
    using given = temporaryStore();
    const [a = '' as Digest, b = '' as Digest] = await stored(given.store, given.archive, ['a', 'b', 'c']);
    const entry = (name: string) => join(given.dir, 'ac', keyFor(name).slice(0, 2), keyFor(name));
    writeFileSync(entry('a'), '[{"package":"a"}]');
    removeTree(given.archive(b));
    const { outputs, others, freed } = gc(given.dir);
    expect(outputs.map(({ name }) => name)).toEqual(Array(2).fill('a tree that no result names'));
    expect(others).toBe(2);
    expect(freed).toBeGreaterThan(4000);
    expect([given.archive(a), given.tree(a), given.tree(b), entry('a'), entry('b')].filter(existsSync)).toEqual([]);
    expect(found(given.store, 'c')).toBeDefined();
  });

  test('leaves no empty directories where results were', async () => {
    using given = temporaryStore();
    await stored(given.store, given.archive, ['a', 'b']);
    gc(given.dir, 0);
    for (const part of ['ac', 'cas', 'tree']) expect(readdirSync(join(given.dir, part)), part).toEqual([]);
    expect(found(given.store, 'a')).toBeUndefined();
    await stored(given.store, given.archive, ['a']);
    expect(found(given.store, 'a')).toBeDefined();
  });

  test('counts no caches against the limit, which cannot be removed while they are in use', async () => {
    using given = temporaryStore();
    await stored(given.store, given.archive, ['a']);
    mkdirSync(join(given.dir, 'engine'));
    writeFileSync(join(given.dir, 'engine', 'bundle'), 'x'.repeat(200_000));
    expect(gc(given.dir, 100_000)).toMatchObject({ outputs: [], freed: 0 });
    const { caches, left } = gc(given.dir, 0);
    expect(caches).toBeGreaterThanOrEqual(200_000);
    expect(left - caches).toBeLessThan(100_000);
    expect(found(given.store, 'a')).toBeUndefined();
  });

  test('removes results whose index has lost them', async () => {
    using given = temporaryStore();
    const reads = [{ kind: 'text', name: 'x', value: '1' }];
    const { output } = await commit(given.store, { a: '' }, { reads });
    await commit(given.store, { b: '' });
    given.store.close();
    const index = join(given.dir, 'ac', keyFor('zlib').slice(0, 2), keyFor('zlib'));
    removeTree(index);
    await commit(given.store, { b: '' });
    given.store.close();
    expect(gc(given.dir).outputs).toHaveLength(1);
    expect(existsSync(given.tree(output))).toBe(false);
    expect(allFiles(join(given.dir, 'ac'))).toHaveLength(1);
  });

  test('removes bundles and caches that were not used for a month, and locks of killed builds', async () => {
    using given = temporaryStore();
    const recipes = join(given.dir, 'recipes');
    given.write({
      'store/recipes/old/recipes.mjs': 'x',
      'store/recipes/old.json': JSON.stringify({ bundle: { path: join(recipes, 'old/recipes.mjs') } }),
      'store/recipes/new/recipes.mjs': 'x',
      'store/recipes/new.json': JSON.stringify({ bundle: { path: join(recipes, 'new/recipes.mjs') } }),
      'store/apt/index': '',
      'store/updates/page': '',
      [`store/lock/${keyFor('a')}`]: '1 /gone\n',
    });
    const old = new Date(Date.now() - 32 * 24 * 3600 * 1000);
    for (const path of ['recipes/old', 'updates/page', 'updates']) utimesSync(join(given.dir, path), old, old);
    const lock = takeLock(join(given.dir, 'lock', keyFor('b')), 'b');
    expect(gc(given.dir).others).toBe(3);
    lock.release();
    expect(readdirSync(recipes).sort()).toEqual(['new', 'new.json']);
    expect(existsSync(join(given.dir, 'apt'))).toBe(true);
    expect(existsSync(join(given.dir, 'updates'))).toBe(false);
    expect(readdirSync(join(given.dir, 'lock')).filter((name) => name.length === 64)).toEqual([keyFor('b')]);
  });

  test('leaves a linked cache to its owner', () => {
    using given = temporaryStore();
    given.write({ 'elsewhere/bundle/cli.js': '' });
    const old = new Date(2020, 1, 1);
    utimesSync(join(given.path, 'elsewhere/bundle'), old, old);
    symlinkSync(join(given.path, 'elsewhere'), join(given.dir, 'engine'));
    gc(given.dir);
    expect(existsSync(join(given.path, 'elsewhere/bundle/cli.js'))).toBe(true);
  });
});

describe('gc with a limit', () => {
  test('removes what was not used for longest until the store is small enough', async () => {
    using given = temporaryStore();
    await stored(given.store, given.archive, ['a', 'b', 'c', 'd']);
    const { left } = gc(given.dir);
    const { outputs, left: rest } = gc(given.dir, left - 1);
    expect(outputs.map(({ name }) => name)).toEqual(['a 1.2']);
    expect(rest).toBeLessThan(left);
    expect(['a', 'b', 'c', 'd'].filter((name) => found(given.store, name))).toEqual(['b', 'c', 'd']);
  });

  test('counts a find that holds as a use', async () => {
    using given = temporaryStore();
    await stored(given.store, given.archive, ['a', 'b', 'c']);
    given.store.startHolding();
    found(given.store, 'a');
    given.store.close();
    expect(gc(given.dir, gc(given.dir).left - 1).outputs.map(({ name }) => name)).toEqual(['b 1.2']);
  });

  test('only says what it would remove when that is asked', async () => {
    using given = temporaryStore();
    await stored(given.store, given.archive, ['a', 'b']);
    const kept = () => allFiles(given.dir).filter((path) => !path.startsWith('lock/'));
    const before = kept();
    expect(gc(given.dir, 0, true).outputs.map(({ name }) => name)).toEqual(['a 1.2', 'b 1.2']);
    expect(kept()).toEqual(before);
  });

  test('keeps what another process holds, and takes it when that has ended', async () => {
    using given = temporaryStore();
    await stored(given.store, given.archive, ['a', 'b']);
    const { output, child, ended } = await holder(given.dir, 'a');
    const { outputs, held, left } = gc(given.dir, 0);
    expect(outputs.map(({ name }) => name)).toEqual(['b 1.2']);
    expect(held).toBeGreaterThan(0);
    expect(left).toBeGreaterThanOrEqual(held);
    expect(found(given.store, 'a')?.output).toBe(output);
    child.kill('SIGKILL');
    await ended;
    expect(gc(given.dir, 0).outputs.map(({ name }) => name)).toEqual(['a 1.2']);
    expect(allFiles(join(given.dir, 'tree'))).toEqual([]);
    expect(readdirSync(join(given.dir, 'work'))).toEqual([]);
  });

  test('is refused while another gc runs', async () => {
    using given = temporaryStore();
    const lock = takeLock(join(given.dir, 'lock/keeper'), 'the store');
    expect(() => gc(given.dir)).toThrow(/is in use by another mk/);
    lock.release();
  });
});
