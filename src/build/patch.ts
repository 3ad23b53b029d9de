import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Failure, failuresOf } from '../base/failure.ts';
import { inNumericOrder } from '../base/numeric-order.ts';
import type { Run } from '../recipe/context.ts';

/** The names of the patches in a directory, in the order of applying them: numbers in names count as numbers, so 9 comes before 10. */
export function patchSeries(dir: string): readonly string[] {
  return readdirSync(dir)
    .filter((name) => name.endsWith('.patch'))
    .sort(inNumericOrder);
}

/** Where a patch is applied. */
interface Setting {
  readonly run: Run;
  /** Takes lines for the log of the hook. */
  readonly log: (text: string) => void;
  readonly warn: (message: string) => void;
}

/**
 * Applies one patch to the source tree with `-p1` and without fuzz; `log` gets what patch(1) printed. `warn` hears of
 * hunks that fit elsewhere than they say, and of line ends that were changed. Messages call the patch `name`.
 * Fails with patch-rejected, naming the file and the hunk. The tree may then be half patched, and is to be thrown away;
 * nothing outside of it is ever changed.
 */
export async function applyPatch(
  file: string,
  sourceDir: string,
  { run, log, warn }: Setting,
  name: string = basename(file),
): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), 'patch-'));
  const printed = join(scratch, 'printed');
  // --forward and --batch: never reverse a patch, never ask; --reject-file=-: leave nothing behind.
  const options = ['-p1', '--fuzz=0', '--forward', '--batch', '--no-backup-if-mismatch', '--reject-file=-'];
  try {
    await run.with({ cwd: sourceDir, stdout: printed, env: { LC_ALL: 'C' } })`patch ${options} --input=${file}`;
    const text = readFileSync(printed, 'utf8');
    log(text);
    for (const moved of movedHunks(text)) warn(`${name}: ${moved}`);
    if (/^\(Stripping trailing CRs from patch/m.test(text))
      warn(`${name}: its lines end in CR LF, and were applied as if they ended in LF`);
  } catch (error) {
    if (!failuresOf(error)?.some(({ code }) => code === 'command-failed')) throw error;
    const text = readFileSync(printed, 'utf8');
    // Not a word: patch is not installed, or could not read the file as a patch and said so in the log.
    if (text === '') throw error;
    log(text);
    throw rejection(name, text, error);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/** The Failure for what patch(1) printed, which the log has, about a patch that it did not apply. */
export function rejection(patch: string, printed: string, cause?: unknown): Failure {
  const { what, remedy = (it: string) => `rebase ${it} onto this version of the source` } = firstRejection(printed);
  return new Failure('patch-rejected', `${patch}: ${what}`, { hint: remedy(patch), cause });
}

/** Hunks that patch(1) found elsewhere, one text for each file. */
export function movedHunks(printed: string): string[] {
  const moved = new Map<string, string[]>();
  let target = '';
  for (const line of printed.split('\n')) {
    target = targetOf(line) ?? target;
    const hunk = /^Hunk #(\d+) succeeded at \d+ \(offset (-?\d+) lines?\)/.exec(line);
    if (hunk) moved.set(target, [...(moved.get(target) ?? []), `hunk ${hunk[1]} by ${hunk[2]}`]);
  }
  return [...moved].map(([file, hunks]) => `fits ${file} at other lines: ${hunks.join(', ')}`);
}

const targetOf = (line: string): string | undefined =>
  line.match(/^(?:patching|checking) (?:file|symbolic link) (.*?)(?: \(.*\))?$/)?.[1];

interface Rejection {
  readonly what: string;
  /** What to do about the patch of this name, when it is not to be rebased. */
  readonly remedy?: (patch: string) => string;
}

const remedies = {
  applied: (patch: string) => `remove ${patch} if upstream has the change by now`,
  lineEnds: (patch: string) =>
    `give the lines of the changes in ${patch} the ends that the file has, and its headers LF`,
  outside: (patch: string) => `a patch may only change what is in the source tree: mend the file names in ${patch}`,
  binary: (patch: string) =>
    `make ${patch} without the binary file, keep that beside build.ts, and copy it in the prepare hook`,
  link: (patch: string) => `let ${patch} change the file itself, by the name that it has in the source tree`,
};

function firstRejection(printed: string): Rejection {
  let target = '';
  for (const line of printed.split('\n')) {
    target = targetOf(line) ?? target;
    const hunk = line.match(/^Hunk #(\d+) FAILED at (\d+)(.*different line endings)?/);
    if (hunk) {
      const what = `hunk ${hunk[1]} does not fit ${target} at line ${hunk[2]}`;
      if (hunk[3] === undefined) return { what };
      return { what: `${what}, which ends in another way (LF or CR LF)`, remedy: remedies.lineEnds };
    }
    if (/^Reversed \(or previously applied\) patch detected/.test(line)) {
      return { what: `is already applied to ${target}`, remedy: remedies.applied };
    }
    const dangerous = line.match(/^(?:Ignoring potentially dangerous|Invalid) file name (.*?)(?: -- skipping patch)?$/);
    if (dangerous)
      return { what: `names ${dangerous[1]}, which is outside of the source tree`, remedy: remedies.outside };
    if (/^can't find file to patch/.test(line)) return { what: `${missingFile(printed)} is not in the source tree` };
    if (/git binary diffs are not supported/.test(line))
      return { what: 'has a binary change, which patch cannot apply', remedy: remedies.binary };
    if (/^File .* is not a regular file/.test(line)) return { what: line.slice('File '.length), remedy: remedies.link };
  }
  return { what: 'does not apply' };
}

/** patch(1) shows the header of the change whose file it does not find; its name is there. */
const missingFile = (printed: string): string =>
  printed.match(/^\|(?:---|\+\+\+) [^/\n]*\/?([^\t\n]*)/m)?.[1] ?? 'its file';
