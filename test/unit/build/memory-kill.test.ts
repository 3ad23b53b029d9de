import { expect, test } from 'vitest';
import { Failure } from '../../../src/base/failure.ts';
import { memoryCause, memoryWatch } from '../../../src/build/memory-kill.ts';
import { temporaryTree } from '../../support/tree.ts';

const killed = 'x86_64-linux-gnu-gcc: fatal error: Killed signal terminated program cc1plus\ncompilation terminated.\n';

test.for([
  [
    'the compiler tells, and the kernel has counted one',
    killed,
    true,
    'the kernel has killed cc1plus for lack of memory',
  ],
  ['the compiler tells, and nobody counts', killed, undefined, 'the kernel has killed cc1plus for lack of memory'],
  [
    'an older compiler',
    'g++: internal compiler error: Killed (program cc1plus)',
    true,
    'the kernel has killed cc1plus for lack of memory',
  ],
  ['somebody has killed it by hand', killed, false, undefined],
  [
    'a linker',
    'collect2: fatal error: ld terminated with signal 9 [Killed]',
    true,
    'the kernel has killed a process for lack of memory',
  ],
  [
    'a command was killed',
    'a: `python3 x` was killed by SIGKILL in build',
    true,
    'the kernel has killed a process for lack of memory',
  ],
  ['a command was killed, and nobody counts', 'a: `python3 x` was killed by SIGKILL in build', undefined, undefined],
  [
    'memory was refused',
    'cc1: out of memory allocating 65536 bytes',
    false,
    'there was not enough memory (out of memory allocating)',
  ],
  [
    'fork was refused',
    'make: fork: Cannot allocate memory',
    undefined,
    'there was not enough memory (Cannot allocate memory)',
  ],
  ['the kernel has killed something else', 'a.c:1: error: expected ;', true, undefined],
] as const)('%s', ([, output, isCounted, cause]) => {
  expect(memoryCause(output, isCounted)).toBe(cause);
});

test('a failure that came from lack of memory says so, and what to do', () => {
  using logs = temporaryTree({ build: `${'x'.repeat(50_000)}\n${killed}` });
  const kills = [3, 4];
  const watch = memoryWatch(() => kills.shift());
  const failure = new Failure('command-failed', 'a: `make` exited with status 2 in build', { hint: 'another' });
  expect(watch.explained(failure, { build: `${logs.path}/build` })).toMatchObject({
    code: 'command-failed',
    message: 'a: `make` exited with status 2 in build: the kernel has killed cc1plus for lack of memory',
    hint: expect.stringContaining('fewer jobs'),
  });
});

test('any other failure stays as it is', () => {
  using logs = temporaryTree({ build: 'error: expected ;' });
  const failure = new Failure('command-failed', 'a: `make` exited with status 2 in build');
  expect(memoryWatch(() => 3).explained(failure, { build: `${logs.path}/build` })).toBe(failure);
});
