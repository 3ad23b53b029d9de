import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Digest, digestOfFile } from '../../base/digest.ts';
import { Failure } from '../../base/failure.ts';
import { temporaryName } from '../../base/files.ts';
import { fetchFromApt, sourcesInApt } from '../../fetch/apt.ts';
import type { SourceFile } from '../../fetch/apt-index.ts';
import { distfileName } from '../../fetch/distfile.ts';
import { prepareDirectory } from '../../fetch/downloaded.ts';
import { largestDistfile } from '../../fetch/room.ts';
import type { LoadedRecipe } from '../../recipe/load.ts';
import { upstreamVersion } from '../../update/apt.ts';
import { archiveName } from '../../update/check.ts';
import type { Tools } from '../../update/strategy.ts';
import type { Web } from '../../update/web.ts';
import { requireAuthentic } from './authentic.ts';
import type { File } from './current.ts';
import { fetchNewCommit } from './fetch-commit.ts';
import { requireKind } from './kind.ts';
import { receive } from './receive-file.ts';

/** The distfile of a version that a recipe does not have yet: in the download directory, under upstream's name. */
export interface NewFile extends File {
  /** The commit that it was made from, if it was. */
  readonly commit?: string;
  readonly sha256: Digest;
  /** The same release as the distribution packs it, where the recipe had such an alternative. */
  readonly alternative: { readonly file: string; readonly sha256: Digest } | undefined;
  /** How far it can be believed: one line each. */
  readonly notes: readonly string[];
}

export interface FetchSetting {
  readonly web: Web;
  readonly match: Tools['match'];
  readonly downloadDir: string;
  readonly aptDir: string;
  /** Upstream is not to be asked. */
  readonly onlyArchive: boolean;
}

/**
 * Gets upstream's file of a version and compares it with the digest and the signature that upstream publishes, if it does.
 * Where upstream is out of reach, the file of the distribution's source archive stands for it if it is upstream's own.
 * Fails with download-failed, digest-mismatch, or unpack-failed when it is no archive of the kind that its name says.
 */
export async function fetchNewFile(loaded: LoadedRecipe, version: string, setting: FetchSetting): Promise<NewFile> {
  const { recipe, name } = loaded;
  if (recipe.git !== undefined) return fetchNewCommit(loaded, recipe.git, version, setting);
  if (recipe.url === undefined) throw new Failure('recipe-invalid', `${name}: has no url to download from`);
  const url = recipe.url(version);
  const archived = async () => filesInArchive(loaded, version, setting);
  prepareDirectory(setting.downloadDir);
  const place = join(setting.downloadDir, distfileName(url));
  const temporary = temporaryName(place);
  try {
    let notes: readonly string[];
    try {
      if (setting.onlyArchive) throw new Failure('download-failed', 'upstream is not asked');
      notes = await fromUpstream(loaded, url, temporary, setting.web);
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== 'download-failed') throw error;
      notes = await fromArchive(loaded, await archived().catch(() => []), { url, to: temporary, why: error, setting });
    }
    const sha256 = digestOfFile(temporary);
    renameSync(temporary, place);
    const alternative = (recipe.alternatives?.length ?? 0) === 0 ? undefined : (await archived().catch(() => []))[0];
    return {
      path: place,
      sha256,
      ...(recipe.unpack === false && { plain: distfileName(url) }),
      alternative: alternative && { file: alternative.file, sha256: alternative.sha256 },
      notes:
        alternative === undefined ? notes : [...notes, `${alternative.file} was taken over as alternative, unseen`],
    };
  } finally {
    rmSync(temporary, { force: true });
  }
}

async function fromUpstream({ dir, recipe }: LoadedRecipe, url: string, to: string, web: Web) {
  const sha256 = await receive(url, to, largestDistfile);
  requireKind(to, url);
  const keys = recipe.update?.keys;
  const keyFile = keys === undefined ? undefined : join(dir, keys);
  return requireAuthentic({ url, path: to, sha256, keyFile }, web);
}

/** The archive's files of an upstream version. */
async function filesInArchive(
  loaded: LoadedRecipe,
  version: string,
  { aptDir }: FetchSetting,
): Promise<readonly SourceFile[]> {
  const files = await sourcesInApt(archiveName(loaded), aptDir, () => {});
  return files.filter((file) => upstreamVersion(file.version) === version);
}

interface Standing {
  readonly url: string;
  readonly to: string;
  readonly why: Failure;
  readonly setting: FetchSetting;
}

/** Takes the archive's file for upstream's, unless the archive is known to pack this source anew. */
async function fromArchive(
  loaded: LoadedRecipe,
  files: readonly SourceFile[],
  { url, to, why, setting }: Standing,
): Promise<readonly string[]> {
  const { recipe } = loaded;
  const packing = /\.(?:tar\.\w+|t[gx]z|tbz2)$/.exec(url)?.[0];
  const file = files.find((each) => packing !== undefined && each.file.endsWith(packing));
  const refuse = (what: string): Failure =>
    new Failure(
      'download-failed',
      `${url}: ${setting.onlyArchive ? 'is not asked for' : 'cannot be had'}, and ${what}`,
      {
        detail: why.message,
        hint: `run it again where upstream can be reached${setting.onlyArchive ? ', without --apt' : ''}`,
      },
    );
  const [other] = files;
  if (file === undefined && other === undefined) throw why;
  if (file === undefined)
    throw refuse(`the source archive has ${other?.file}, which is of another kind than the file that the url names`);
  if ((recipe.alternatives?.length ?? 0) > 0)
    throw refuse(`${file.file} of the source archive is what the recipe names as alternative, not upstream's own file`);
  const current = await filesInArchive(loaded, recipe.version ?? '', setting);
  const isRepacked =
    file.version !== upstreamVersion(file.version) ||
    (current.length > 0 && !current.some(({ sha256 }) => sha256 === recipe.sha256));
  if (isRepacked) throw refuse(`${file.file} of the source archive is not the same file`);
  await fetchFromApt(file.sha256, to, setting.aptDir, () => {});
  const note = "its signature was not checked, since it is the distribution's file";
  const signed = recipe.update?.keys === undefined ? [] : [note];
  const how = setting.onlyArchive ? 'upstream was not asked' : 'upstream was not reached';
  return [`${how}; ${file.file} of the distribution's source archive stands for its file`, ...signed];
}
