import { distfileNameIn, isFileName } from '../base/distfile-name.ts';

/** What is wrong with the address of a distfile, or undefined when mk can fetch it and knows a name for it. */
export function distfileFault(url: unknown): string | undefined {
  if (typeof url !== 'string') return 'must be a text';
  if (!/^(?:https?|ftp|file):\/\/./.test(url) || !URL.canParse(url))
    return `gives "${url}", which is no address such as https://…`;
  return distfileNameIn(url) === undefined ? `gives "${url}", which does not end in the name of a file` : undefined;
}

/** The same of the name of a file in mirrors. */
export function fileNameFault(name: unknown): string | undefined {
  return typeof name === 'string' && isFileName(name)
    ? undefined
    : `must be the name of a file, not ${JSON.stringify(name)}`;
}

/** What is wrong with `git` in a recipe of this version. */
export function gitFault(git: Readonly<Record<string, unknown>>, version: unknown): string | undefined {
  const { url, commit, tag, submodules, ...others } = git;
  const [other] = Object.keys(others);
  if (other !== undefined) return `has "${other}", and only url, commit, tag and submodules are known`;
  if (typeof url !== 'string' || !/^(?:https?|git|file):\/\/(?!-)./.test(url) || !URL.canParse(url))
    return `has a "url" that must be an address by https, http or git, not ${JSON.stringify(url)}`;
  if (typeof commit !== 'string' || !/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(commit))
    return `has a "commit" that must be all 40 lower-case hexadecimal digits of one, not ${JSON.stringify(commit)}`;
  if (submodules !== undefined && typeof submodules !== 'boolean') return 'has "submodules" that must be true or false';
  if (tag === undefined) return undefined;
  if (typeof tag !== 'function') return 'has a "tag" that must be a function of the version, such as (v) => `v${v}`';
  try {
    const name: unknown = (tag as (version: unknown) => unknown)(version);
    return isTagName(name) ? undefined : `has a "tag" that gives ${JSON.stringify(name)}, which is no name of a tag`;
  } catch (error) {
    return `has a "tag" that fails: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** As git itself has it. */
const isTagName = (name: unknown): boolean =>
  typeof name === 'string' &&
  /^[^\p{Cc} ~^:?*[\\-][^\p{Cc} ~^:?*[\\]*$/u.test(name) &&
  !/\.\.|@\{|\/\/|^\/|\/$|\.$|\.lock(?:\/|$)|(?:^|\/)\./.test(name);
