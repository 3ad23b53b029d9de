import { type Dirent, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { recognise } from './find-error.ts';
import { readLogEnd } from './read-log.ts';
import type { Need } from './rule.ts';

/** What a tool's own log adds to what the tool said. */
export interface ToolLogPart {
  /** Path below the build directory. */
  readonly file: string;
  /** From 1; undefined in a log too large to count. */
  readonly line: number | undefined;
  /** The command that was tried, where it is there, and what it said. */
  readonly lines: readonly string[];
  readonly need: Need;
}

/** One thing that a tool tried: lines from `from` to before `to`. */
interface Attempt {
  readonly from: number;
  readonly to: number;
}

interface ToolLog {
  readonly kind: string;
  readonly names: readonly string[];
  /** The attempts that may be meant, the likeliest first. */
  attempts(lines: readonly string[], said: string): readonly Attempt[];
}

/** How many checks before the failure may be the one that it is about. */
const attemptsTried = 6;

const toolLogs: readonly ToolLog[] = [
  {
    kind: 'configure error',
    names: ['config.log'],
    attempts(lines) {
      const found = lines.findLastIndex((line) => /^configure:\d+: error: /.test(line));
      const attempts = attemptsOf(lines, /^configure:\d+: checking /, found === -1 ? lines.length : found);
      return attempts.slice(-attemptsTried).reverse();
    },
  },
  {
    kind: 'CMake error',
    names: ['CMakeError.log', 'CMakeConfigureLog.yaml'],
    // All failed checks are there, also those that may fail: only one that the message speaks of is shown.
    attempts: (lines, said) =>
      attemptsOf(lines, /^(?:Determining if|Performing|Checking|Detecting) .*|^ {2}-$/, lines.length)
        .filter(({ from, to }) => checkedIn(lines.slice(from, to)).some((name) => said.includes(name)))
        .reverse(),
  },
  {
    kind: 'Meson error',
    names: ['meson-log.txt'],
    attempts: (lines) =>
      attemptsOf(lines, /^(?:Running compile|Running command|Sanity|Command line|Compiler for)/, lines.length)
        .slice(-2)
        .reverse(),
  },
];

function attemptsOf(lines: readonly string[], begin: RegExp, end: number): Attempt[] {
  const starts = lines.slice(0, end).flatMap((line, at) => (begin.test(line) ? [at] : []));
  return starts.map((from, at) => ({ from, to: starts[at + 1] ?? end }));
}

/** Names of symbols, headers and tests that a check of CMake is about. */
const checkedIn = (lines: readonly string[]): string[] =>
  lines
    .slice(0, 12)
    .flatMap((line) => [
      ...(/^Determining if (?:the )?(?:function |include file |files? )?(\S+)/.exec(line)?.slice(1) ?? []),
      ...(/^Performing .* Test (\S+)/.exec(line)?.slice(1) ?? []),
      ...(/^ {6}- "(?:Looking for|Performing Test|Check(?:ing)? (?:size of|if)?) ?(\S+)"/.exec(line)?.slice(1) ?? []),
    ])
    .filter((name) => name.length > 3);

/** What the compiler said in the check that failed, from the log that `kind` of tool leaves in the build directory. */
export function fromToolLog(kind: string, said: string, buildDir: string): ToolLogPart | undefined {
  const toolLog = toolLogs.find(
    (each) => each.kind === kind || (kind.startsWith('missing') && each.kind === 'Meson error'),
  );
  const file = toolLog && newest(buildDir, toolLog.names);
  if (toolLog === undefined || file === undefined) return undefined;
  const { lines, firstLine } = readLogEnd(join(buildDir, file));
  for (const { from, to } of toolLog.attempts(lines, said)) {
    const at = lines.findIndex((line, index) => index >= from && index < to && tells(line));
    if (at === -1) continue;
    const command = lines
      .slice(from, at)
      .findLast((line) => /^(?:configure:\d+: .*\b-|.* -[co] |Command line: )/.test(line));
    const more = lines.slice(at + 1, Math.min(to, at + 3)).filter((line) => /^\s+(?:\d+ )?\|/.test(line));
    const shown = [...(command === undefined ? [] : [command.trim()]), lines[at] ?? '', ...more];
    return { file, line: firstLine && firstLine + at, lines: shown, need: recognise(lines[at] ?? '')?.need };
  }
  return undefined;
}

/** Whatever a compiler, a linker or a shell says; not what the tool concludes. */
function tells(line: string): boolean {
  const found = recognise(line.trim());
  return (
    found !== undefined &&
    !/error: |Meson|CMake/.test(found.rule.kind) &&
    (found.weight >= 20 || found.need !== undefined) &&
    !/configure:\d+: error|ERROR: /.test(line)
  );
}

/** Bounds on looking through a build directory. */
const depthLimit = 4;
const entryLimit = 5000;

/** The file of one of these names that was written last, as a path below `root`. */
function newest(root: string, names: readonly string[]): string | undefined {
  let best: { path: string; time: number } | undefined;
  let seen = 0;
  const look = (dir: string, depth: number): void => {
    for (const entry of entriesOf(join(root, dir))) {
      if (++seen > entryLimit) return;
      const path = join(dir, entry.name);
      if (entry.isDirectory() && depth < depthLimit) look(path, depth + 1);
      if (!entry.isFile() || !names.includes(entry.name)) continue;
      const time = statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0;
      if (best === undefined || time > best.time) best = { path, time };
    }
  };
  look('', 0);
  return best?.path;
}

/** Files before directories, so that what lies high up is found whatever the limit. */
function entriesOf(dir: string): Dirent[] {
  try {
    return readdirSync(dir, { withFileTypes: true }).sort((a, b) => Number(a.isDirectory()) - Number(b.isDirectory()));
  } catch {
    return [];
  }
}
