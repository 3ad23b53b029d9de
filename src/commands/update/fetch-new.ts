import { createHash } from 'node:crypto';
import { renameSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { type Digest, digestOfFile } from '../../base/digest.ts';
import { Failure } from '../../base/failure.ts';
import { temporaryName } from '../../base/files.ts';
import { download } from '../../base/http.ts';
import { fetchFromApt, sourcesInApt } from '../../fetch/apt.ts';
import type { SourceFile } from '../../fetch/apt-index.ts';
import { distfileName } from '../../fetch/distfile.ts';
import { prepareDirectory } from '../../fetch/downloaded.ts';
import type { LoadedRecipe } from '../../recipe/load.ts';
import { upstreamVersion } from '../../update/apt.ts';
import { archiveName } from '../../update/check.ts';
import { checksumAddresses, digestIn, signatureAddresses } from '../../update/checksums.ts';
import type { Web } from '../../update/web.ts';

/** The distfile of a version that a recipe does not have yet. */
export interface NewFile {
  /** In the download directory, under upstream's name. */
  readonly path: string;
  readonly sha256: Digest;
  /** The same release as the distribution packs it, where the recipe had such an alternative. */
  readonly alternative: { readonly file: string; readonly sha256: Digest } | undefined;
  /** How far it can be believed: one line each. */
  readonly notes: readonly string[];
}

export interface FetchSetting {
  readonly web: Web;
  readonly downloadDir: string;
  readonly aptDir: string;
  /** Upstream is not to be asked. */
  readonly onlyArchive: boolean;
}

/**
 * Gets upstream's file of a version and compares it with the digest that upstream publishes, if it does. Where upstream
 * is out of reach, the file of the distribution's source archive stands for it if it is upstream's own.
 * Fails with download-failed or digest-mismatch.
 */
export async function fetchNewFile(loaded: LoadedRecipe, version: string, setting: FetchSetting): Promise<NewFile> {
  const { recipe, name } = loaded;
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
      notes = await fromUpstream(url, temporary, setting.web);
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
      alternative: alternative && { file: alternative.file, sha256: alternative.sha256 },
      notes:
        alternative === undefined ? notes : [...notes, `${alternative.file} was taken over as alternative, unseen`],
    };
  } finally {
    rmSync(temporary, { force: true });
  }
}

async function fromUpstream(url: string, to: string, web: Web): Promise<readonly string[]> {
  const sha256 = await receive(url, to);
  const published = await publishedDigest(url, web);
  if (published !== undefined && published.digest !== sha256) {
    throw new Failure('digest-mismatch', `${url}: is not the file that upstream describes`, {
      detail: `sha256 in ${published.at}: ${published.digest}\nsha256 received: ${sha256}`,
    });
  }
  const signature = await firstThere(signatureAddresses(url), web);
  return [
    published === undefined
      ? 'upstream publishes no sha256 that could be found'
      : `its sha256 is the one in ${published.at}`,
    ...(signature === undefined ? [] : [`its signature, not checked here, is ${signature}`]),
  ];
}

async function receive(url: string, to: string): Promise<string> {
  const file = await open(to, 'w', 0o644);
  let sum = createHash('sha256');
  let size = 0;
  try {
    await download(url, {
      async begin() {
        await file.truncate(0);
        sum = createHash('sha256');
        size = 0;
      },
      async write(chunk) {
        // At a position, since a transfer may start over; in a loop, since a write may be partial.
        for (let done = 0; done < chunk.length; )
          done += (await file.write(chunk, done, chunk.length - done, size + done)).bytesWritten;
        sum.update(chunk);
        size += chunk.length;
      },
    });
  } finally {
    await file.close();
  }
  return sum.digest('hex');
}

async function publishedDigest(url: string, web: Web): Promise<{ digest: string; at: string } | undefined> {
  for (const at of checksumAddresses(url)) {
    const text = await web.page(at).then(
      (page) => page.text,
      () => '',
    );
    const digest = digestIn(text, distfileName(url));
    if (digest !== undefined) return { digest, at };
  }
  return undefined;
}

async function firstThere(addresses: readonly string[], web: Web): Promise<string | undefined> {
  for (const address of addresses) {
    if ((await web.missing(address).catch(() => 'unknown')) === undefined) return address;
  }
  return undefined;
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
  if (file === undefined) throw why;
  const current = await filesInArchive(loaded, recipe.version ?? '', setting);
  const isRepacked =
    (recipe.alternatives?.length ?? 0) > 0 ||
    file.version !== upstreamVersion(file.version) ||
    (current.length > 0 && !current.some(({ sha256 }) => sha256 === recipe.sha256));
  if (isRepacked) {
    throw new Failure(
      'download-failed',
      `${url}: cannot be had, and ${file.file} of the source archive is not the same file`,
      {
        detail: why.message,
        hint: 'run it again where upstream can be reached',
      },
    );
  }
  await fetchFromApt(file.sha256, to, setting.aptDir, () => {});
  return [`upstream was not reached; ${file.file} of the distribution's source archive stands for its file`];
}
