import { Failure } from '../base/failure.ts';
import { isList, isRecord, jsonOf, textOf } from './json-page.ts';
import { askListing, walkTo } from './listing.ts';
import { type Asked, type Found, releases, type Tools } from './strategy.ts';
import { elementsIn } from './xml.ts';

/** The kernel's list: release candidates are `mainline` too, and are known by their names. */
export function readKernels(answer: unknown, of: string): string[] {
  const list = isRecord(answer) ? answer['releases'] : undefined;
  if (!isList(list)) throw new Failure('download-failed', 'the list of kernels has no releases');
  return list.flatMap((each) => {
    if (!isRecord(each)) return [];
    const [moniker, version] = [each['moniker'], textOf(each['version'])];
    // The newest stable kernel becomes longterm after a while, and mainline has no .0 in its name.
    const fits = moniker === of || (of === 'stable' && moniker === 'mainline');
    return fits && version !== undefined ? [version] : [];
  });
}

export async function askKernel(
  { of, site = 'https://www.kernel.org' }: { readonly of: string; readonly site?: string },
  tools: Tools,
): Promise<readonly Found[]> {
  return releases(readKernels(jsonOf(await tools.page(`${site}/releases.json`)), of));
}

/** GNU's own server, also for a recipe that downloads from one of its mirrors. */
export const askGnu = (
  { project, site = 'https://ftp.gnu.org/gnu' }: { readonly project: string; readonly site?: string },
  tools: Tools,
  asked: Asked,
): Promise<readonly Found[]> => askListing({ url: `${site}/${project}/` }, tools, asked);

/** GNOME's index of a module: a list whose third item has the versions by module. */
export function readGnome(answer: unknown, module: string): string[] {
  const byModule = isList(answer) ? answer[2] : undefined;
  const versions = isRecord(byModule) ? byModule[module] : undefined;
  if (!isList(versions)) throw new Failure('download-failed', `GNOME's index names no versions of ${module}`);
  return versions.flatMap((each) => textOf(each) ?? []);
}

/** Up to 3.x the minor told what is for development (odd, or 90 and above); since 40 words do. */
export const isGnomeDevelopment = (version: string): boolean => {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < 40 && (minor % 2 === 1 || minor >= 90);
};

export async function askGnome(
  { module, site = 'https://download.gnome.org' }: { readonly module: string; readonly site?: string },
  tools: Tools,
): Promise<readonly Found[]> {
  const versions = readGnome(jsonOf(await tools.page(`${site}/sources/${module}/cache.json`)), module);
  return versions.map((version) => ({ version, preRelease: isGnomeDevelopment(version) }));
}

/** The feed of a SourceForge project: each file is an item whose title is its path. */
export async function askSourceforge(
  {
    project,
    path = '',
    site = 'https://sourceforge.net',
  }: {
    readonly project: string;
    readonly path?: string;
    readonly site?: string;
  },
  tools: Tools,
  asked: Asked,
): Promise<readonly Found[]> {
  const url = `${site}/projects/${project}/rss?path=/${path.replace(/^\//, '')}`;
  const pattern = filePatternOf(asked);
  if (pattern === undefined) return [];
  const titles = elementsIn((await tools.page(url)).text, 'title');
  const files = titles.map((title) => title.replace(/^.*\//, ''));
  return releases((await tools.match(pattern, files)).flat());
}

const filePatternOf = (asked: Asked): RegExp | undefined => walkTo(asked)?.levels.at(-1);
