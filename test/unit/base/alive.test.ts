import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { isAlive } from '../../../src/base/lock.ts';

test('a process is alive while it runs', () => {
  expect(isAlive(process.pid)).toBe(true);
  expect(isAlive(2 ** 22 + 1)).toBe(false);
});

test('a process that has ended is not alive, even when its parent never asks for its status', async () => {
  // The shell becomes a program that does not know of the child.
  const parent = spawn('sh', ['-c', 'true & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [text] = (await once(parent.stdout, 'data')) as [Buffer];
  await expect.poll(() => isAlive(Number(text.toString()))).toBe(false);
  parent.kill('SIGKILL');
});
