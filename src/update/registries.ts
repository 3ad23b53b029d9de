import { Failure } from '../base/failure.ts';
import { isList, isRecord, jsonOf, textOf } from './json-page.ts';
import type { Found, Tools } from './strategy.ts';

/** PyPI: a release without files, or whose files are all yanked, is no longer meant for anybody. */
export function readPypi(answer: unknown): Found[] {
  const releases = isRecord(answer) ? answer['releases'] : undefined;
  if (!isRecord(releases)) throw new Failure('download-failed', 'PyPI has answered without releases');
  return Object.entries(releases).map(([version, files]) => {
    const all = isList(files) ? files : [];
    return { version, withdrawn: all.every((file) => isRecord(file) && file['yanked'] === true) };
  });
}

/** npm: `latest` is what its authors recommend; anything above it is for the brave. */
export function readNpm(answer: unknown, isAbove: (version: string, latest: string) => boolean): Found[] {
  const versions = isRecord(answer) ? answer['versions'] : undefined;
  const tags = isRecord(answer) ? answer['dist-tags'] : undefined;
  if (!isRecord(versions)) throw new Failure('download-failed', 'npm has answered without versions');
  const latest = isRecord(tags) ? textOf(tags['latest']) : undefined;
  return Object.entries(versions).map(([version, each]) => ({
    version,
    preRelease: latest !== undefined && isAbove(version, latest),
    withdrawn: isRecord(each) && each['deprecated'] !== undefined && each['deprecated'] !== false,
  }));
}

export function readCrates(answer: unknown): Found[] {
  const versions = isRecord(answer) ? answer['versions'] : undefined;
  if (!isList(versions)) throw new Failure('download-failed', 'the crate registry has answered without versions');
  return versions.flatMap((each) => {
    const version = isRecord(each) ? textOf(each['num']) : undefined;
    return version === undefined ? [] : [{ version, withdrawn: isRecord(each) && each['yanked'] === true }];
  });
}

export const askPypi = async (
  { project, site = 'https://pypi.org' }: { readonly project: string; readonly site?: string },
  tools: Tools,
): Promise<readonly Found[]> => readPypi(jsonOf(await tools.page(`${site}/pypi/${encodeURIComponent(project)}/json`)));

export const askNpm = async (
  { package: name, site = 'https://registry.npmjs.org' }: { readonly package: string; readonly site?: string },
  isAbove: (version: string, latest: string) => boolean,
  tools: Tools,
): Promise<readonly Found[]> => {
  const headers = { accept: 'application/vnd.npm.install-v1+json' };
  return readNpm(jsonOf(await tools.page(`${site}/${name.replace('/', '%2f')}`, { headers })), isAbove);
};

export const askCrates = async (
  { crate, site = 'https://crates.io' }: { readonly crate: string; readonly site?: string },
  tools: Tools,
): Promise<readonly Found[]> =>
  readCrates(jsonOf(await tools.page(`${site}/api/v1/crates/${encodeURIComponent(crate)}`)));
