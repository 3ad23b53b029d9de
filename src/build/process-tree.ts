import { readdirSync } from 'node:fs';
import { readIfPresent } from '../base/files.ts';

/** What a process and everything below it use at one moment. */
export interface TreeUsage {
  /** Bytes that only they have in memory: pages of files, which can be had again, do not count. */
  readonly memory: number;
  /** CPU seconds of those that run and of the ended ones whose end was noticed. */
  readonly cpu: number;
}

/** Adds up the processes below `pid`, and itself; nothing for one that has ended. */
export function treeUsage(pid: number): TreeUsage {
  let [memory, cpu] = [0, 0];
  for (const each of treeOf(pid)) {
    const [status, stat] = [readOf(each, 'status'), readOf(each, 'stat')];
    // Ended since we have seen it.
    if (status === undefined || stat === undefined) continue;
    memory += memoryOf(status);
    cpu += cpuOf(stat);
  }
  return { memory, cpu };
}

/** CPU seconds of a process and its ended descendants, from the text of its /proc/PID/stat. */
export function cpuOf(stat: string): number {
  // The name of the program, in parentheses, may have any character in it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at] ?? 0), 0) / ticksPerSecond;
}

/** What /proc counts time in, on every architecture. */
const ticksPerSecond = 100;

function memoryOf(status: string): number {
  const sizes = [...status.matchAll(/^(?:RssAnon|RssShmem|VmSwap):\s*(\d+) kB$/gm)];
  return sizes.reduce((sum, [, size]) => sum + Number(size) * 1024, 0);
}

/** Processes below `pid`, and itself, as they are now. */
export function treeOf(pid: number): readonly number[] {
  const found = [pid];
  // It grows while it is walked.
  for (const each of found) found.push(...childrenOf(each));
  return found;
}

/** Also of its threads, each of which knows the processes that it has started itself. */
function childrenOf(pid: number): readonly number[] {
  let threads: readonly string[];
  try {
    threads = readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
  return threads.flatMap((thread) => {
    const children = readOf(pid, `task/${thread}/children`)?.trim() ?? '';
    return children === '' ? [] : children.split(' ').map(Number);
  });
}

function readOf(pid: number, file: string): string | undefined {
  try {
    return readIfPresent(`/proc/${pid}/${file}`);
  } catch {
    return undefined;
  }
}
