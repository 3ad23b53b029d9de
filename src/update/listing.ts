import { compareVersions } from '../base/version.ts';
import { entriesIn } from './entries.ts';
import { type Asked, type Found, releases, type Tools } from './strategy.ts';

/** A place among directories whose names have versions: what is looked for at each level, the file last. */
export interface Walk {
  /** The directory that no version is in the name of. */
  readonly root: string;
  readonly levels: readonly RegExp[];
}

/** Directories of a level that are looked into, the newest first: the newest of all may be empty or for pre-releases only. */
const directoriesLookedInto = 3;

/**
 * How any version of a distfile is found: the directory it lies in, or the first one above it that has no version in its
 * name, and what directories and files in it are called. Packings may differ: a project changes from gz to xz.
 */
export function walkTo({ url, version }: Asked): Walk | undefined {
  if (url === undefined) return undefined;
  const [here, there] = [new URL(url(version)), new URL(url(otherVersion))];
  const [parts, others] = [here.pathname.split('/').slice(1), there.pathname.split('/').slice(1)];
  const names = parts.map(decoded);
  const varies = names.map((name, at) => name.includes(version) || decoded(others[at] ?? '') !== name);
  const firstVarying = Math.min(varies.indexOf(true) === -1 ? parts.length : varies.indexOf(true), parts.length - 1);
  const above = parts.slice(0, firstVarying);
  const file = names.at(-1) ?? '';
  // Some projects name every file alike and put the version into the directory alone.
  const fileSays = file.includes(version) || varies[parts.length - 1] === true;
  const levels = names.slice(firstVarying, -1).map((name) => namePattern(name, version, '/'));
  return {
    root: `${here.origin}/${above.map((part) => `${part}/`).join('')}`,
    levels: fileSays || levels.length === 0 ? [...levels, filePattern(file, version)] : levels,
  };
}

/** The versions of files in a listing, looked for below it where directories have versions in their names. */
export async function askListing(
  { url, pattern }: { readonly url?: string; readonly pattern?: RegExp },
  tools: Tools,
  asked: Asked,
): Promise<readonly Found[]> {
  if (url !== undefined && pattern !== undefined) return releases(await versionsAt(url, pattern, tools));
  const walk = walkTo(asked);
  if (walk === undefined) return [];
  if (pattern !== undefined) return releases(await versionsAt(walk.root, pattern, tools));
  return releases(await descend(url ?? walk.root, walk.levels, tools));
}

async function versionsAt(url: string, pattern: RegExp, tools: Tools): Promise<readonly string[]> {
  return (await tools.match(pattern, entriesIn((await tools.page(url)).text, url))).flat();
}

async function descend(url: string, levels: readonly RegExp[], tools: Tools): Promise<readonly string[]> {
  const [pattern, ...below] = levels;
  if (pattern === undefined) return [];
  const entries = entriesIn((await tools.page(url)).text, url);
  const candidates = below.length === 0 ? entries : entries.filter((entry) => entry.endsWith('/'));
  const versions = await tools.match(pattern, candidates);
  if (below.length === 0) return versions.flat();
  const directories = candidates.flatMap((entry, at) => (versions[at] ?? []).map((version) => ({ entry, version })));
  directories.sort((a, b) => compareVersions(b.version, a.version));
  const found: string[] = [];
  for (const { entry } of directories.slice(0, directoriesLookedInto)) {
    found.push(...(await descend(new URL(encodeURI(entry), url).href, below, tools)));
  }
  return found;
}

const otherVersion = '98765.43210.12345';
const versionGroup = '(\\d[\\w.]*?(?:[-+~_][\\w.]+?)?)';
const packings = ['tar.xz', 'tar.gz', 'tar.bz2', 'tar.zst', 'tar.lz', 'tgz', 'txz', 'tbz2', 'zip'];

/** The file's name with any version and any packing. */
function filePattern(file: string, version: string): RegExp {
  const packing = packings.find((ending) => file.endsWith(`.${ending}`));
  if (packing === undefined) return namePattern(file, version, '');
  const stem = namePattern(file.slice(0, -packing.length - 1), version, '').source;
  const any = packings.map(escapePattern).join('|');
  return new RegExp(`${stem.replace(/\$$/, '')}\\.(?:${any})$`);
}

/** The name with any version in the first place of this one, or of its first numbers; further places repeat it. */
function namePattern(name: string, version: string, end: string): RegExp {
  const prefixes = version.split('.').map((_, at, parts) => parts.slice(0, parts.length - at).join('.'));
  const present = prefixes.find((prefix) => name.includes(prefix));
  if (present === undefined) return new RegExp(`^${escapePattern(name)}${end}$`);
  const [first = '', ...rest] = name.split(present).map(escapePattern);
  return new RegExp(`^${first}${versionGroup}${rest.join('\\1')}${end}$`);
}

export const escapePattern = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
