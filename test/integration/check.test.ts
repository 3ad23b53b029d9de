import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { mirror, tarball } from '../support/tarball.ts';
import {
  type Ended,
  ends,
  failuresIn,
  hasNamespaces,
  installs,
  type TestWorkspace,
  toy,
  workspace,
} from '../support/workspace.ts';

const isolated = test.skipIf(!hasNamespaces);

const start = (ws: TestWorkspace, ...args: readonly string[]) =>
  ws.start(['check', 'toy', 'box', '--layer', ws.layer, ...args], { env: mirror(ws) });

const check = (ws: TestWorkspace, ...args: readonly string[]) => start(ws, ...args).ended;

/** How each package that was built twice compares. */
const verdicts = ({ events }: Ended) =>
  Object.fromEntries(events.flatMap((each) => (each.event === 'checked' ? [[each.package, each.verdict]] : [])));

/** What was told of a package that differs. */
const detailOf = ({ events, stderr }: Ended, name: string): readonly string[] => {
  const found = events.find((each) => each.event === 'checked' && each.package === name);
  expect(found, stderr).toMatchObject({ verdict: 'differs' });
  return found?.event === 'checked' ? found.detail : [];
};

const app = { 'pkg/app/build.ts': toy(`depends: ['lib'], ${installs('share/app', "'app'")}`) };

test('packages that are the same every time are told to be so, and nothing is committed or left behind', async () => {
  await using ws = await workspace({
    ...app,
    'pkg/lib/build.ts': toy(`async build({ run, sourceDir }) { await run\`gcc -g -c \${sourceDir}/a.c -o a.o\`;
        await run\`gcc -o prog a.o\`; await run\`ar crU libx.a a.o\`; await run\`gzip -k a.o\`; },
      async deploy({ install }) { await install('prog', 'bin/'); await install('libx.a', 'lib/'); }`),
    'pkg/lib/src/a.c': 'int main(void) { return __FILE__[0] + __LINE__ + __TIME__[0]; }\n',
    'pkg/none/build.ts': toy("depends: ['app']"),
  });
  const run = await check(ws, '-j2');
  expect(run.status, run.stderr).toBe(0);
  expect(ends(run, 'built').sort()).toEqual(['app', 'lib', 'none', 'release']);
  expect(verdicts(run)).toEqual({ app: 'same', lib: 'same', none: 'same', release: 'same' });
  expect(run.stderr).toMatch(/^4 packages the same, 0 differ in /m);
  expect(existsSync(join(ws.here, 'toy-box/check'))).toBe(false);
  expect(readdirSync(join(ws.here, 'toy-box/build'))).toEqual([]);
  expect(readdirSync(join(ws.store, 'work')).filter((name) => name.includes('second'))).toEqual([]);
  expect(ends(await ws.build(), 'cached').sort()).toEqual(['app', 'lib', 'none', 'release']);
});

test('what differs is named with its file and the part of it, and the second tree is kept beside the first', async () => {
  const compiles = (text: string) =>
    `async build({ run, write }) { await write('a.c', ${text}); await run\`gcc -c a.c\`; }`;
  await using ws = await workspace({
    ...app,
    'pkg/lib/build.ts': toy(installs('share/lib', "'lib'")),
    'pkg/clock/build.ts': toy(`async deploy({ run, deployDir }) {
      await run\`mkdir -p \${deployDir}/share\`;
      await run.with({ stdout: \`\${deployDir}/share/clock\` })\`date +at:%s.%N\`; }`),
    'pkg/elf/build.ts': toy(`async build({ run, write }) {
        await write('a.c', \`char r[] = "\${crypto.randomUUID()}"; int main(void) { return r[3]; }\`);
        await run\`gcc -o prog a.c\`; },
      async deploy({ install }) { await install('prog', 'bin/'); }`),
    'pkg/archive/build.ts': toy(`strip: false, ${compiles("'int a;'")}, async deploy({ run, deployDir }) {
      await run\`mkdir -p \${deployDir}/lib\`; await run\`ar crU \${deployDir}/lib/liba.a a.o\`; }`),
    'pkg/zipped/build.ts': toy(`async deploy({ run, write, deployDir }) {
      await write('name', 'same'); await run\`mkdir -p \${deployDir}/share\`;
      await run.with({ stdout: \`\${deployDir}/share/name.gz\` })\`gzip -c name\`; }`),
    'pkg/member/build.ts': toy(`async deploy({ run, write, deployDir }) {
      await write('x/one', 'one'); await write('x/two', String(Math.random()));
      await run\`mkdir -p \${deployDir}/share\`;
      await run\`tar -C x --sort=name --mtime=@1 -czf \${deployDir}/share/all.tar.gz one two\`; }`),
    'pkg/names/build.ts': toy(installs('share/${crypto.randomUUID()}', "''")),
  });
  const run = await check(ws);
  expect(run.status).toBe(1);
  expect(verdicts(run)).toMatchObject({ lib: 'same', app: 'same', release: 'same', clock: 'differs' });
  expect(detailOf(run, 'clock')[0]).toMatch(/^\/share\/clock differs: line 1: "at:[\d.]+" against "at:[\d.]+"$/);
  expect(detailOf(run, 'elf')[0]).toMatch(/^\/bin\/prog differs: section \.data: offset 0x\w+: "[-0-9a-f]+" against "/);
  expect(detailOf(run, 'archive')[0]).toMatch(/^\/lib\/liba\.a differs: member a\.o: time \S+Z against \S+Z$/);
  expect(detailOf(run, 'zipped')[0]).toMatch(/^\/share\/name\.gz differs: gzip header: time \S+Z against \S+Z/);
  expect(detailOf(run, 'member')[0]).toMatch(
    /^\/share\/all\.tar\.gz differs: gzip content: member two: line 1.*: "0\.\d+" against "0\.\d+"/,
  );
  const [name, count] = detailOf(run, 'names');
  expect(name).toMatch(/^\/share\/[-0-9a-f]+ is there only the (first|second) time$/);
  expect(count).toBe('2 of 3 paths differ');
  expect(run.stderr).toMatch(/^3 packages the same, 6 differ in /m);

  const kept = join(ws.here, 'toy-box/check/clock/share/clock');
  expect(run.stderr).toContain(`first build:  ${join(ws.here, 'toy-box/deploy/clock')}\n`);
  expect(run.stderr).toContain(`second build: ${join(ws.here, 'toy-box/check/clock')}\n`);
  expect(readFileSync(kept, 'utf8')).not.toBe(ws.built('deploy/clock/share/clock'));
  // Neither result took the place of the first.
  expect(ends(await ws.build(), 'built')).toEqual([]);
});

test('a package that depends on the number of jobs or on the umask is caught; how its recipe was checked out no hook sees', async () => {
  await using ws = await workspace({
    'pkg/jobs/build.ts': toy(installs('share/jobs', '`${ctx.jobs}`')),
    'pkg/checkout/build.ts':
      toy(`async deploy({ run, recipeDir, deployDir }) { await run\`mkdir -p \${deployDir}/share\`;
      await run\`tar -C \${recipeDir} -cf \${deployDir}/share/all.tar data\`; }`),
    'pkg/checkout/data': 'data',
    'pkg/umask/build.ts': toy(`async deploy({ run, deployDir }) { await run\`mkdir -p \${deployDir}/share\`;
      await run.with({ stdout: \`\${deployDir}/share/mode\` })\`stat -c %a .\`; }`),
    'pkg/reads/build.ts': toy(`deploy(ctx) { ctx.config.has(\`file-\${ctx.jobs}\`); }`),
  });
  const run = await check(ws, '-j2');
  expect(run.status).toBe(1);
  expect(detailOf(run, 'jobs')[0]).toBe('/share/jobs differs: line 1: "2" against "3"');
  expect(detailOf(run, 'umask')[0]).toBe('/share/mode differs: line 1: "755" against "700"');
  const same = run.events.flatMap((each) =>
    each.event === 'checked' && each.verdict === 'same' ? [each.package] : [],
  );
  expect(same).toContain('checkout');
  expect(detailOf(run, 'reads')).toEqual([
    expect.stringMatching(/^reads .*file-2 only the first time$/),
    expect.stringMatching(/^reads .*file-3 only the second time$/),
  ]);
});

isolated('the sandbox hides path, umask, locale, time zone, user and home from a package', async () => {
  await using ws = await workspace({
    'pkg/all/build.ts': toy(`async build({ run }) {
      await run.with({ stdout: 'seen' })\`sh -c \${\`pwd; umask; locale; date +%Z; id; whoami; hostname; echo ~;
        touch new; stat -c '%a %u %g' new; ls -A /tmp /mk; env | grep -v ^NUMJOBS= | sort\`}\`; },
      async deploy({ install }) { await install('seen', 'share/seen'); }`),
  });
  const run = await check(ws, 'all');
  expect(run.status, run.stderr).toBe(0);
  expect(ws.built('deploy/all/share/seen')).toMatch(/^\/mk\/build\n0022\n/);
});

test('a first build that somebody has changed is restored before it is compared', async () => {
  await using ws = await workspace({ 'pkg/lib/build.ts': toy(installs('share/lib', "'lib'")) });
  await ws.build();
  const file = join(ws.here, 'toy-box/deploy/lib/share/lib');
  chmodSync(file, 0o644);
  writeFileSync(file, 'changed');
  const run = await check(ws, 'lib');
  expect(run.status, run.stderr).toBe(0);
  expect(run.stderr).toContain('lib: its stored tree was changed');
});

test('a source tree is prepared anew for the second build', async () => {
  await using ws = await workspace();
  const { fields } = tarball(ws, ['a', '1'], { word: 'one' });
  ws.write('product/box/ROOTFS', 'a\n');
  ws.write(
    'pkg/a/build.ts',
    toy(`${fields}, async prepare({ write }) { await write('stamp', crypto.randomUUID()); },
      ${installs('share/stamp', 'await ctx.read(`${ctx.sourceDir}/stamp`)')}`),
  );
  const run = await check(ws);
  expect(run.status).toBe(1);
  expect(detailOf(run, 'a')[0]).toMatch(/^\/share\/stamp differs: line 1: /);
  expect(readdirSync(join(ws.here, 'src'))).toEqual([]);
});

test('a package that cannot be built again is told to fail, with its log, and the others are checked all the same', async () => {
  await using ws = await workspace({
    'pkg/a/build.ts': toy("build({ jobs }) { if (jobs === 3) throw new Error('three is too many'); }"),
    'pkg/b/build.ts': toy(installs('share/b', "'b'")),
  });
  const run = await check(ws, '-j2');
  expect(run.status).toBe(1);
  expect(verdicts(run)).toEqual({ a: 'failed', b: 'same', release: 'same' });
  expect(failuresIn(run)).toMatchObject([
    { package: 'a', code: 'hook-failed', message: 'a: three is too many in build', place: { line: 2 } },
  ]);
  expect(run.stderr).toContain('toy-box/log/check/a-build.log');
  expect(ws.built('log/a-build.log')).toBe('');
});

test('named packages are checked alone, with what they need made first', async () => {
  await using ws = await workspace({ ...app, 'pkg/lib/build.ts': toy(installs('share/lib', 'String(Math.random())')) });
  const run = await check(ws, 'app');
  expect(run.status, run.stderr).toBe(0);
  expect(ends(run, 'built')).toEqual(['lib', 'app']);
  expect(verdicts(run)).toEqual({ app: 'same' });

  const wrong = await check(ws, 'apq');
  expect(wrong.status).toBe(2);
  expect(wrong.stderr).toContain('there is no package "apq"');
  expect(wrong.stderr).toContain('did you mean "app"?');
});

test('a package that cannot be made in the first place is not checked', async () => {
  await using ws = await workspace({ 'pkg/a/build.ts': toy("build() { throw new Error('never'); }") });
  const run = await check(ws);
  expect(run.status).toBe(1);
  expect(verdicts(run)).toEqual({});
});

test('without a sandbox mk says that little is proved, and paths in results are caught', async () => {
  await using ws = await workspace({ 'pkg/a/build.ts': toy(installs('share/a', 'process.cwd()')) });
  const run = await check(ws, '--sandbox=off');
  expect(run.status).toBe(1);
  expect(run.stderr).toContain('warning: without a sandbox little is proved');
  expect(detailOf(run, 'a')[0]).toMatch(
    /^\/share\/a differs: line 1.*: ".*toy-box\/build\/a" against ".*\/store\/.*"$/,
  );
});

test('an interrupt finishes what runs, checks nothing more and exits with 130', async () => {
  await using ws = await workspace({
    'pkg/held/build.ts': toy('async build({ run, recipeDir }) { await run`cat ${recipeDir}/gate`; }'),
    'pkg/more/build.ts': toy(installs('share/more', "'more'")),
  });
  ws.fifo('pkg/held/gate');
  const running = start(ws, '-j1', 'held', 'more');
  await (await running.gate('pkg/held/gate')).close();
  await running.until((each) => each.event === 'summary');
  const second = await running.gate('pkg/held/gate');
  running.kill('SIGINT');
  await running.until((each) => each.event === 'warning');
  await second.close();
  const run = await running.ended;
  expect(run.status, run.stderr).toBe(130);
  expect(verdicts(run)).toMatchObject({ held: 'same' });
});
