import {
  chmodSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { digestOfFile } from '../../../src/base/digest.ts';
import { removeTree } from '../../../src/base/files.ts';
import { epochSeconds, treeEntries, writeTar } from '../../../src/base/tar.ts';
import { openStore, type Result } from '../../../src/store/store.ts';
import { looksUntouched } from '../../../src/store/tree.ts';
import { type Damage, verifyStore } from '../../../src/store/verify.ts';
import { allFiles, commit, found, keyFor, temporaryStore } from '../../support/store.ts';

type Given = ReturnType<typeof temporaryStore>;

const longName = `${'directory/'.repeat(14)}a file whose path is long and not ASCII é `;
const files = { 'bin/tool': 'tool', 'lib/a': 'x'.repeat(300_000), 'lib/b': '', [longName]: 'long' };
const links = { 'bin/link': `../lib/${'é'.repeat(60)}`, 'lib/far': `/${'far/'.repeat(40)}` };

/** Commits these files, and holds nothing. */
async function stored({ store }: Given): Promise<Result> {
  const result = await commit(store, files, {}, links);
  store.close();
  return result;
}

async function verified({ dir }: Given): Promise<{ outputs: number; damage: Damage[] }> {
  const damage: Damage[] = [];
  return { outputs: await verifyStore(dir, (each) => damage.push(each)), damage };
}

/** Archive and tree are what the result says, to the last time and mode. */
async function expectIntact(given: Given, { output }: Result): Promise<void> {
  expect(digestOfFile(given.archive(output))).toBe(output);
  expect(looksUntouched(given.tree(output))).toBe(true);
  const again = join(given.path, 'again.tar');
  expect((await writeTar(treeEntries(given.tree(output)), again)).digest).toBe(output);
  expect(await verified(given)).toEqual({ outputs: 1, damage: [] });
}

/** Writes to a file of a tree, as root can, and gives it back its time. */
function alter(path: string, act: (path: string) => void): void {
  chmodSync(path, 0o644);
  act(path);
  chmodSync(path, 0o444);
  utimesSync(path, epochSeconds, epochSeconds);
}

const flipBit = (path: string) => {
  const bytes = readFileSync(path);
  bytes[700] = (bytes[700] ?? 0) ^ 1;
  writeFileSync(path, bytes);
};

const treeDamage: Readonly<Record<string, readonly [act: (tree: string) => void, paths: string]>> = {
  'one bit of a file': [(tree) => alter(join(tree, 'lib/a'), flipBit), 'lib/a'],
  'a file cut short': [(tree) => alter(join(tree, 'lib/a'), (path) => truncateSync(path, 1000)), 'lib/a'],
  'a file that is empty': [(tree) => alter(join(tree, 'bin/tool'), (path) => truncateSync(path)), 'bin/tool'],
  'a file that was written to': [(tree) => writeFileSync(join(tree, 'lib/b'), 'more'), 'lib/b'],
  'a file that is gone': [(tree) => rmSync(join(tree, 'lib/b')), 'lib, lib/b'],
  'a file that is new': [(tree) => writeFileSync(join(tree, 'new'), ''), '., new'],
  'a file that is executable now': [(tree) => chmodSync(join(tree, 'lib/b'), 0o555), 'lib/b'],
  'a file that can be written': [(tree) => chmodSync(join(tree, 'lib/b'), 0o644), 'lib/b'],
  'a directory that others can write': [(tree) => chmodSync(join(tree, 'lib'), 0o777), 'lib'],
  'a directory that nobody can enter': [(tree) => chmodSync(join(tree, 'lib'), 0), 'lib'],
  'a directory that is gone': [(tree) => removeTree(join(tree, 'bin')), '., bin, bin/link and 1 more'],
  'a directory that is a file': [
    (tree) => {
      removeTree(join(tree, 'bin'));
      writeFileSync(join(tree, 'bin'), '');
    },
    '., bin, bin/link and 1 more',
  ],
  'a file that is a directory': [
    (tree) => {
      rmSync(join(tree, 'lib/b'));
      mkdirSync(join(tree, 'lib/b/c'), { recursive: true });
    },
    'lib, lib/b',
  ],
  'a link to another place': [
    (tree) => {
      rmSync(join(tree, 'bin/link'));
      symlinkSync('tool', join(tree, 'bin/link'));
    },
    'bin, bin/link',
  ],
  'another file in its place': [
    (tree) => {
      rmSync(join(tree, 'lib/b'));
      linkSync(join(tree, 'lib/a'), join(tree, 'lib/b'));
    },
    'lib, lib/b',
  ],
};

describe('verify', () => {
  test('finds nothing in an intact store, where trees need not be unpacked', async () => {
    using given = temporaryStore();
    const result = await stored(given);
    await expectIntact(given, result);
    removeTree(given.tree(result.output));
    expect(await verified(given)).toEqual({ outputs: 1, damage: [] });
  });

  test.each(Object.keys(treeDamage))('mends a tree with %s', async (name) => {
    using given = temporaryStore();
    const result = await stored(given);
    const [act, paths] = treeDamage[name] ?? [() => {}, ''];
    act(given.tree(result.output));
    const { damage } = await verified(given);
    expect(damage).toEqual([{ name: 'zlib 1.2', kind: 'result', what: `its tree (${paths})`, outcome: 'mended' }]);
    await expectIntact(given, result);
  });

  const archiveDamage: Readonly<Record<string, (archive: string, other: string) => void>> = {
    'one bit that is another': flipBit,
    'a part missing': (archive) => truncateSync(archive, 5000),
    'no content': (archive) => truncateSync(archive),
    'the content of another': (archive, other) => copyFileSync(other, archive),
  };

  test.each(Object.keys(archiveDamage))('writes an archive with %s again from its tree', async (name) => {
    using given = temporaryStore();
    const result = await stored(given);
    const other = join(given.path, 'other');
    await writeTar([], other);
    archiveDamage[name]?.(given.archive(result.output), other);
    expect(await verified(given)).toEqual({
      outputs: 1,
      damage: [{ name: 'zlib 1.2', kind: 'result', what: 'its archive', outcome: 'mended' }],
    });
    await expectIntact(given, result);
  });

  test('writes an archive that is gone again from its tree', async () => {
    using given = temporaryStore();
    const result = await stored(given);
    removeTree(given.archive(result.output));
    expect((await verified(given)).damage).toMatchObject([{ what: 'its archive, which is gone', outcome: 'mended' }]);
    await expectIntact(given, result);
  });

  test('mends trees and archives that were exchanged', async () => {
    using given = temporaryStore();
    const [one, two] = [await stored(given), await commit(given.store, { other: 'x' }, { package: 'other' })];
    given.store.close();
    const swap = (path: (output: Result['output']) => string) => {
      renameSync(path(one.output), join(given.path, 'swap'));
      renameSync(path(two.output), path(one.output));
      renameSync(join(given.path, 'swap'), path(two.output));
    };
    swap(given.tree);
    const { damage } = await verified(given);
    expect(damage.map(({ name, outcome }) => `${name} ${outcome}`).sort()).toEqual([
      'other 1.2 mended',
      'zlib 1.2 mended',
    ]);
    expect(readFileSync(join(given.tree(two.output), 'other'), 'utf8')).toBe('x');
    swap(given.archive);
    expect((await verified(given)).damage.map(({ outcome }) => outcome)).toEqual(['mended', 'mended']);
    expect((await verified(given)).damage).toEqual([]);
  });

  test('drops what is damaged in both forms, with its entries, and the next build makes it again', async () => {
    using given = temporaryStore();
    const result = await stored(given);
    await commit(given.store, { other: 'x' }, { package: 'other' });
    given.store.close();
    flipBit(given.archive(result.output));
    alter(join(given.tree(result.output), 'lib/a'), flipBit);
    expect((await verified(given)).damage).toEqual([
      { name: 'zlib 1.2', kind: 'result', what: 'its archive, and its tree', outcome: 'dropped' },
    ]);
    expect([given.archive(result.output), given.tree(result.output)].filter(existsSync)).toEqual([]);
    expect(allFiles(join(given.dir, 'ac'))).toHaveLength(1);
    expect(found(given.store)).toBeUndefined();
    expect(found(given.store, 'other')).toBeDefined();
    expect(await verified(given)).toEqual({ outputs: 1, damage: [] });
    expect((await stored(given)).output).toBe(result.output);
    expect(found(given.store)).toBeDefined();
  });

  test('leaves a tree to the build that holds it, and the next build of the same mends it', async () => {
    using given = temporaryStore();
    const result = await stored(given);
    const other = openStore(given.dir);
    other.startHolding();
    found(other);
    flipBit(given.archive(result.output));
    alter(join(given.tree(result.output), 'lib/a'), flipBit);
    expect((await verified(given)).damage).toMatchObject([{ outcome: 'dropped' }]);
    expect(existsSync(given.tree(result.output))).toBe(true);
    expect(found(given.store)).toBeUndefined();
    await stored(given);
    await expectIntact(given, result);
    other.close();
  });

  test('drops entries that cannot be read, and names them', async () => {
    using given = temporaryStore();
    await stored(given);
    const entry = join(given.dir, 'ac', keyFor('zlib').slice(0, 2), keyFor('zlib'));
    writeFileSync(entry, 'garbage');
    const { damage } = await verified(given);
    expect(damage).toEqual([{ name: entry, kind: 'entry', what: 'an entry that cannot be read', outcome: 'dropped' }]);
    expect(existsSync(entry)).toBe(false);
    expect((await verified(given)).damage).toEqual([]);
  });
});
