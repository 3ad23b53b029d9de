import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { hasNamedJobServer } from '../../../src/build/make-version.ts';
import { cpuOf, treeOf, treeUsage } from '../../../src/build/process-tree.ts';
import { jobServerFlags } from '../../../src/build/run.ts';

test('the CPU time of a process counts its ended children, whatever its name is', () => {
  const stat = '42 (odd) (name 1 2) S 1 42 42 0 -1 4194304 100 0 0 0 150 50 700 100 20 0 1 0 9999 1 2';
  expect(cpuOf(stat)).toBe(10);
});

test('a tree has the processes below one, and none of others', async () => {
  const child = spawn('sh', ['-c', 'sleep 100 & echo $!; cat'], { stdio: ['pipe', 'pipe', 'ignore'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const pid = child.pid ?? 0;
  expect(treeOf(pid)).toContain(Number(line.toString()));
  expect(treeOf(pid)).not.toContain(process.pid);
  expect(treeOf(process.pid)).toEqual(expect.arrayContaining([process.pid, pid, Number(line.toString())]));
  expect(treeUsage(pid).memory).toBeGreaterThan(0);
  process.kill(Number(line.toString()));
  child.stdin.end();
  await once(child, 'close');
  expect(treeUsage(pid)).toEqual({ memory: 0, cpu: 0 });
});

test.for([
  ['GNU Make 4.3\nBuilt for x86_64', false],
  ['GNU Make 4.4\n', true],
  ['GNU Make 4.4.1\n', true],
  ['GNU Make 5.0\n', true],
  ['GNU Make 3.82\n', false],
  ['', false],
] as const)('make opens its job server by name from 4.4 on: %j', ([text, isNamed]) => {
  expect(hasNamedJobServer(text)).toBe(isNamed);
});

test('the flags for make name the job server as it can open it', () => {
  expect(jobServerFlags({ path: '/mk/engine/jobserver', isNamed: true })).toBe(
    ' -j --jobserver-auth=fifo:/mk/engine/jobserver',
  );
  expect(jobServerFlags({ path: '/mk/engine/jobserver', isNamed: false })).toBe(' -j --jobserver-auth=4,4');
});
