import { appendFileSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readIfPresent, temporaryName } from '../base/files.ts';

/** What one piece of work has taken. */
export interface Past {
  readonly seconds: number;
  /** CPU seconds of all its processes. */
  readonly cpu: number;
  /** The most that they had in memory at one time, in bytes. */
  readonly memory: number;
  /** Seconds that fetching what it worked on has taken, where it had to be fetched. */
  readonly fetch?: number | undefined;
}

/** What packages took when they were built, in the last few builds that succeeded. */
export interface History {
  /** The oldest first; none for what was never built. */
  of(name: string): readonly Past[];
  /** Never fails: a build needs no history. */
  add(name: string, past: Past): void;
}

/** Builds of a package that count. */
const kept = 5;

/** A file is cut to those when it has grown to so many bytes. */
const mostBytes = 2048;

/** Packages that are kept; of more, those that were not built for longest are forgotten. */
const mostFiles = 8192;

/**
 * One small file for each name, to which every build appends a line at once: any number of mk can do so at a time, and one
 * that is killed leaves at worst a broken line, which is passed over. What two of them lose when one cuts a file is a line.
 */
export function openHistory(dir: string): History {
  const pathOf = (name: string) => join(dir, name);
  return {
    of: (name) => pastsIn(readIfPresent(pathOf(name)) ?? '').slice(-kept),
    add(name, past) {
      const path = pathOf(name);
      try {
        const isNew = !statSync(path, { throwIfNoEntry: false });
        if (isNew) mkdirSync(dir, { recursive: true });
        // A line that was cut off before this one must not take it along.
        appendFileSync(path, `\n${JSON.stringify(rounded(past))}\n`);
        if (statSync(path).size > mostBytes) cut(path);
        if (isNew) forgetOldest(dir);
      } catch {
        // A disk that is full is told by what needs it.
      }
    },
  };
}

/** In the middle of those that count: one odd build, on a machine that was busy, does not matter. */
export function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(half) - 1], sorted[Math.floor(half)]];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
}

const rounded = ({ seconds, cpu, memory, fetch }: Past): Past => ({
  seconds: round(seconds),
  cpu: round(cpu),
  memory: Math.round(memory),
  ...(fetch !== undefined && { fetch: round(fetch) }),
});

const round = (seconds: number): number => Math.round(seconds * 1000) / 1000;

function pastsIn(text: string): readonly Past[] {
  return text.split('\n').flatMap((line) => {
    try {
      const past = JSON.parse(line) as Past | null;
      const isWhole = [past?.seconds, past?.cpu, past?.memory].every((value) => typeof value === 'number');
      return past !== null && isWhole ? [past] : [];
    } catch {
      return [];
    }
  });
}

function cut(path: string): void {
  const lines = pastsIn(readIfPresent(path) ?? '').slice(-kept);
  const temporary = temporaryName(path);
  writeFileSync(temporary, lines.map((past) => `${JSON.stringify(past)}\n`).join(''));
  renameSync(temporary, path);
}

function forgetOldest(dir: string): void {
  const names = readdirSync(dir);
  if (names.length <= mostFiles) return;
  const ages = names.map((name) => ({
    name,
    time: statSync(join(dir, name), { throwIfNoEntry: false })?.mtimeMs ?? 0,
  }));
  // Many at once, so that this is rare.
  const oldest = ages.sort((a, b) => a.time - b.time).slice(0, names.length - mostFiles / 2);
  for (const { name } of oldest) rmSync(join(dir, name), { force: true });
}
