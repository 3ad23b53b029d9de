import { expect, test } from 'vitest';
import { hasNamespaces, installs, toy, workspace } from '../support/workspace.ts';

test.skipIf(!hasNamespaces)('a store that can only be read is named, and can be looked at', async () => {
  await using ws = await workspace({ 'pkg/a/build.ts': toy(installs('share/a', "'a'")) });
  expect((await ws.build()).status).toBe(0);
  const readOnly = (...args: readonly string[]) =>
    ws.start(['toy', 'box', '--layer', ws.layer, ...args], {
      through: ['bwrap', '--dev-bind', '/', '/', '--ro-bind', ws.store, ws.store],
    }).ended;
  for (const args of [[], ['--rebuild', 'a']]) {
    const run = await readOnly(...args);
    expect(run.status).toBe(2);
    expect(run.stderr).toContain(`error[system-refused]: the store ${ws.store} cannot be written\n`);
    expect(run.stderr).toMatch(/hint: make it writable, or set MK_STORE to a directory that is/);
  }
  const plan = await readOnly('-n');
  expect(plan.status, plan.stderr).toBe(0);
  expect(plan.stdout).toMatch(/^cached +a +nothing changed$/m);
});
