import { execFileSync } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ends, installs, reasonOf, repositoryCopy, toy, workspace } from '../support/workspace.ts';

/** What a command of the hook sees, before and after the date is read. */
const dated = `async deploy(ctx) {
  const seen = (file) => ctx.run.with({ stdout: \`\${ctx.deployDir}/share/\${file}\` })\`printenv SOURCE_DATE_EPOCH\`;
  await seen('before');
  await ctx.write(\`\${ctx.deployDir}/share/dated\`, String(ctx.sourceDate));
  await seen('after'); }`;

test('the source date is that of the commit, and a commit rebuilds only what reads it', async () => {
  await using ws = await workspace({
    'pkg/dated/build.ts': toy(dated),
    'pkg/plain/build.ts': toy(installs('share/plain', "'plain'")),
  });
  const root = repositoryCopy(ws);
  const git = (...args: readonly string[]) => execFileSync('git', ['-C', root, ...args]);
  const commit = (date: string) =>
    execFileSync(
      'git',
      ['-c', 'user.name=x', '-c', 'user.email=x@example.org', 'commit', '-q', '--allow-empty', '-m', 'x'],
      { cwd: root, env: { ...process.env, GIT_COMMITTER_DATE: date, GIT_AUTHOR_DATE: '2001-01-01T00:00:00Z' } },
    );
  const build = () =>
    ws.start(['toy', 'box', '--layer', ws.layer], { root, env: { MK_STORE: join(ws.dir, 'its store') } }).ended;
  git('init', '--quiet');
  git('add', 'package.json');
  commit('2024-05-06T07:08:09+02:00');
  expect((await build()).status).toBe(0);
  expect(ws.built('deploy/dated/share/dated')).toBe('1714972089');
  expect(ws.built('deploy/dated/share/before')).toBe('315532800\n');
  expect(ws.built('deploy/dated/share/after')).toBe('1714972089\n');

  // What is not committed has no date.
  appendFileSync(join(root, 'package.json'), '\n');
  expect(ends(await build(), 'built')).toEqual([]);

  commit('2025-01-01T00:00:00Z');
  const run = await build();
  expect(ends(run, 'built')).toEqual(['dated', 'release']);
  expect(reasonOf(run, 'dated')).toMatch(/^SOURCE_DATE_EPOCH "\d+" became "1735689600"$/);
  expect(ws.built('deploy/dated/share/dated')).toBe('1735689600');
});

test('outside of git the source date is 1980', async () => {
  await using ws = await workspace({ 'pkg/dated/build.ts': toy(dated) });
  const run = await ws.start(['toy', 'box', '--layer', ws.layer], { env: { GIT_DIR: '/nonexistent' } }).ended;
  expect(run.status, run.stderr).toBe(0);
  expect(ws.built('deploy/dated/share/dated')).toBe('315532800');
});
