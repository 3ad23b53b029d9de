import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { findProgram } from '../../../src/base/command.ts';
import { machineFingerprint } from '../../../src/build/fingerprint.ts';
import { temporaryTree } from '../../support/tree.ts';

const systemPath = '/usr/bin:/bin';
/** When what a test has made is old enough. */
const later = () => Date.now() + 3600_000;

/** Programs that say what they are told to. */
function machine() {
  const tree = temporaryTree({ 'bin/readme': '', 'lib/readme': '' });
  const write = (path: string, text: string) => {
    const file = join(tree.path, path);
    writeFileSync(`${file}.new`, `#!/bin/sh\n${text}\n`);
    chmodSync(`${file}.new`, 0o755);
    renameSync(`${file}.new`, file);
  };
  const link = (path: string, to: string) => {
    symlinkSync(to, join(tree.path, `${path}.new`));
    renameSync(join(tree.path, `${path}.new`), join(tree.path, path));
  };
  const cc1 = join(tree.path, 'lib/cc1');
  write('bin/gcc', `echo gcc 1; echo " ${cc1} -quiet" >&2; ${cc1}`);
  write('bin/as', 'echo as 1');
  write('bin/ldd', 'echo ldd 1');
  write('lib/cc1', 'echo cc1 1');
  const cache = join(tree.path, 'machine.json');
  return { ...tree, write, link, cache, fingerprint: () => machineFingerprint(cache, join(tree.path, 'bin')) };
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
  const kept = JSON.parse(readFileSync(given.cache, 'utf8')) as { answers: object; sources: Record<string, string> };
  expect(Object.keys(kept.sources)).toContain('/usr/bin/as');
  expect(Object.keys(kept.sources).some((path) => /\/cc1$/.test(path))).toBe(true);
  expect(await machineFingerprint(given.cache)).toBe(asked);

  const wrong = { ...kept, answers: { ...kept.answers, assembler: 'other' } };
  writeFileSync(given.cache, JSON.stringify(wrong));
  expect(await machineFingerprint(given.cache)).not.toBe(asked);

  // Each asks anew, which takes its time.
  for (const path of Object.keys(kept.sources).filter((_, at) => at % 8 === 0)) {
    writeFileSync(given.cache, JSON.stringify({ ...wrong, sources: { ...kept.sources, [path]: 'as it was once' } }));
    expect(await machineFingerprint(given.cache)).toBe(asked);
  }
  for (const text of [
    '',
    '{',
    '{"sources":{}}',
    'null',
    '{}',
    '7',
    '{"answers":null}',
    JSON.stringify({ ...wrong, sources: {} }),
  ]) {
    writeFileSync(given.cache, text);
    expect(await machineFingerprint(given.cache)).toBe(asked);
  }
});

/** A path of directories of its own in front of the machine's, whose programs are links to real ones. */
function privatePath() {
  const given = machine();
  for (const dir of ['early', 'bin']) mkdirSync(join(given.path, dir), { recursive: true });
  for (const name of ['gcc', 'as', 'ld', 'ldd']) given.link(`bin/${name}`, realpathSync(`/usr/bin/${name}`));
  const path = [join(given.path, 'early'), join(given.path, 'bin'), systemPath].join(':');
  return { ...given, fingerprint: () => machineFingerprint(given.cache, path, later()) };
}

const realLinker = realpathSync('/usr/bin/ld');

test.each<[string, (given: ReturnType<typeof privatePath>) => void]>([
  ['another link for the linker', ({ link }) => link('bin/ld', '/usr/bin/true')],
  ['a wrapper around the linker', ({ write }) => write('bin/ld', 'echo other; exec /usr/bin/ld "$@"')],
  ['a linker found earlier', ({ write }) => write('early/ld', 'echo other')],
  ['an assembler found earlier', ({ write }) => write('early/as', 'echo other')],
  ['a compiler found earlier', ({ write }) => write('early/gcc', 'echo other')],
])('%s is noticed, though the answers before were kept', async (_what, change) => {
  using given = privatePath();
  const before = await given.fingerprint();
  const kept = JSON.parse(readFileSync(given.cache, 'utf8')) as { sources: Record<string, string> };
  expect(Object.keys(kept.sources)).toContain(join(given.path, 'bin/ld'));
  expect(await given.fingerprint()).toBe(before);
  change(given);
  const after = await given.fingerprint();
  expect(after).not.toBe(before);
  expect(await given.fingerprint()).toBe(after);
});

test.each(['gcc', 'as', 'ld', 'ldd'])('what stands behind a %s that is a script is asked each time', async (name) => {
  using given = privatePath();
  given.link(`real-${name}`, realpathSync(`/usr/bin/${name}`));
  given.write(`bin/${name}`, `exec ${join(given.path, `real-${name}`)} "$@"`);
  const before = await given.fingerprint();
  expect(existsSync(given.cache)).toBe(false);
  given.write(`real-${name}`, 'echo other');
  expect(await given.fingerprint()).not.toBe(before);
});

test('a binary that has the name of gcc and is not is asked each time, and a library that it loads is watched', async () => {
  using given = privatePath();
  await given.fingerprint();
  const { sources } = JSON.parse(readFileSync(given.cache, 'utf8')) as { sources: Record<string, string> };
  expect(Object.keys(sources).some((path) => /\/libc\.so/.test(path))).toBe(true);
  expect(Object.keys(sources)).toContain(dirname(findProgram('ld', join(given.path, 'bin')) ?? ''));
  given.link('bin/gcc', realLinker);
  writeFileSync(given.cache, '');
  await given.fingerprint();
  expect(readFileSync(given.cache, 'utf8')).toBe('');
});
