import { readdirSync, readFileSync } from 'node:fs';

/** One process, as the kernel tells of it. Times are in ticks of a hundredth of a second. */
export interface Process {
  readonly pid: number;
  readonly parent: number;
  /** R: it computes, or would if there were a core for it. */
  readonly state: string;
  /** What it has computed itself. */
  readonly own: number;
  /** What those of its children have computed that it waited for. */
  readonly waited: number;
}

/** Reads a line of `/proc/PID/stat`; undefined for none. The name in it may hold anything. */
export function parseStat(line: string): Process | undefined {
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  const [state = '', parent = ''] = fields;
  if (!line.includes(')') || parent === '') return undefined;
  const sum = (...at: readonly number[]) => at.reduce((all, each) => all + Number(fields[each]), 0);
  return { pid: Number.parseInt(line, 10), parent: Number(parent), state, own: sum(11, 12), waited: sum(13, 14) };
}

/** The process and all that it has started, and those have started, and so on. */
export function treeOf(root: number, all: readonly Process[]): readonly Process[] {
  const children = Map.groupBy(all, ({ parent }) => parent);
  const found = all.filter(({ pid }) => pid === root);
  for (const each of found) found.push(...(children.get(each.pid) ?? []));
  return found;
}

export const runnable = (processes: readonly Process[]): number =>
  processes.filter(({ state }) => state === 'R').length;

/** All processes of the machine at this moment. */
export function allProcesses(): readonly Process[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      return parseStat(readFileSync(`/proc/${name}/stat`, 'utf8')) ?? [];
    } catch {
      // It has ended meanwhile.
      return [];
    }
  });
}
