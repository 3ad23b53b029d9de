import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { capture, succeeded } from '../../base/command.ts';
import { removeTree } from '../../base/files.ts';
import { patchSeries, rejection } from '../../build/patch.ts';
import { unpackDistfile } from '../../build/unpack.ts';

/** What became of one patch of the series on the new source. */
export interface PatchOutcome {
  readonly patch: string;
  /** `upstream`: the new source has this change already. */
  readonly state: 'applies' | 'upstream' | 'fails';
  /** The hunk that does not fit, and what patch(1) printed. */
  readonly why?: string;
  readonly printed?: string;
}

/**
 * Unpacks the file and applies the recipe's patches in their order, each on what those before it made. A file that cannot
 * be unpacked safely fails here, also where there is nothing to apply.
 */
export async function tryPatches(recipeDir: string, file: string): Promise<readonly PatchOutcome[]> {
  const series = patchSeries(recipeDir);
  const scratch = mkdtempSync(join(tmpdir(), 'mk-update-'));
  try {
    const source = join(scratch, 'source');
    await unpackDistfile(file, source);
    const outcomes: PatchOutcome[] = [];
    for (const patch of series) outcomes.push(await tryPatch(join(recipeDir, patch), patch, source));
    return outcomes;
  } finally {
    removeTree(scratch);
  }
}

async function tryPatch(file: string, patch: string, source: string): Promise<PatchOutcome> {
  const run = (...options: readonly string[]) =>
    capture(
      [
        'patch',
        '-p1',
        '--fuzz=0',
        '--batch',
        '--no-backup-if-mismatch',
        '--reject-file=-',
        ...options,
        `--input=${file}`,
      ],
      {
        cwd: source,
        env: { ...process.env, LC_ALL: 'C' },
      },
    );
  const forward = await run('--forward', '--dry-run');
  if (succeeded(forward)) {
    await run('--forward');
    return { patch, state: 'applies' };
  }
  if (succeeded(await run('--reverse', '--force', '--dry-run'))) return { patch, state: 'upstream' };
  const { message } = rejection(patch, forward.stdout);
  return { patch, state: 'fails', why: message.slice(patch.length + 2), printed: forward.stdout };
}
