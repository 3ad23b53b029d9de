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

/**
 * Applies one patch to the source tree with `-p1` and without fuzz; what patch(1) printed is in the log. `warn` hears of
 * hunks that fit elsewhere than they say. Messages call the patch `name`.
 * Fails with patch-rejected, naming the file and the hunk. The tree may then be half patched, and is to be thrown away;
 * nothing outside of it is ever changed.
 */
export async function applyPatch(
  file: string,
  sourceDir: string,
  run: Run,
  warn: (message: string) => void = () => {},
  name: string = basename(file),
): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), 'patch-'));
  const printed = join(scratch, 'printed');
  // --forward and --batch: never reverse a patch, never ask; --reject-file=-: leave nothing behind.
  const options = ['-p1', '--fuzz=0', '--forward', '--batch', '--no-backup-if-mismatch', '--reject-file=-'];
  try {
    await run.with({ cwd: sourceDir, stdout: printed, env: { LC_ALL: 'C' } })`patch ${options} --input=${file}`;
    await run`cat ${printed}`;
    for (const moved of movedHunks(readFileSync(printed, 'utf8'))) warn(`${name}: ${moved}`);
  } catch (error) {
    if (!failuresOf(error)?.some(({ code }) => code === 'command-failed')) throw error;
    const text = readFileSync(printed, 'utf8');
    // Not a word: patch is not installed, or could not read the file as a patch and said so in the log.
    if (text === '') throw error;
    await run`cat ${printed}`;
    throw rejection(name, text, error);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/** The Failure for what patch(1) printed about a patch that it did not apply. */
export function rejection(patch: string, printed: string, cause?: unknown): Failure {
  const detail = printed.trimEnd();
  const found = firstRejection(printed);
  if (found === undefined) return new Failure('patch-rejected', `${patch}: does not apply`, { detail, cause });
  const hint = found.applied
    ? `remove ${patch} if upstream has the change by now`
    : `rebase ${patch} onto this version of the source`;
  return new Failure('patch-rejected', `${patch}: ${found.what}`, { detail, hint, cause });
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

function firstRejection(printed: string): { readonly what: string; readonly applied?: boolean } | undefined {
  let target = '';
  for (const line of printed.split('\n')) {
    target = targetOf(line) ?? target;
    const hunk = line.match(/^Hunk #(\d+) FAILED at (\d+)/);
    if (hunk) return { what: `hunk ${hunk[1]} does not fit ${target} at line ${hunk[2]}` };
    if (/^Reversed \(or previously applied\) patch detected/.test(line)) {
      return { what: `is already applied to ${target}`, applied: true };
    }
    const dangerous = line.match(/^(?:Ignoring potentially dangerous|Invalid) file name (.*?)(?: -- skipping patch)?$/);
    if (dangerous) return { what: `names ${dangerous[1]}, which is outside of the source tree` };
    if (/^can't find file to patch/.test(line)) return { what: `${missingFile(printed)} is not in the source tree` };
    if (/git binary diffs are not supported/.test(line))
      return { what: 'has a binary change, which patch cannot apply' };
    if (/^File .* is not a regular file/.test(line)) return { what: line.slice('File '.length) };
  }
  return undefined;
}

/** patch(1) shows the header of the change whose file it does not find; its name is there. */
const missingFile = (printed: string): string =>
  printed.match(/^\|(?:---|\+\+\+) [^/\n]*\/?([^\t\n]*)/m)?.[1] ?? 'its file';
