import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { alterations, escapes, liberties } from '../support/probe/attempts.ts';
import { givenFile, isHarmless, type ProbedMachine, probedMachine, type User } from '../support/probe/machine.ts';
import { type Ended, hasNamespaces } from '../support/workspace.ts';

const isRoot = process.getuid?.() === 0;
const users: readonly User[] = [
  { name: isRoot ? 'root' : 'an ordinary user', id: undefined },
  ...(isRoot ? [{ name: 'an ordinary user', id: 65534 }] : []),
];

describe.skipIf(!hasNamespaces).for(users)('a hook that $name runs in the sandbox', (user) => {
  let probed: ProbedMachine;
  let run: Ended;
  beforeAll(async () => {
    probed = await probedMachine(user);
    run = await probed.run('--sandbox=require');
  });
  afterAll(() => probed[Symbol.asyncDispose]());

  test('is built', () => {
    expect(run.status, run.stderr).toBe(0);
    expect(run.stderr).toMatch(/^mk toy box .*sandbox: namespaces/);
  });

  test.for(Object.keys(escapes))('is denied what %s', (name) => {
    expect(probed.outcome('escapes', name)).toSatisfy(isHarmless);
  });

  test.for(Object.keys(alterations))('cannot alter a file that it was given when it %s', (name) => {
    expect(probed.outcome('alterations', name)).toMatch(/^denied: .*\b(EROFS|EACCES|EXDEV)\b/s);
  });

  test('leaves what it was given as it was', () => {
    expect(givenFile(probed.ws)).toBe('given');
    const { mode, mtimeMs } = statSync(join(probed.ws.here, 'toy-box/deploy/lib/share/lib'));
    expect(mode & 0o777).toBe(0o444);
    expect(mtimeMs).toBeGreaterThan(1000);
  });

  test.for(Object.keys(liberties))('%s', (name) => {
    expect(probed.outcome('liberties', name)).toMatch(/^done/);
  });

  test('has reached no service of the machine', () => {
    expect(probed.visits()).toBe(0);
  });
});

/** What the machine denies by itself, or must not happen to it for the sake of a test. */
const notTried = [
  ...['changes the host name', 'mounts over what it was given', 'makes its sysroot writable', 'types into a terminal'],
  ...['speaks TCP with the world', 'speaks UDP with the world', 'asks a name server', 'speaks with the hypervisor'],
  ...['reads through a descriptor that mk has inherited', 'opens the terminal of the user'],
];

test.skipIf(!isRoot)('without a sandbox the same attempts come through, so that they prove something', async () => {
  await using probed = await probedMachine({ name: 'root', id: undefined }, notTried);
  const run = await probed.run('--sandbox=off');
  expect(run.status, run.stderr).toBe(0);
  const tried = Object.keys(escapes).filter((name) => !notTried.includes(name));
  expect(tried.filter((name) => !probed.outcome('escapes', name)?.startsWith('done'))).toEqual([]);
  expect(probed.visits()).toBe(4);
});
