import { entriesIn } from './entries.ts';
import { readReleases, readTagNames } from './github.ts';
import { isList, isRecord, listAt, textOf } from './json-page.ts';
import type { Found, Tools } from './strategy.ts';
import { versionsOf } from './tags.ts';

interface Forge {
  readonly of?: 'tags' | 'releases';
  readonly tag?: RegExp;
}

/** GitLab's releases that are out already: it lists planned ones too. */
export function readGitlabReleases(answer: unknown): string[] {
  if (!isList(answer)) return readTagNames(answer);
  return answer.flatMap((each) =>
    isRecord(each) && each['upcoming_release'] !== true ? (textOf(each['tag_name']) ?? []) : [],
  );
}

export async function askGitlab(
  {
    project,
    of = 'tags',
    tag,
    site = 'https://gitlab.com',
  }: Forge & { readonly project: string; readonly site?: string },
  tools: Tools,
): Promise<readonly Found[]> {
  const base = `${site}/api/v4/projects/${encodeURIComponent(project)}`;
  const answer = await listAt(`${base}/${of === 'tags' ? 'repository/tags' : 'releases'}?per_page=100`, tools);
  const tags = of === 'tags' ? readTagNames(answer) : readGitlabReleases(answer);
  return versionsOf({ tags, project: project.replace(/^.*\//, ''), pattern: tag }, tools);
}

/** Gitea and Forgejo; their releases look like GitHub's. */
export async function askGitea(
  { site, repo, of = 'tags', tag }: Forge & { readonly site: string; readonly repo: string },
  tools: Tools,
): Promise<readonly Found[]> {
  const answer = await listAt(`${site}/api/v1/repos/${repo}/${of}?limit=100`, tools);
  const project = repo.replace(/^.*\//, '');
  if (of === 'tags') return versionsOf({ tags: readTagNames(answer), project, pattern: tag }, tools);
  const found = readReleases(answer);
  const versions = await Promise.all(
    found.map((each) => versionsOf({ tags: [each.tag], project, pattern: tag }, tools)),
  );
  return versions.flatMap((each, at) => each.map((one) => ({ ...one, preRelease: found[at]?.preRelease ?? false })));
}

/** The tags on a page of cgit: each has a link to itself, `…/tag/?h=v1.2`, and maybe links to archives of it. */
export function cgitTags(text: string, url: string): string[] {
  return entriesIn(text, url).flatMap((entry) => {
    const tag = /^tag\/?\?(?:.*&)?(?:h|id)=(?:refs\/tags\/)?([^&]+)/.exec(entry)?.[1];
    return tag === undefined ? [] : [tag];
  });
}

export async function askCgit(
  { url, tag }: { readonly url: string; readonly tag?: RegExp },
  tools: Tools,
): Promise<readonly Found[]> {
  const base = url.replace(/\/+$/, '');
  const page = `${base}/refs/tags`;
  const project = base.replace(/\.git$/, '').replace(/^.*\//, '');
  return versionsOf({ tags: cgitTags((await tools.page(page)).text, page), project, pattern: tag }, tools);
}
