import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { capture, succeeded } from '../../base/command.ts';
import { Failure } from '../../base/failure.ts';
import { removeTree } from '../../base/files.ts';
import { patchSeries, rejection } from '../../build/patch.ts';
import { unpackDistfile } from '../../build/unpack.ts';
import { partsOf } from '../../make/sources.ts';
import type { LoadedRecipe } from '../../recipe/load.ts';
import { splitPart } from '../../update/parts.ts';
import { currentFile, type File } from './current.ts';
import type { FetchSetting } from './fetch-new.ts';

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
 * Unpacks the source with the new file of one part (the recipe itself, or an extra source such as `gcc/gmp`) and applies
 * the recipe's patches in their order, each on what those before it made. Extra sources that cannot be had are left out.
 */
export async function tryPatches(
  loaded: LoadedRecipe,
  fresh: { readonly name: string; readonly file: File },
  setting: FetchSetting,
): Promise<readonly PatchOutcome[]> {
  const { name, dir } = loaded;
  const series = patchSeries(dir);
  if (series.length === 0) return [];
  const scratch = mkdtempSync(join(tmpdir(), 'mk-update-'));
  try {
    const source = join(scratch, 'source');
    for (const part of partsOf(loaded)) {
      const isFresh = part.into === (splitPart(fresh.name).part ?? '');
      const file = isFresh ? fresh.file : await currentFile(name, part, setting);
      if (file === undefined && part.into === '')
        throw new Failure('download-failed', `${name}: its source cannot be had, so that its patches cannot be tried`);
      if (file !== undefined) await unpackDistfile(file.path, join(source, part.into), file);
    }
    const outcomes: PatchOutcome[] = [];
    for (const patch of series) outcomes.push(await tryPatch(join(dir, patch), patch, source));
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
