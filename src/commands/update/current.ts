import { failuresOf } from '../../base/failure.ts';
import { fetchDistfile } from '../../fetch/distfile.ts';
import { parseMirrors } from '../../fetch/mirror.ts';
import type { partsOf } from '../../make/sources.ts';
import type { FetchSetting } from './fetch-new.ts';

/** A distfile on disk. */
export interface File {
  readonly path: string;
  /** It is an archive that holds the real one at this path. */
  readonly inside?: string;
  /** It is copied in under this name instead of being unpacked. */
  readonly plain?: string;
}

/** One of the files that a source tree is made of. */
export type SourcePart = ReturnType<typeof partsOf>[number];

/** The distfile that a recipe has now, or an alternative of it; undefined when none can be had. */
export async function currentFile(
  name: string,
  { candidates, plain }: SourcePart,
  setting: FetchSetting,
): Promise<File | undefined> {
  const { downloadDir, aptDir, onlyArchive } = setting;
  const [upstream, ...others] = candidates;
  const { url, git, ...withoutUpstream } = upstream;
  const quiet = () => {};
  const mirrors = parseMirrors(process.env['MK_MIRRORS'] || (onlyArchive ? 'apt:' : ''));
  try {
    const { path, candidate } = await fetchDistfile(
      { package: name, candidates: [onlyArchive ? withoutUpstream : upstream, ...others] },
      { downloadDir, aptDir, mirrors, offline: false, tell: quiet, warn: quiet },
    );
    const inside = candidate.inside === undefined ? {} : { inside: candidate.inside };
    return { path, ...inside, ...(plain === undefined ? {} : { plain }) };
  } catch (error) {
    if (failuresOf(error) === undefined) throw error;
    return undefined;
  }
}
