import { chmodSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { machineFingerprint } from '../../../src/build/fingerprint.ts';
import { temporaryTree } from '../../support/tree.ts';

/** Programs that say what they are told to. */
function machine() {
  const tree = temporaryTree({ 'bin/readme': '', 'lib/readme': '' });
  const write = (path: string, text: string) => {
    const file = join(tree.path, path);
    writeFileSync(`${file}.new`, `#!/bin/sh\n${text}\n`);
    chmodSync(`${file}.new`, 0o755);
    renameSync(`${file}.new`, file);
  };
  const cc1 = join(tree.path, 'lib/cc1');
  write('bin/gcc', `echo gcc 1; echo " ${cc1} -quiet" >&2; ${cc1}`);
  write('bin/as', 'echo as 1');
  write('bin/ldd', 'echo ldd 1');
  write('lib/cc1', 'echo cc1 1');
  const cache = join(tree.path, 'machine.json');
  return { ...tree, write, cache, fingerprint: () => machineFingerprint(cache, join(tree.path, 'bin')) };
}

test('a program that is exchanged for one of the same size is noticed at once', async () => {
  using given = machine();
  const seen = [await given.fingerprint()];
  for (const path of ['bin/as', 'bin/ldd', 'lib/cc1']) {
    given.write(
      path,
      readFileSync(join(given.path, path), 'utf8').replace('1\n', '2\n').slice('#!/bin/sh\n'.length, -1),
    );
    seen.push(await given.fingerprint());
    expect(await given.fingerprint()).toBe(seen.at(-1));
  }
  expect(new Set(seen).size).toBe(seen.length);
});

test('a program that is written over in place is noticed at once', async () => {
  using given = machine();
  const seen = [await given.fingerprint()];
  for (let version = 2; version < 8; version++) {
    writeFileSync(join(given.path, 'bin/as'), `#!/bin/sh\necho as ${version}\n`);
    seen.push(await given.fingerprint());
  }
  expect(new Set(seen).size).toBe(seen.length);
});

test('a machine without a compiler has a fingerprint too, and another one', async () => {
  using given = machine();
  const before = await given.fingerprint();
  renameSync(join(given.path, 'bin/gcc'), join(given.path, 'bin/gone'));
  expect(await given.fingerprint()).not.toBe(before);
});

test('answers are kept for as long as the programs that gave them are as they were', async () => {
  using given = machine();
  const asked = await machineFingerprint(given.cache);
  const kept = JSON.parse(readFileSync(given.cache, 'utf8')) as { answers: object; states: Record<string, string> };
  expect(Object.keys(kept.states)).toContain('/usr/bin/as');
  expect(Object.keys(kept.states).some((path) => /\/cc1$/.test(path))).toBe(true);
  expect(await machineFingerprint(given.cache)).toBe(asked);

  const wrong = { ...kept, answers: { ...kept.answers, assembler: 'other' } };
  writeFileSync(given.cache, JSON.stringify(wrong));
  expect(await machineFingerprint(given.cache)).not.toBe(asked);

  for (const path of Object.keys(kept.states)) {
    writeFileSync(given.cache, JSON.stringify({ ...wrong, states: { ...kept.states, [path]: 'as it was once' } }));
    expect(await machineFingerprint(given.cache)).toBe(asked);
  }
  for (const text of ['', '{', '{"states":{}}', JSON.stringify({ ...wrong, states: {} })]) {
    writeFileSync(given.cache, text);
    expect(await machineFingerprint(given.cache)).toBe(asked);
  }
});
