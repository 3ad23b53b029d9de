import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { capture } from '../../../src/base/command.ts';
import { digestOf, digestOfFile } from '../../../src/base/digest.ts';
import { removeTree, walkTree } from '../../../src/base/files.ts';
import { openStore, type Read } from '../../../src/store/store.ts';
import { allFiles, commit, found, keyFor, making, temporaryStore, today } from '../../support/store.ts';

const named = (value: string | undefined) => ({ reads: [{ kind: 'text', name: 'hostname', value }] });

describe('a result', () => {
  test('is found under its key with everything that was told of it, also by another process', async () => {
    using given = temporaryStore();
    const told = { permissions: { 'bin/su': { mode: 0o4755, owner: 'root:wheel' } }, version: undefined };
    const result = await commit(given.store, { 'lib/a': 'text' }, told);
    expect(result).toEqual({ ...making, ...told, output: result.output, size: 2560 });
    expect(found(openStore(given.dir))).toEqual(result);
  });

  test('is not found under another key', async () => {
    using given = temporaryStore();
    await commit(given.store, { a: '' });
    expect(found(given.store, 'other')).toBeUndefined();
    expect(given.store.results(keyFor('other'))).toEqual([]);
  });

  test('counts only while everything that was read is answered the same', async () => {
    using given = temporaryStore();
    const reads: Read[] = [
      { kind: 'text', name: 'hostname', value: 'box' },
      { kind: 'has', name: 'hosts' },
    ];
    await commit(given.store, { a: '' }, { reads });
    const asked: Read[] = [];
    const answer = (read: Read) => {
      asked.push(read);
      return today({ hostname: 'box' })(read);
    };
    expect(given.store.find(keyFor('zlib'), answer)).toMatchObject({ reads });
    // Sorted, and without the answers of then.
    expect(asked).toEqual([
      { kind: 'has', name: 'hosts' },
      { kind: 'text', name: 'hostname' },
    ]);
    expect(given.store.find(keyFor('zlib'), today({ hostname: 'box', hosts: '' }))).toBeUndefined();
    expect(given.store.find(keyFor('zlib'), today({ hostname: 'other' }))).toBeUndefined();
    expect(given.store.find(keyFor('zlib'), today())).toBeUndefined();
  });

  test('is found by what was read, in whatever order', async () => {
    using given = temporaryStore();
    const reads: Read[] = [
      { kind: 'text', name: 'b', value: '1' },
      { kind: 'text', name: 'a', value: '2' },
    ];
    const one = await commit(given.store, { a: '' }, { reads });
    await commit(given.store, { a: '2' }, { reads: reads.toReversed() });
    expect(given.store.find(keyFor('zlib'), today({ a: '2', b: '1' }))?.output).not.toBe(one.output);
    expect(given.store.results(keyFor('zlib'))).toHaveLength(1);
  });

  test('stays when others with other answers or other reads come', async () => {
    using given = temporaryStore();
    const one = await commit(given.store, { a: '1' }, named('one'));
    const two = await commit(given.store, { a: '2' }, named('two'));
    const none = await commit(given.store, { a: '3' }, named(undefined));
    const more = await commit(given.store, { a: '4' }, { reads: [...named('four').reads, { kind: 'has', name: 'x' }] });
    const outputs = ['one', 'two', 'four'].map(
      (hostname) => given.store.find(keyFor('zlib'), today({ hostname }))?.output,
    );
    expect(outputs).toEqual([one.output, two.output, more.output]);
    expect(found(given.store)?.output).toBe(none.output);
    expect(given.store.results(keyFor('zlib')).map(({ output }) => output)).toEqual(
      [more, none, two, one].map(({ output }) => output),
    );
  });

  test('of which several fit is the one whose reads were last stored', async () => {
    using given = temporaryStore();
    const one = await commit(given.store, { a: '1' });
    const two = await commit(given.store, { a: '2' }, named(undefined));
    expect(found(given.store)?.output).toBe(two.output);
    await commit(given.store, { a: '1' });
    expect(found(given.store)?.output).toBe(one.output);
  });

  test('gives way to a newer one with the same reads', async () => {
    using given = temporaryStore();
    await commit(given.store, { a: '1' });
    const newer = await commit(given.store, { a: '2' });
    expect(found(given.store)?.output).toBe(newer.output);
    expect(given.store.results(keyFor('zlib'))).toMatchObject([{ output: newer.output }]);
  });

  test('is found for each of many configurations, of which the last can be listed', async () => {
    using given = temporaryStore();
    for (let at = 0; at < 100; at++) await commit(given.store, { a: '' }, named(`${at}`));
    for (let at = 0; at < 100; at++)
      expect(given.store.find(keyFor('zlib'), today({ hostname: `${at}` }))).toMatchObject(named(`${at}`));
    const listed = given.store.results(keyFor('zlib')).map(({ reads }) => reads[0]?.value);
    expect(listed.slice(0, 2)).toEqual(['99', '98']);
  });

  test('whose archive is gone is none', async () => {
    using given = temporaryStore();
    const { output } = await commit(given.store, { a: '' });
    removeTree(given.archive(output));
    expect(found(given.store)).toBeUndefined();
  });

  const old = '[{"package":"zlib","output":"aa","size":1,"reads":[]}]\n';
  test.each(['', '[', 'null', '{"sum":""}', old, Buffer.from([18, 200, 1]), Buffer.from([42, 2, 123, 125])])(
    'whose entries were damaged to %j is none, and is replaced by the next build',
    async (damage) => {
      using given = temporaryStore();
      await commit(given.store, { a: '' }, named(undefined));
      const entries = allFiles(join(given.dir, 'ac'));
      expect(entries).toHaveLength(2);
      for (const entry of entries) {
        writeFileSync(join(given.dir, 'ac', entry), damage);
        expect(found(given.store)).toBeUndefined();
        expect(given.store.results(keyFor('zlib'))).toEqual([]);
        await commit(given.store, { a: '' }, named(undefined));
        expect(found(given.store)).toMatchObject({ package: 'zlib' });
      }
    },
  );

  test('is none when one bit of its entries is another, or they lie under the names of others', async () => {
    using given = temporaryStore();
    await commit(given.store, { a: '' }, named(undefined));
    const entries = allFiles(join(given.dir, 'ac')).map((path) => join(given.dir, 'ac', path));
    for (const entry of entries) {
      const bytes = readFileSync(entry);
      for (const at of [5, 20, 80, 100, bytes.length - 20]) {
        const damaged = Buffer.from(bytes);
        damaged[at] = (damaged[at] ?? 0) ^ 1;
        writeFileSync(entry, damaged);
        expect(found(given.store), `byte ${at}`).toBeUndefined();
      }
      writeFileSync(entry, bytes);
      expect(found(given.store)).toBeDefined();
    }
    const [one = '', two = ''] = entries;
    writeFileSync(one, readFileSync(two));
    expect(found(given.store)).toBeUndefined();
  });
});

describe('a tree', () => {
  test('belongs to the store, where nobody writes by mistake', async () => {
    using given = temporaryStore();
    const deployDir = given.store.workDir('build');
    mkdirSync(join(deployDir, 'bin'), { mode: 0o777 });
    writeFileSync(join(deployDir, 'bin/tool'), 'x', { mode: 0o700 });
    writeFileSync(join(deployDir, 'bin/data'), 'x', { mode: 0o666 });
    symlinkSync('tool', join(deployDir, 'bin/link'));
    const { output } = await given.store.commit(keyFor('zlib'), deployDir, making);
    const tree = given.store.tree(output);
    expect(existsSync(deployDir)).toBe(false);
    const modes = ['', 'bin', 'bin/tool', 'bin/data'].map((path) => statSync(join(tree, path)).mode & 0o7777);
    expect(modes.map((mode) => mode.toString(8))).toEqual(['755', '755', '555', '444']);
    expect([...walkTree(tree)].map(({ path }) => path)).toEqual(['bin', 'bin/data', 'bin/link', 'bin/tool']);
  });

  test('has one time, that of its archive', async () => {
    using given = temporaryStore();
    const { output } = await commit(given.store, { 'bin/tool': 'x' });
    const tree = given.store.tree(output);
    const times = ['', ...[...walkTree(tree)].map(({ path }) => path)].map((path) => statSync(join(tree, path)).mtime);
    expect(times.map((time) => time.toISOString())).toEqual(times.map(() => '1980-01-01T00:00:00.000Z'));
  });

  test('has the digest of its archive as its name, which lies beside it', async () => {
    using given = temporaryStore();
    const { output, size } = await commit(given.store, { 'bin/tool': 'x' });
    expect(digestOfFile(given.archive(output))).toBe(output);
    expect(readFileSync(given.archive(output))).toHaveLength(size);
    expect((await capture(['tar', '-tf', given.archive(output)])).stdout).toBe('bin\nbin/tool\n');
  });

  test('of the same content is kept once, whoever made it', async () => {
    using given = temporaryStore();
    const one = await commit(given.store, { a: 'x' });
    const two = await commit(given.store, { a: 'x' }, { package: 'other' });
    expect(two.output).toBe(one.output);
    expect(allFiles(join(given.dir, 'tree'))).toHaveLength(1);
    expect(allFiles(join(given.dir, 'cas'))).toHaveLength(1);
    expect(found(given.store, 'other')).toMatchObject({ package: 'other' });
  });

  test('that is committed again is as it should be, whatever happened to the one before', async () => {
    using given = temporaryStore();
    const { output } = await commit(given.store, { a: 'x', b: 'y' });
    removeTree(join(given.tree(output), 'a'));
    writeFileSync(given.archive(output), 'damaged');
    await commit(given.store, { a: 'x', b: 'y' });
    expect(digestOfFile(given.archive(output))).toBe(output);
    expect(readFileSync(join(given.tree(output), 'a'), 'utf8')).toBe('x');
  });

  test('that two builds commit at once is kept once', async () => {
    using given = temporaryStore();
    const dirs = ['one', 'two', 'three'].map((name) => given.store.workDir(name));
    for (const dir of dirs) writeFileSync(join(dir, 'file'), 'same');
    const results = dirs.map((dir, at) => given.store.commit(digestOf(`key ${at}`), dir, making));
    expect(new Set((await Promise.all(results)).map(({ output }) => output)).size).toBe(1);
    expect(allFiles(join(given.dir, 'tree'))).toHaveLength(1);
  });

  test('may be empty', async () => {
    using given = temporaryStore();
    const { output } = await commit(given.store, {});
    expect([...walkTree(given.store.tree(output))]).toEqual([]);
    expect(found(given.store)?.output).toBe(output);
  });

  test('that cannot be archived leaves no result', async () => {
    using given = temporaryStore();
    const deployDir = given.store.workDir('build');
    await capture(['mkfifo', join(deployDir, 'pipe')]);
    await expect(given.store.commit(keyFor('zlib'), deployDir, making)).rejects.toThrow(/pipe/);
    expect(given.store.results(keyFor('zlib'))).toEqual([]);
    expect(allFiles(join(given.dir, 'cas'))).toEqual([]);
  });
});
