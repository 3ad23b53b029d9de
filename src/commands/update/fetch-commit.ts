import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Digest } from '../../base/digest.ts';
import { gitArchiveName } from '../../base/distfile-name.ts';
import { Failure } from '../../base/failure.ts';
import { temporaryName } from '../../base/files.ts';
import { prepareDirectory } from '../../fetch/downloaded.ts';
import { largestDistfile } from '../../fetch/room.ts';
import type { LoadedRecipe } from '../../recipe/load.ts';
import type { GitSource } from '../../recipe/recipe.ts';
import { commitOf } from '../../update/git.ts';
import type { FetchSetting, NewFile } from './fetch-new.ts';

/** Packs the commit that upstream has tagged as a version. Fails with download-failed when there is no such tag. */
export async function fetchNewCommit(
  { recipe, name }: LoadedRecipe,
  git: GitSource,
  version: string,
  { web, match, downloadDir, onlyArchive }: FetchSetting,
): Promise<NewFile> {
  const { url, submodules = true } = git;
  if (onlyArchive) {
    throw new Failure('download-failed', `${name}: is made from a commit, which no source archive has`, {
      hint: 'run it again without --apt',
    });
  }
  if (recipe.update?.keys !== undefined) {
    throw new Failure('recipe-invalid', `${name}: names keys, and signatures of tags and commits cannot be checked`, {
      hint: 'take `keys` out of its `update`',
    });
  }
  const commit = await commitOf(version, { git, update: recipe.update }, { page: web.page, post: web.post, match });
  if (commit === undefined) throw new Failure('download-failed', `${url}: has no tag for version ${version}`);
  prepareDirectory(downloadDir);
  const path = join(downloadDir, gitArchiveName(url, commit));
  const temporary = temporaryName(path);
  const warnings: string[] = [];
  try {
    const { fetchGit } = await import('../../fetch/git.ts');
    const { sha256 } = await fetchGit({ url, commit, submodules }, temporary, patience, {
      tell: () => {},
      warn: (message) => void warnings.push(message),
      limit: largestDistfile,
    });
    renameSync(temporary, path);
    return {
      ...{ path, commit, sha256: sha256 as Digest, alternative: undefined },
      notes: [`commit: ${commit}`, ...warnings],
    };
  } finally {
    rmSync(temporary, { force: true });
  }
}

const patience = { tries: 3, stall: 30_000, backOff: 500 };
