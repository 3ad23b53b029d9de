import { basename } from 'node:path';
import type { Digest } from '../../base/digest.ts';
import { failuresOf } from '../../base/failure.ts';
import { type Candidate, fetchDistfile } from '../../fetch/distfile.ts';
import { parseMirrors } from '../../fetch/mirror.ts';
import type { LoadedRecipe } from '../../recipe/load.ts';
import type { FetchSetting } from './fetch-new.ts';

/** A distfile on disk. */
export interface File {
  readonly path: string;
  /** It is an archive that holds the real one at this path. */
  readonly inside?: string | undefined;
}

/** The distfile that a recipe has now, or an alternative of it; undefined when none can be had. */
export async function currentFile({ name, recipe }: LoadedRecipe, setting: FetchSetting): Promise<File | undefined> {
  if (recipe.url === undefined) return undefined;
  const { downloadDir, aptDir, onlyArchive } = setting;
  const url = recipe.url(recipe.version);
  const file = basename(new URL(url).pathname);
  const upstream: Candidate = { file, sha256: recipe.sha256 as Digest, ...(onlyArchive ? {} : { url }) };
  const others = (recipe.alternatives ?? []).map((each): Candidate => ({ ...each, sha256: each.sha256 as Digest }));
  const quiet = () => {};
  const mirrors = parseMirrors(process.env['MK_MIRRORS'] || (onlyArchive ? 'apt:' : ''));
  try {
    const options = { downloadDir, aptDir, mirrors, offline: false, tell: quiet, warn: quiet };
    const { path, candidate } = await fetchDistfile({ package: name, candidates: [upstream, ...others] }, options);
    return { path, inside: candidate.inside };
  } catch (error) {
    if (failuresOf(error) === undefined) throw error;
    return undefined;
  }
}
