import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Digest, digestOf, digestOfDocument } from '../base/digest.ts';
import { isErrno } from '../base/files.ts';
import { inNumericOrder } from '../base/numeric-order.ts';
import { isRegularFile } from './regular.ts';

/** A patch that the board or the product adds to the source of a package. */
export interface ConfiguredPatch {
  readonly path: string;
  /** As people find it, such as `board/B/patches/zlib/0001-x.patch`. */
  readonly name: string;
}

/** The directory below a board's or product's that holds one directory for each package. */
const patchesDir = 'patches';

/** Names of the packages for which any location has a directory of patches. */
export function patchedPackages(locations: readonly string[]): readonly string[] {
  return [...new Set(locations.flatMap((location) => namesIn(join(location, patchesDir))))].sort();
}

/** The patches for a package, from the least specific location to the most specific, in each by the numbers in their names. */
export function patchesFor(locations: readonly string[], name: string): readonly ConfiguredPatch[] {
  return locations.toReversed().flatMap((location) => {
    const dir = join(location, patchesDir, name);
    return namesIn(dir)
      .filter((file) => isPatchName(file) && isRegularFile(join(dir, file)))
      .sort(inNumericOrder)
      .map((file) => ({ path: join(dir, file), name: `${locationName(location)}/${patchesDir}/${name}/${file}` }));
  });
}

/** Digest of what the patches do, in their order; undefined when there are none. Where they lie does not matter. */
export function digestOfPatches(patches: readonly Pick<ConfiguredPatch, 'path'>[]): Digest | undefined {
  if (patches.length === 0) return undefined;
  return digestOfDocument(patches.map(({ path }) => digestOf(readFileSync(path))));
}

/** Editors keep files with names like these, too. */
export const isPatchName = (file: string): boolean => file.endsWith('.patch') && !file.startsWith('.');

const locationName = (location: string): string =>
  /(?:board\/[^/]+|product\/[^/]+(?:\/[^/]+)?)$/.exec(location)?.[0] ?? location;

function namesIn(dir: string): readonly string[] {
  try {
    return readdirSync(dir);
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
}
