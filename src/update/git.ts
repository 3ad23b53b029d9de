import { Failure } from '../base/failure.ts';
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
export function tagsIn(lines: readonly (string | undefined)[]): string[] {
  return lines.flatMap((line) => {
    const name = /^[\da-f]{40,64} refs\/tags\/([^\s\0]+)/.exec(line ?? '')?.[1];
    return name === undefined || name.endsWith('^{}') ? [] : [name];
  });
}

/** All tags of the repository at `url`, by git's smart protocol over http; with version 2 of it only tags are sent. */
export async function gitTags(url: string, tools: Tools): Promise<string[]> {
  const protocol = { 'git-protocol': 'version=2' };
  const { text } = await tools.page(`${url}/info/refs?service=git-upload-pack`, { headers: protocol, limit });
  const lines = packets(text);
  if (!lines.includes('version 2')) return tagsIn(lines);
  const packet = (line: string) => `${(line.length + 4).toString(16).padStart(4, '0')}${line}`;
  const question = `${packet('command=ls-refs\n')}0001${packet('ref-prefix refs/tags/\n')}0000`;
  const answer = await tools.post(`${url}/git-upload-pack`, question, {
    ...protocol,
    'content-type': 'application/x-git-upload-pack-request',
    accept: 'application/x-git-upload-pack-result',
  });
  return tagsIn(packets(answer.text));
}

interface Git {
  readonly url: string;
  readonly tag?: RegExp;
}

export async function askGit({ url, tag }: Git, tools: Tools): Promise<readonly Found[]> {
  const address = url.replace(/\/+$/, '');
  const project = address.replace(/\.git$/, '').replace(/^.*\//, '');
  return versionsOf({ tags: await gitTags(address, tools), project, pattern: tag }, tools);
}
