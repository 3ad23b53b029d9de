import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bytesOf, onDisk } from '../../src/base/byte-name.ts';
import { copyTree } from '../../src/base/byte-tree.ts';
import { contentOfTree } from '../../src/base/tree-digest.ts';
import { mirror, tarball } from '../support/tarball.ts';
import { temporaryTree } from '../support/tree.ts';
import { ends, hasNamespaces, installs, type TestWorkspace, toy, workspace } from '../support/workspace.ts';

/** A path with a name in Latin-1 below a directory. */
const latin = (dir: string, name: string) => onDisk(`${bytesOf(dir)}/${name}`);

function oddFiles(dir: string): void {
  mkdirSync(latin(dir, 'd\xe9'), { recursive: true });
  writeFileSync(latin(dir, 'd\xe9/caf\xe9'), 'text');
  writeFileSync(join(dir, 'word'), 'one\n');
  symlinkSync(onDisk('d\xe9/caf\xe9'), latin(dir, 'link-\xe9'));
}

const listed = (dir: string) => readdirSync(Buffer.from(dir), { encoding: 'latin1' }).sort();

test('a tree with names in any encoding is copied and known by its content', async () => {
  using tree = temporaryTree({});
  const [one, two] = [join(tree.path, 'one'), join(tree.path, 'twö')];
  oddFiles(one);
  copyTree(one, two);
  expect(listed(two)).toEqual(['d\xe9', 'link-\xe9', 'word']);
  expect(readFileSync(latin(two, 'link-\xe9'), 'utf8')).toBe('text');
  const digest = async (dir: string) => (await contentOfTree(dir, '.git')).digest;
  expect(await digest(two)).toBe(await digest(one));
  rmSync(latin(two, 'd\xe9/caf\xe9'));
  writeFileSync(latin(two, 'd\xe9/caf\xe8'), 'text');
  expect(await digest(two)).not.toBe(await digest(one));
});

const word = installs('share/word', 'await ctx.read(`${ctx.sourceDir}/word`)');
const inSource = `inSource: true, ${installs('share/word', 'await ctx.read(`${ctx.buildDir}/word`)')}`;

async function withSource(fields: string) {
  const ws = await workspace({ 'product/box/ROOTFS': 'a\n' });
  const { fields: source } = tarball(ws, ['a', '1'], { word: 'tarball' });
  ws.write('pkg/a/build.ts', toy(`${source}, ${fields}`));
  const mine = join(ws.dir, 'mine');
  mkdirSync(mine);
  oddFiles(mine);
  return Object.assign(ws, { mine });
}

const build = (ws: TestWorkspace & { mine: string }, ...args: readonly string[]) =>
  ws.start(['toy', 'box', '--layer', ws.layer, '--source', `a=${ws.mine}`, ...args], { env: mirror(ws) }).ended;

test.each([
  ['where it is', word, 'auto'],
  ['as a copy for a recipe that builds inside of it', inSource, 'auto'],
  ['as a copy where there is no sandbox', word, 'off'],
])('a working directory with such names is used %s, and is unchanged afterwards', async (_how, fields, sandbox) => {
  await using ws = await withSource(fields);
  const built = await build(ws, `--sandbox=${sandbox}`);
  expect(built.status, built.stderr).toBe(0);
  expect(ws.built('deploy/a/share/word')).toBe('one\n');
  expect(ends(await build(ws, `--sandbox=${sandbox}`), 'built')).toEqual([]);
  writeFileSync(latin(ws.mine, 'd\xe9/caf\xe9'), 'other');
  expect(ends(await build(ws, `--sandbox=${sandbox}`), 'built')).toContain('a');
});

test.runIf(hasNamespaces)('what cannot be hidden from hooks is refused', async () => {
  await using ws = await withSource(word);
  mkdirSync(latin(ws.mine, 'd\xe9/.git'));
  const refused = await build(ws);
  expect(refused.status).toBe(2);
  expect(refused.stderr).toContain('cannot be hidden from the hooks');
});

test('a file of a recipe with such a name is refused, and named', async () => {
  await using ws = await withSource(word);
  writeFileSync(latin(join(ws.layer, 'pkg/a'), 'caf\xe9.patch'), '');
  const refused = await build(ws);
  expect(refused.status).toBe(2);
  expect(refused.stderr).toMatch(/pkg\/a\/caf.\.patch: its name is not in UTF-8/u);
});
