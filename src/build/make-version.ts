import { spawnSync } from 'node:child_process';
import { systemPath } from './machine.ts';

/** Whether this machine's make opens a job server by its name: 4.4 and later. Otherwise it needs open descriptors. */
export function namesJobServer(): boolean {
  const { stdout } = spawnSync('make', ['--version'], { env: { PATH: systemPath, LC_ALL: 'C' }, encoding: 'utf8' });
  return hasNamedJobServer(stdout ?? '');
}

/** By what `make --version` prints. */
export function hasNamedJobServer(text: string): boolean {
  const [, major = 0, minor = 0] = (/^GNU Make (\d+)\.(\d+)/.exec(text) ?? []).map(Number);
  return major > 4 || (major === 4 && minor >= 4);
}
