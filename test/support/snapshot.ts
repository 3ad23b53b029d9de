import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { digestOfFile } from '../../src/base/digest.ts';
import { walkTree } from '../../src/base/files.ts';

/** Every entry below `root` with its kind, mode and content, one line each; with `times`, also when it was changed. */
export function snapshot(root: string, { times = false } = {}): string[] {
  return [...walkTree(root)].map(({ path, kind }) => {
    const full = join(root, path);
    const { mode, mtimeMs } = lstatSync(full);
    const content = kind === 'file' ? digestOfFile(full) : kind === 'symlink' ? readlinkSync(full) : '';
    return [path, kind, mode.toString(8), ...(times ? [mtimeMs] : []), content].join(' ');
  });
}

/** Processes that have this word in their command line, their environment, their working directory or their mounts. */
export function processesOf(word: string): string[] {
  const mentions = (pid: string) =>
    ['cmdline', 'environ', 'mountinfo', 'cwd'].some((name) => {
      try {
        const path = join('/proc', pid, name);
        return (name === 'cwd' ? readlinkSync(path) : readFileSync(path, 'utf8')).includes(word);
      } catch {
        // It has ended meanwhile, or is somebody else's.
        return false;
      }
    });
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid && mentions(name))
    .map((pid) => `${pid} ${commandOf(pid)}`);
}

/** All processes that descend from this one, the nearest first. */
export function descendantsOf(pid: number): number[] {
  const children = (of: number): number[] => {
    try {
      return readFileSync(`/proc/${of}/task/${of}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
    } catch {
      return [];
    }
  };
  const direct = children(pid);
  return [...direct, ...direct.flatMap(descendantsOf)];
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').slice(0, 200);
  } catch {
    return 'has ended';
  }
}
