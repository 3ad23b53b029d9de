import { type Found, releases, type Tools } from './strategy.ts';

/** Tags of a project, and how to read them where the usual way is not enough. */
export interface Tags {
  readonly tags: readonly string[];
  /** The project's name, which many put in front of the version. */
  readonly project: string;
  readonly pattern: RegExp | undefined;
}

/** The versions that tags stand for; tags that name none, such as branches and builds, are left out. */
export async function versionsOf(
  { tags, project, pattern }: Tags,
  tools: Pick<Tools, 'match'>,
): Promise<readonly Found[]> {
  if (pattern !== undefined) return releases((await tools.match(pattern, tags)).flat());
  return releases(tags.flatMap((tag) => versionInTag(tag, project) ?? []));
}

/**
 * The version in a tag: what is left when names in front of it are taken away, in any of the usual spellings
 * (`v1.2`, `zlib-1.2`, `release-1.2`, `REL_1_2`, `OpenSSL_1_1_1w`). Undefined when it looks like none.
 */
export function versionInTag(tag: string, project: string): string | undefined {
  const last = tag
    .replace(/^refs\/tags\//, '')
    .replace(/\^\{\}$/, '')
    .replace(/^.*\//, '');
  const own = new RegExp(`^${project.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![a-z])`, 'i');
  const rest = last.replace(own, '');
  const text = rest.replace(/^[^a-z\d]*(?:[a-z]+[^a-z\d]*)*?(?=\d)/i, '');
  if (/\s/.test(last) || !isVersion(text)) return undefined;
  return /\d\.\d/.test(text)
    ? text
    : text
        .replaceAll('_', '.')
        .replace(/^(\d+)-(?=\d)/, '$1.')
        .replace(/(?<=\.\d+)-(?=\d)/g, '.');
}

/** Words that versions have; any other word makes a text the name of something else. */
const words =
  /^(?:v|[a-z]|z[a-z]|dev|devel|alpha|beta|pre|preview|prerelease|rc|cr|milestone|snapshot|nightly|patch|pl|post|sp|final|ga|release|update|ea|lts|rev)$/;

/** Whether a text looks like a version: it begins with a number, and has no words but those of versions. */
export function isVersion(text: string): boolean {
  if (!/^\d/.test(text) || text.length > 60 || /[^\w.+~-]/.test(text)) return false;
  // 0a1b2c3 is a commit; 20240101 and 1234567 are not.
  if (/^[\da-f]{7,40}$/.test(text) && /[a-f]\d|\d[a-f]+\d/.test(text) && /[a-f]/.test(text)) return false;
  return (text.toLowerCase().match(/[a-z]+/g) ?? []).every((word) => words.test(word));
}
