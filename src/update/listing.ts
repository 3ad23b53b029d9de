import { greatestVersion } from '../base/version.ts';

/** A page with links to files, and what the names of the interesting ones look like: group 1 is the version. */
export interface Listing {
  readonly url: string;
  readonly pattern: RegExp;
}

/** The directory that a distfile's url lies in, and its file name with any version in place of this one. */
export function listingOf(url: string, version: string): Listing {
  const slash = url.lastIndexOf('/');
  const file = decodeURIComponent(url.slice(slash + 1));
  const parts = file.split(version).map(escapePattern);
  // Only the first place of the version is free; further ones must repeat it.
  const [first = '', ...others] = parts;
  const pattern = others.length === 0 ? first : `${first}(\\d[\\w.]*?)${others.join('\\1')}`;
  return { url: url.slice(0, slash + 1), pattern: new RegExp(`(?<![\\w.-])${pattern}(?![\\w.-])`, 'g') };
}

const escapePattern = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** A version that announces itself as not meant for everybody. */
const isPreRelease = (version: string): boolean => /rc|alpha|beta|pre|dev|snapshot|\d[ab]\d/i.test(version);

/** The greatest released version that the text of a listing names; undefined when it names none. */
export function newestIn(text: string, { pattern }: Listing): string | undefined {
  const global = new RegExp(pattern.source, pattern.flags.includes('g') ? pattern.flags : `${pattern.flags}g`);
  const versions = [...text.matchAll(global)].flatMap((match) => (match[1] === undefined ? [] : [match[1]]));
  return greatestVersion(versions.filter((version) => !isPreRelease(version)));
}
