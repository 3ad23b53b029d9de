import { chmodSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { mirror, tarball } from '../support/tarball.ts';
import { ends, hasNamespaces, installs, type TestWorkspace, toy, workspace } from '../support/workspace.ts';

const levels = ['off', ...(hasNamespaces ? ['require'] : [])].map((level) => `--sandbox=${level}`);

const build = (ws: TestWorkspace, ...more: readonly string[]) =>
  ws.start(['toy', 'box', '--layer', ws.layer, ...more], { env: mirror(ws) }).ended;

const showsWord = installs('share/word', 'await ctx.read(`${ctx.sourceDir}/word`)');

/** A package with a patched source, one that uses that source too, and a working directory `../work` of it. */
async function patched(fields = showsWord): Promise<TestWorkspace> {
  const ws = await workspace({
    'product/box/ROOTFS': 'a\nuser\n',
    'pkg/a/0001-word.patch': '--- a/word\n+++ b/word\n@@ -1 +1 @@\n-one\n+two\n',
    'pkg/user/build.ts': toy(
      `sourceOf: 'a', ${installs('share/word', '`${ctx.version} ${await ctx.read(`${ctx.sourceDir}/word`)}`')}`,
    ),
  });
  ws.write('pkg/a/build.ts', toy(`${tarball(ws, ['a', '1'], { word: 'one\n' }).fields}, ${fields}`));
  work(ws, { word: 'mine\n' });
  return ws;
}

/** Writes into the working directory. */
function work(ws: TestWorkspace, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    const full = join(ws.here, '../work', path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, text);
  }
}

test.for(levels)(
  'with %s a package and all that use its source are built from a working directory, as it is',
  async (level) => {
    await using ws = await patched();
    const words = [level, '--source', 'a=../work'];
    const run = await build(ws, ...words);
    expect(run.status, run.stderr).toBe(0);
    expect([ws.built('deploy/a/share/word'), ws.built('deploy/user/share/word')]).toEqual(['mine\n', '1 mine\n']);
    // Nothing is fetched, unpacked or prepared, and nothing is left.
    const activities = run.events.flatMap((each) => (each.event === 'activity' ? [each.activity] : []));
    expect(activities.filter((each) => ['fetch', 'unpack', 'prepare'].includes(each))).toEqual([]);
    expect(activities).toContain('build');
    expect(readdirSync(join(ws.here, 'download'))).toEqual([]);
    expect(existsSync(join(ws.here, 'src')) ? readdirSync(join(ws.here, 'src')) : []).toEqual([]);
    expect(ends(await build(ws, ...words), 'built')).toEqual([]);
  },
);

test("the content of the working directory is what counts; afterwards the distfiles' result is there again", async () => {
  await using ws = await patched();
  const first = await build(ws, '--source', 'a=../work', '-n');
  expect(first.stdout).toMatch(/^build +a +never built here; built from \.\.\/work$/m);
  await build(ws);
  expect((await build(ws, '--source', 'a=../work', '-n')).stdout).toMatch(/^build +a +built from \.\.\/work$/m);
  expect(ends(await build(ws, '--source', 'a=../work'), 'built').sort()).toEqual(['a', 'release', 'user']);
  work(ws, { '.git/HEAD': 'ref: refs/heads/topic' });
  expect(ends(await build(ws, '--source', `a=${join(ws.here, '../work')}`), 'built')).toEqual([]);
  work(ws, { word: 'changed\n' });
  const plan = await build(ws, '--source', 'a=../work', '-n');
  expect(plan.stdout).toMatch(/^build +a +its working directory changed$/m);
  await build(ws, '--source', 'a=../work');
  expect(ws.built('deploy/a/share/word')).toBe('changed\n');
  const back = await build(ws);
  expect(ends(back, 'built')).toEqual([]);
  expect(ws.built('deploy/a/share/word')).toBe('two\n');
});

test('a working directory of many files is read by threads, with the same result', async () => {
  await using ws = await patched();
  work(ws, Object.fromEntries(Array.from({ length: 600 }, (_, at) => [`${at % 7}/${at}`, `${at}`])));
  expect((await build(ws, '--source', 'a=../work')).status).toBe(0);
  work(ws, { '3/3': 'x' });
  expect(ends(await build(ws, '--source', 'a=../work'), 'built').sort()).toEqual(['a', 'user']);
});

test.skipIf(!hasNamespaces)('hooks can neither change a working directory nor see what git keeps there', async () => {
  await using ws = await patched(
    `programs: ['ls'], async build({ run, sourceDir, write }) {
      await run.with({ stdout: 'git' })\`ls -A \${sourceDir}/.git \${sourceDir}/sub/.git\`;
      await write(\`\${sourceDir}/word\`, 'changed'); },`,
  );
  work(ws, { '.git/HEAD': 'ref: refs/heads/topic', 'sub/.git': 'gitdir: ../.git/modules/sub' });
  const run = await build(ws, '--source', 'a=../work');
  expect(run.status).toBe(1);
  expect(run.stderr).toContain('error[system-refused]');
  expect(ws.built('build/a/git')).toBe('/mk/src/sub/.git\n\n/mk/src/.git:\n');
});

test.for(levels)(
  'with %s a recipe that builds inside its source leaves the working directory as it is',
  async (level) => {
    await using ws = await patched(`inSource: true, async build({ write }) { await write('word', 'built'); },
    async deploy({ install }) { await install('word', 'share/word'); }`);
    const run = await build(ws, level, '--source', 'a=../work');
    expect(run.status, run.stderr).toBe(0);
    expect(ws.built('deploy/a/share/word')).toBe('built');
    expect(ws.built('deploy/user/share/word')).toBe('1 mine\n');
  },
);

test.skipIf(!hasNamespaces)('what was built while the content changed is not kept', async () => {
  await using ws = await patched(
    `async build({ run, recipeDir }) { await run\`cat \${recipeDir}/gate\`; }, ${showsWord}`,
  );
  ws.fifo('pkg/a/gate');
  const words = ['toy', 'box', '--layer', ws.layer, '--source', 'a=../work'];
  const run = ws.start(words, { env: mirror(ws) });
  const gate = await run.gate('pkg/a/gate');
  work(ws, { word: 'changed\n' });
  await gate.close();
  const { status, stderr } = await run.ended;
  expect(status).toBe(1);
  expect(stderr).toContain('error[source-changed]: a: its working directory has changed since mk read it');
  work(ws, { word: 'mine\n' });
  const again = ws.start([...words, '-n'], { env: mirror(ws) });
  expect((await again.ended).stdout).toMatch(/^build +a /m);
});

test('links, executable files and empty directories of a working directory count', async () => {
  await using ws = await patched();
  const dir = join(ws.here, '../work');
  const built = async () => ends(await build(ws, '--source', 'a=../work'), 'built').sort();
  await built();
  const changes = [
    () => chmodSync(join(dir, 'word'), 0o755),
    () => symlinkSync('word', join(dir, 'link')),
    () => mkdirSync(join(dir, 'empty')),
  ];
  for (const change of changes) {
    change();
    expect(await built()).toEqual(['a', 'user']);
    expect(await built()).toEqual([]);
  }
});

test('names and directories that cannot be meant are refused, all at once', async () => {
  await using ws = await patched();
  ws.write('pkg/c/build.ts', toy());
  ws.write('product/box/ROOTFS', 'a\nuser\nd\n');
  ws.write('pkg/d/build.ts', toy());
  const sources = ['aa=../work', 'c=../work', 'd=../work', 'user=../work', 'a=../nowhere'];
  const run = await build(ws, ...sources.flatMap((source) => ['--source', source]));
  expect(run.status).toBe(2);
  expect(run.stderr).toMatch(/there is no package "aa"[\s\S]*did you mean "a"\?/);
  expect(run.stderr).toContain('c is no part of this target');
  expect(run.stderr).toMatch(/d has no source of its own[\s\S]*whose recipe has a url/);
  expect(run.stderr).toMatch(/user has no source of its own[\s\S]*write --source a=\.\.\/work/);
  expect(run.stderr).toMatch(/there is no directory .*nowhere/);
  expect((await build(ws, '--source', 'a=../work/word')).stderr).toContain('is no directory');
  expect((await build(ws, '--source', 'a=..')).stderr).toContain('holds the current directory');
  expect((await build(ws, '--source', 'a')).stderr).toContain('--source needs PACKAGE=DIRECTORY');
  expect(existsSync(join(ws.here, 'toy-box'))).toBe(false);
});
