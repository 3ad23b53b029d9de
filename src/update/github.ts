import { Failure } from '../base/failure.ts';
import { gitTags } from './git.ts';
import { isList, isRecord, listAt, textOf } from './json-page.ts';
import type { Found, Tools } from './strategy.ts';
import { versionsOf } from './tags.ts';
import { elementsIn } from './xml.ts';

interface Github {
  readonly repo: string;
  readonly of?: 'tags' | 'releases';
  readonly tag?: RegExp;
  readonly site?: string;
}

/** Drafts are nobody's; pre-releases are told as such. */
export function readReleases(answer: unknown): { readonly tag: string; readonly preRelease: boolean }[] {
  if (!isList(answer)) throw new Failure('download-failed', 'GitHub has not answered with a list');
  return answer.flatMap((each) => {
    const tag = isRecord(each) && each['draft'] !== true ? textOf(each['tag_name']) : undefined;
    return tag === undefined ? [] : [{ tag, preRelease: isRecord(each) && each['prerelease'] === true }];
  });
}

/** The names of a list of tags; GitHub's, Gitea's and GitLab's have the same shape. */
export function readTagNames(answer: unknown): string[] {
  if (!isList(answer)) throw new Failure('download-failed', 'the answer is no list of tags');
  return answer.flatMap((each) => (isRecord(each) ? (textOf(each['name']) ?? []) : []));
}

/**
 * Asks the API, with the user's GITHUB_TOKEN if there is one. Where it refuses, as it does after sixty questions an hour
 * without a token, the repository itself or its feed is asked, which have no such limit.
 */
export async function askGithub(source: Github, tools: Tools): Promise<readonly Found[]> {
  const { repo, of = 'tags', tag, site = 'https://github.com' } = source;
  const api = site === 'https://github.com' ? 'https://api.github.com' : `${site}/api/v3`;
  const project = repo.replace(/^.*\//, '');
  const names = (tags: readonly string[]) => versionsOf({ tags, project, pattern: tag }, tools);
  const token = tools.token('GITHUB_TOKEN');
  const headers = {
    accept: 'application/vnd.github+json',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
  const list = () => listAt(`${api}/repos/${repo}/${of}?per_page=100`, tools, headers);
  try {
    if (of === 'tags') return await names(readTagNames(await list()));
    const found = readReleases(await list());
    const versions = await Promise.all(found.map((each) => names([each.tag])));
    return versions.flatMap((each, at) => each.map((one) => ({ ...one, preRelease: found[at]?.preRelease ?? false })));
  } catch (error) {
    if (!(error instanceof Failure) || !/status (403|429)/.test(error.message)) throw error;
    if (of === 'tags') return names([...(await gitTags(`${site}/${repo}.git`, tools)).keys()]);
    const { text } = await tools.page(`${site}/${repo}/releases.atom`);
    return names(elementsIn(text, 'id').flatMap((id) => /:Repository\/\d+\/(.*)$/.exec(id)?.[1] ?? []));
  }
}
