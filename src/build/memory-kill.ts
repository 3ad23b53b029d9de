import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { memoryKills } from '../base/cgroup.ts';
import { Failure } from '../base/failure.ts';
import { memoryHint } from './log/machine-rules.ts';

/** Looks, from its making on, whether the kernel kills for lack of memory. */
export interface MemoryWatch {
  /** The same failure, or one that says that the machine's memory was not enough, where that was the cause. */
  explained(failure: Failure, logFiles: Readonly<Record<string, string>>): Failure;
}

export function memoryWatch(kills: () => number | undefined = memoryKills): MemoryWatch {
  const before = kills();
  return {
    explained(failure, logFiles) {
      const after = kills();
      const isCounted = before === undefined || after === undefined ? undefined : after > before;
      const logs = Object.values(logFiles).map(endOf).join('\n');
      const cause = memoryCause(`${failure.message}\n${logs}`, isCounted);
      if (cause === undefined) return failure;
      const { code, place, detail, log } = failure;
      return new Failure(code, `${failure.message}: ${cause}`, {
        place,
        detail,
        log,
        cause: failure,
        hint: memoryHint,
      });
    },
  };
}

/**
 * What lack of memory has done to a build with this output; undefined when it was not that. `isCounted` tells whether the
 * kernel has counted a process that it killed for it meanwhile; undefined where it does not count.
 */
export function memoryCause(output: string, isCounted: boolean | undefined): string | undefined {
  const refused = /virtual memory exhausted|Cannot allocate memory|std::bad_alloc|out of memory allocating/.exec(
    output,
  );
  if (refused !== null) return `there was not enough memory (${refused[0]})`;
  const program = /Killed(?: signal terminated program (\S+)| \(program (\S+?)\))/.exec(output);
  const killed = program !== null || /\bKilled\b|\bSIGKILL\b|[Ss]ignal 9\b|status 137\b/.test(output);
  // Somebody may also have killed it by hand; what the compiler says of its own process is hardly anything else.
  if (!killed || isCounted === false || (isCounted === undefined && program === null)) return undefined;
  return `the kernel has killed ${program?.[1] ?? program?.[2] ?? 'a process'} for lack of memory`;
}

function endOf(path: string): string {
  const file = openSync(path, 'r');
  try {
    const end = Buffer.alloc(16 * 1024);
    const length = readSync(file, end, 0, end.length, Math.max(0, fstatSync(file).size - end.length));
    return end.toString('utf8', 0, length);
  } finally {
    closeSync(file);
  }
}
