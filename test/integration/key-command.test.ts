import { expect, test } from 'vitest';
import { canonicalJson, digestOf } from '../../src/base/digest.ts';
import { installs, toy, workspace } from '../support/workspace.ts';

const files = {
  'pkg/lib/build.ts': toy(
    `version: '1.0', ${installs('share/lib', "ctx.config.variables('INIT').text('MODE', 'none')")}`,
  ),
  'pkg/app/build.ts': toy(`depends: ['lib'], ${installs('share/app', 'await ctx.read(`${ctx.sysroot}/share/lib`)')}`),
};

test('mk key prints the document that a key is the digest of, and what the hooks read', async () => {
  await using ws = await workspace(files);
  const ask = () => ws.mk('key', 'toy', 'box', 'lib', '--layer', ws.layer);
  const before = await ask();
  expect(before).toMatchObject({ status: 0, stderr: '' });
  const { key, document, reads } = JSON.parse(before.stdout);
  expect(key).toBe(digestOf(canonicalJson(document)));
  expect(document).toMatchObject({ package: 'lib', version: '1.0', staged: {} });
  expect(reads).toBeNull();

  const run = await ws.build();
  expect(run.events).toContainEqual(expect.objectContaining({ package: 'lib', verdict: 'built', key }));
  const after = await ask();
  expect(JSON.parse(after.stdout)).toEqual({
    key,
    document,
    reads: [{ kind: 'variable', name: 'INIT:MODE' }],
  });
  // Line by line, so that diff shows what is different.
  expect(after.stdout).toMatch(/^\{\n {2}"document": \{\n {4}"checks": \d+,\n {4}"contents": \{\},\n/);
  expect((await ask()).stdout).toBe(after.stdout);
  ws.write('product/box/INIT', 'MODE=fast\n');
  expect(JSON.parse((await ask()).stdout)).toEqual({ key, document, reads: null });
});

test('mk key of a package whose dependencies are not built names them', async () => {
  await using ws = await workspace(files);
  const ask = () => ws.mk('key', 'toy', 'box', 'app', '--layer', ws.layer);
  const refused = await ask();
  expect(refused).toMatchObject({ status: 2, stdout: '' });
  expect(refused.stderr).toMatchInlineSnapshot(`
    "error[usage]: app: what it uses has to be built before its key is known
      | to be built: lib
      hint: run \`mk toy box\` first
    "
  `);
  await ws.build();
  expect(JSON.parse((await ask()).stdout).document.staged).toEqual({
    lib: expect.stringMatching(/^sysroot\/[0-9a-f]{64}$/),
  });
});
