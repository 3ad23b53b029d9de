import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import type { MkEvent } from '../../src/report/event.ts';

/** The repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * The boards whose router is tried; others are chosen with MK_E2E_BOARDS. Each takes a toolchain of its own, but what the
 * user's store has is not built again.
 */
export const chosenBoards: readonly string[] = (process.env['MK_E2E_BOARDS'] ?? 'qemu-x86_64')
  .split(/\s+/)
  .filter(Boolean);

export type PackageEvent = Extract<MkEvent, { event: 'package' }>;

/** The packages with this verdict, in the order of their ends. */
export const named = (events: readonly PackageEvent[], verdict: string): string[] =>
  events.filter((event) => event.verdict === verdict).map((event) => event.package);

/** Runs the real mk in a directory, as a user would; `end` kills what still runs. */
export function workplace(dir: string, env: Readonly<Record<string, string | undefined>> = {}) {
  const children = new Set<ChildProcess>();

  function start(...args: readonly string[]): ChildProcess {
    const child = spawn(process.execPath, [join(root, 'src/bin/mk.js'), ...args], {
      cwd: dir,
      env: { ...process.env, ...env },
    });
    children.add(child);
    child.once('exit', () => children.delete(child));
    return child;
  }

  async function mk(...args: readonly string[]): Promise<{ status: number | null; stdout: string; stderr: string }> {
    const child = start(...args);
    const texts = { stdout: '', stderr: '' };
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      texts.stdout += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      texts.stderr += text;
    });
    const [status] = (await once(child, 'close')) as [number | null];
    return { status, ...texts };
  }

  /** Builds a target; its package events, in order. A failure shows everything that mk said. */
  async function build(...args: readonly [string, string, ...string[]]): Promise<readonly PackageEvent[]> {
    const { status, stderr } = await mk(...args, '--events', 'events');
    expect(status, stderr).toBe(0);
    const events = readFileSync(join(dir, 'events'), 'utf8').trim().split('\n');
    return events.map((line) => JSON.parse(line) as MkEvent).filter((event) => event.event === 'package');
  }

  const end = () => {
    for (const child of children) child.kill('SIGKILL');
  };
  return { start, mk, build, end };
}
