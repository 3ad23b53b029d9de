import { Failure } from '../base/failure.ts';
import type { GitSource } from '../recipe/recipe.ts';
import type { UpdateSource } from '../recipe/update-source.ts';
import { escapePattern } from './listing.ts';
import type { Found, Tools } from './strategy.ts';
import { versionsOf } from './tags.ts';

/** Bytes of a list of refs: a kernel has thousands of tags. */
const limit = 32 * 1024 * 1024;

/** The payloads of a text in git's pkt-line format; undefined where a packet is empty (flush, delimiter). */
export function packets(text: string): (string | undefined)[] {
  const bytes = Buffer.from(text, 'utf8');
  const found: (string | undefined)[] = [];
  for (let at = 0; at + 4 <= bytes.length; ) {
    const size = Number.parseInt(bytes.toString('latin1', at, at + 4), 16);
    if (!Number.isInteger(size) || (size > 3 && at + size > bytes.length)) {
      throw new Failure('download-failed', 'the answer is not what git sends');
    }
    found.push(size < 4 ? undefined : bytes.toString('utf8', at + 4, at + size).replace(/\n$/, ''));
    at += Math.max(size, 4);
  }
  return found;
}

/** The tags in lines "<object> refs/tags/<name>", in any version of the protocol; peeled ones (`^{}`) are no others. */
export const tagsIn = (lines: readonly (string | undefined)[]): string[] => [...tagCommitsIn(lines).keys()];

/** The commit of each tag; of an annotated one that which it is about. */
export function tagCommitsIn(lines: readonly (string | undefined)[]): ReadonlyMap<string, string> {
  const commits = new Map<string, string>();
  const peeled = new Map<string, string>();
  for (const line of lines) {
    const [, object = '', name = '', rest = ''] =
      /^([\da-f]{40,64}) refs\/tags\/([^\s\0]+)(.*)/s.exec(line ?? '') ?? [];
    const inside = /^ .*?peeled:([\da-f]{40,64})/.exec(rest)?.[1];
    if (name.endsWith('^{}')) peeled.set(name.slice(0, -3), object);
    else if (name !== '') commits.set(name, object);
    if (inside !== undefined) peeled.set(name, inside);
  }
  return new Map([...commits].map(([name, object]) => [name, peeled.get(name) ?? object]));
}

/**
 * The commits of all tags of the repository at `url`, by git's smart protocol over http; with version 2 of it only tags
 * are sent.
 */
export async function gitTags(url: string, tools: Pick<Tools, 'page' | 'post'>): Promise<ReadonlyMap<string, string>> {
  if (!/^https?:/.test(url))
    throw new Failure('download-failed', `${url}: mk asks only repositories behind http or https for their tags`, {
      hint: 'name another place in `update`',
    });
  const protocol = { 'git-protocol': 'version=2' };
  const { text } = await tools.page(`${url}/info/refs?service=git-upload-pack`, { headers: protocol, limit });
  const lines = packets(text);
  if (!lines.includes('version 2')) return tagCommitsIn(lines);
  const packet = (line: string) => `${(line.length + 4).toString(16).padStart(4, '0')}${line}`;
  const question = `${packet('command=ls-refs\n')}0001${packet('peel\n')}${packet('ref-prefix refs/tags/\n')}0000`;
  const answer = await tools.post(`${url}/git-upload-pack`, question, {
    ...protocol,
    'content-type': 'application/x-git-upload-pack-request',
    accept: 'application/x-git-upload-pack-result',
  });
  return tagCommitsIn(packets(answer.text));
}

interface Git {
  readonly url: string;
  readonly tag?: RegExp;
}

export async function askGit({ url, tag }: Git, tools: Tools): Promise<readonly Found[]> {
  const address = withoutSlash(url);
  const tags = [...(await gitTags(address, tools)).keys()];
  return versionsOf({ tags, project: projectOf(address), pattern: tag }, tools);
}

/**
 * The commit that upstream has tagged as this version: with the tag that the recipe names for it, else with the one that
 * check-update has found it in. Undefined when there is no such tag.
 */
export async function commitOf(
  version: string,
  { git, update }: { readonly git: GitSource; readonly update?: UpdateSource | undefined },
  tools: Pick<Tools, 'page' | 'post' | 'match'>,
): Promise<string | undefined> {
  const address = withoutSlash(git.url);
  const tags = await gitTags(address, tools);
  if (git.tag !== undefined) return tags.get(git.tag(version));
  const pattern = update !== undefined && 'tag' in update ? update.tag : undefined;
  for (const [tag, commit] of tags) {
    const [found] = await versionsOf({ tags: [tag], project: projectOf(address), pattern }, tools);
    if (found?.version === version) return commit;
  }
  return undefined;
}

/** Where a recipe that is made from a commit looks without an `update`: at the tags that it names for its versions. */
export function tagsOf({ url, tag }: GitSource): Git & { readonly from: 'git' } {
  const anyVersion = '98765.43210.12345';
  const [before, after, ...more] = tag?.(anyVersion).split(anyVersion) ?? [];
  if (before === undefined || after === undefined || more.length > 0) return { from: 'git', url };
  const pattern = new RegExp(`^${escapePattern(before)}(\\d[\\w.+~-]*)${escapePattern(after)}$`);
  return { from: 'git', url, tag: pattern };
}

const withoutSlash = (url: string): string => url.replace(/\/+$/, '');
const projectOf = (address: string): string => address.replace(/\.git$/, '').replace(/^.*\//, '');
