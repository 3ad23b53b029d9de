import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { capture } from '../../../src/base/command.ts';
import { digestOf, digestOfFile } from '../../../src/base/digest.ts';
import { walkTree } from '../../../src/base/files.ts';
import { openStore, type Read, type Result, type Store } from '../../../src/store/store.ts';
import { type Files, temporaryTree } from '../../support/tree.ts';

/** A new store in a directory that is gone at the end of the scope. */
function store() {
  const tree = temporaryTree();
  return { ...tree, dir: join(tree.path, 'store'), store: openStore(join(tree.path, 'store')) };
}

const key = digestOf('key');
const always = () => true;
const making = { package: 'zlib', version: '1.2', permissions: {}, license: 'Zlib', whenLinked: false, seconds: 3 };

/** Commits a tree of these files as a build would leave it. */
async function commit(to: Store, files: Files, more: Partial<Result> = {}): Promise<Result> {
  const deployDir = join(to.workDir('build'), 'deploy');
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(deployDir, path, '..'), { recursive: true });
    writeFileSync(join(deployDir, path), text);
  }
  mkdirSync(deployDir, { recursive: true });
  return to.commit(more.package === undefined ? key : digestOf(more.package), deployDir, {
    ...{ ...making, reads: [], sandboxed: true },
    ...more,
  });
}

const allFiles = (dir: string): string[] =>
  [...walkTree(dir)].filter(({ kind }) => kind !== 'directory').map(({ path }) => path);

describe('a result', () => {
  test('is found under its key with everything that was told of it, also by another process', async () => {
    using given = store();
    const permissions = { 'bin/su': { mode: 0o4755, owner: 'root:wheel' } };
    const result = await commit(given.store, { 'lib/a': 'text' }, { permissions, version: undefined });
    const { version: _, ...stored } = { ...making, ...{ permissions, reads: [], sandboxed: true } };
    expect(result).toEqual({ ...stored, version: undefined, output: result.output, size: 2560 });
    expect(openStore(given.dir).find(key, always)).toEqual({ ...stored, output: result.output, size: 2560 });
  });

  test('is not found under another key', async () => {
    using given = store();
    await commit(given.store, { a: '' });
    expect(given.store.find(digestOf('other'), always)).toBeUndefined();
    expect(given.store.results(digestOf('other'))).toEqual([]);
  });

  test('counts only while everything that was read is answered the same', async () => {
    using given = store();
    const reads: Read[] = [
      { kind: 'text', name: 'hostname', value: 'box' },
      { kind: 'has', name: 'hosts' },
    ];
    await commit(given.store, { a: '' }, { reads });
    const asked: Read[] = [];
    const isCurrent = (read: Read) => asked.push(read) > 0;
    expect(given.store.find(key, isCurrent)).toMatchObject({ reads });
    expect(asked).toEqual([
      { kind: 'text', name: 'hostname', value: 'box' },
      { kind: 'has', name: 'hosts' },
    ]);
    expect(given.store.find(key, ({ kind }) => kind !== 'has')).toBeUndefined();
  });

  test('stays when one with other reads comes, and the newest that fits is found', async () => {
    using given = store();
    const named = (value: string) => ({ reads: [{ kind: 'text', name: 'hostname', value }] });
    const [one, two] = [
      await commit(given.store, { a: '1' }, named('one')),
      await commit(given.store, { a: '2' }, named('two')),
    ];
    expect(given.store.results(key).map(({ output }) => output)).toEqual([two.output, one.output]);
    expect(given.store.find(key, ({ value }) => value === 'one')?.output).toBe(one.output);
    expect(given.store.find(key, always)?.output).toBe(two.output);
  });

  test('gives way to a newer one with the same reads', async () => {
    using given = store();
    await commit(given.store, { a: '1' });
    const newer = await commit(given.store, { a: '2' });
    expect(given.store.results(key)).toMatchObject([{ output: newer.output }]);
  });

  test('is kept among the 16 newest of its key', async () => {
    using given = store();
    for (let at = 0; at < 18; at++) {
      await commit(given.store, { a: '' }, { reads: [{ kind: 'text', name: 'x', value: `${at}` }] });
    }
    expect(given.store.results(key).map(({ reads }) => reads[0]?.value)).toEqual(
      Array.from({ length: 16 }, (_, at) => `${17 - at}`),
    );
  });

  test('whose tree is gone is none', async () => {
    using given = store();
    const { output } = await commit(given.store, { a: '' });
    given.write({ 'store/x': '' });
    await capture(['rm', '-rf', given.store.tree(output)]);
    expect(given.store.find(key, always)).toBeUndefined();
  });

  test.each(['', '[', '{}', 'null', '17', '"text"', '[{"package":"zlib"', '[null]', '[{"reads":[]}]'])(
    'whose entry was damaged to %j is none, and is replaced by the next build',
    async (damage) => {
      using given = store();
      await commit(given.store, { a: '' });
      const [entry = ''] = allFiles(join(given.dir, 'ac'));
      writeFileSync(join(given.dir, 'ac', entry), damage);
      expect(given.store.find(key, always)).toBeUndefined();
      await commit(given.store, { a: '' });
      expect(given.store.find(key, always)).toMatchObject({ package: 'zlib' });
    },
  );
});

describe('a tree', () => {
  test('belongs to the store, which nobody can write to by mistake', async () => {
    using given = store();
    const deployDir = given.store.workDir('build');
    mkdirSync(join(deployDir, 'bin'));
    writeFileSync(join(deployDir, 'bin/tool'), 'x', { mode: 0o700 });
    writeFileSync(join(deployDir, 'bin/data'), 'x', { mode: 0o666 });
    symlinkSync('tool', join(deployDir, 'bin/link'));
    const { output } = await given.store.commit(key, deployDir, { ...making, reads: [], sandboxed: true });
    const tree = given.store.tree(output);
    expect(existsSync(deployDir)).toBe(false);
    const modes = ['bin/tool', 'bin/data'].map((path) => (statSync(join(tree, path)).mode & 0o777).toString(8));
    expect(modes).toEqual(['555', '444']);
    expect([...walkTree(tree)].map(({ path }) => path)).toEqual(['bin', 'bin/data', 'bin/link', 'bin/tool']);
  });

  test('has one time, that of its archive', async () => {
    using given = store();
    const { output } = await commit(given.store, { 'bin/tool': 'x' });
    const times = [...walkTree(given.store.tree(output))].map(
      ({ path }) => statSync(join(given.store.tree(output), path)).mtime,
    );
    expect(times.map((time) => time.toISOString())).toEqual(times.map(() => '1980-01-01T00:00:00.000Z'));
  });

  test('has the digest of its archive as its name, which lies beside it', async () => {
    using given = store();
    const { output, size } = await commit(given.store, { 'bin/tool': 'x' });
    const archive = join(given.dir, 'cas', output.slice(0, 2), output);
    expect(digestOfFile(archive)).toBe(output);
    expect(readFileSync(archive)).toHaveLength(size);
    expect((await capture(['tar', '-tf', archive])).stdout).toBe('bin\nbin/tool\n');
  });

  test('of the same content is kept once, whoever made it', async () => {
    using given = store();
    const [one, two] = [
      await commit(given.store, { a: 'x' }),
      await commit(given.store, { a: 'x' }, { package: 'other' }),
    ];
    expect(two.output).toBe(one.output);
    expect(allFiles(join(given.dir, 'tree'))).toHaveLength(1);
    expect(allFiles(join(given.dir, 'cas'))).toHaveLength(1);
    expect(given.store.find(digestOf('other'), always)).toMatchObject({ package: 'other' });
  });

  test('that two builds commit at once is kept once', async () => {
    using given = store();
    const dirs = ['one', 'two', 'three'].map((name) => given.store.workDir(name));
    for (const dir of dirs) writeFileSync(join(dir, 'file'), 'same');
    const results = dirs.map((dir, at) =>
      given.store.commit(digestOf(`key ${at}`), dir, { ...making, reads: [], sandboxed: true }),
    );
    expect(new Set((await Promise.all(results)).map(({ output }) => output)).size).toBe(1);
    expect(allFiles(join(given.dir, 'tree'))).toHaveLength(1);
  });

  test('may be empty', async () => {
    using given = store();
    const { output } = await commit(given.store, {});
    expect(readdirSync(given.store.tree(output))).toEqual([]);
    expect(given.store.find(key, always)?.output).toBe(output);
  });

  test('that cannot be archived leaves no result', async () => {
    using given = store();
    const deployDir = given.store.workDir('build');
    await capture(['mkfifo', join(deployDir, 'pipe')]);
    await expect(given.store.commit(key, deployDir, { ...making, reads: [], sandboxed: true })).rejects.toThrow(/pipe/);
    expect(given.store.results(key)).toEqual([]);
    expect(allFiles(join(given.dir, 'cas'))).toEqual([]);
  });
});

describe('opening a store', () => {
  test('removes what dead processes left, and nothing of a living one', () => {
    using given = store();
    const dead = 4_194_304 + 1;
    given.write({ [`store/work/${dead}/x/file`]: '', [`store/work/archive.${dead}-a1.tmp`]: '', 'store/work/odd': '' });
    given.write({ [`store/work/1/file`]: '', [`store/work/archive.${process.pid}-b2.tmp`]: '' });
    chmodSync(join(given.dir, 'work', `${dead}`, 'x'), 0o555);
    const mine = given.store.workDir('mine');
    openStore(given.dir);
    expect(readdirSync(join(given.dir, 'work')).sort()).toEqual(
      ['1', `${process.pid}`, `archive.${process.pid}-b2.tmp`].sort(),
    );
    expect(existsSync(mine)).toBe(true);
  });

  test('finds no unfinished commit: what is there is whole', async () => {
    using given = store();
    await commit(given.store, { a: 'x' });
    expect(allFiles(given.dir).filter((path) => path.includes('tmp'))).toEqual([]);
  });
});

test('a work directory is new and empty each time', () => {
  using given = store();
  const dir = given.store.workDir('gcc');
  writeFileSync(join(dir, 'file'), '');
  expect(readdirSync(given.store.workDir('gcc'))).toEqual([]);
  expect(given.store.workDir('zlib')).not.toBe(dir);
});
