import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../base/failure.ts';
import { failureOf, redacted, type Trouble, TroubleError } from '../base/http-trouble.ts';
import { type GitPlace, git, gitEnvironment, gitTrouble, type Printed } from './git-command.ts';

/** A commit of a repository, and how the recipe came by it. */
export interface GitCommit {
  readonly url: string;
  /** All its digits. */
  readonly commit: string;
  /** A tag that must be this commit. */
  readonly tag?: string;
}

export interface GitPatience {
  /** Tries in a row. */
  readonly tries: number;
  /** Milliseconds. */
  readonly stall: number;
  readonly backOff: number;
}

/** Ways to reach a repository, and what git may use then, also after a redirect. */
const protocols: Readonly<Record<string, string>> = {
  'https:': 'https',
  'http:': 'http:https',
  'git:': 'git',
  'file:': 'file',
};

/** Whether mk fetches from an address like this; no other transport of git is ever used. */
export const isGitAddress = (url: string): boolean => URL.canParse(url) && new URL(url).protocol in protocols;

/**
 * Makes a repository in the directory `scratch` that has all files of the commit: alone where the server gives single
 * commits, else with everything that its branches and tags have.
 * Fails with download-failed, and with digest-mismatch when the tag is another commit now.
 */
export async function fetchCommit(source: GitCommit, scratch: string, patience: GitPatience): Promise<GitPlace> {
  const { url, commit } = source;
  const place = await makeRepository(source, scratch, patience);
  if (source.tag !== undefined) await checkTag(source, source.tag, place, patience);
  const only = await patiently(place, patience, ['fetch', ...quietly, '--depth=1', '--', url, commit]);
  if (only.ok && (await has(place, commit))) return place;
  const trouble = gitTrouble(only);
  // Another question to a server that cannot be reached gets no other answer.
  if (!only.ok && (trouble.final !== true || !isRefusal(only))) throw failureOf(url, trouble);
  const refs = ['+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*'];
  const all = await patiently(place, patience, ['fetch', ...quietly, '--update-shallow', '--', url, ...refs]);
  if (await has(place, commit)) return place;
  const missing: Trouble = { what: `has no commit ${commit} in its branches and tags`, final: true };
  throw failureOf(url, all.ok ? missing : gitTrouble(all));
}

/**
 * Whether the server gives the commit, found out with as little of it as the server can do; false when only fetching
 * everything could tell. Fails as `fetchCommit` does.
 */
export async function findCommit(source: GitCommit, scratch: string, patience: GitPatience): Promise<boolean> {
  const { url, commit } = source;
  const place = await makeRepository(source, scratch, patience);
  if (source.tag !== undefined) await checkTag(source, source.tag, place, patience);
  const words = ['fetch', ...quietly, '--depth=1', '--filter=tree:0', '--', url, commit];
  const asked = await patiently(place, patience, words);
  if (asked.ok) return true;
  if (/not our ref/.test(asked.stderr)) throw failureOf(url, { what: `has no commit ${commit}`, final: true });
  if (isRefusal(asked)) return source.tag !== undefined;
  throw failureOf(url, gitTrouble(asked));
}

async function makeRepository({ url, commit }: GitCommit, scratch: string, { stall }: GitPatience): Promise<GitPlace> {
  const dir = join(scratch, 'repository');
  mkdirSync(dir, { recursive: true });
  const allowed = protocols[new URL(url).protocol] ?? 'none';
  const place: GitPlace = { dir, environment: gitEnvironment(scratch, allowed), stall };
  const format = `--object-format=${commit.length === 64 ? 'sha256' : 'sha1'}`;
  const made = await git(place, 'init', '--quiet', '--bare', '--template=', format, '--', dir);
  if (!made.ok) throw failureOf(url, gitTrouble(made));
  return place;
}

const quietly = [
  '--progress',
  '--no-tags',
  '--no-write-fetch-head',
  '--no-recurse-submodules',
  '--no-auto-maintenance',
];

/** The server would give other things than a single commit: an old one, a simple one, or one that lost the commit. */
const isRefusal = ({ stderr }: Printed): boolean =>
  /not our ref|unadvertised object|shallow|no such remote ref|couldn't find remote ref|did not send/i.test(stderr);

const has = async (place: GitPlace, commit: string): Promise<boolean> =>
  (await git(place, 'cat-file', '-e', `${commit}^{tree}`)).ok;

async function checkTag({ url, commit }: GitCommit, tag: string, place: GitPlace, patience: GitPatience) {
  const ref = `refs/tags/${tag}`;
  const asked = await patiently(place, patience, ['ls-remote', '--', url, ref, `${ref}^{}`]);
  if (!asked.ok) throw failureOf(url, gitTrouble(asked));
  const found = new Map(asked.stdout.split('\n').map((line) => line.split('\t').reverse() as [string, string]));
  // An annotated tag is an object of its own; with ^{} it is what it stands for.
  const now = found.get(`${ref}^{}`) ?? found.get(ref);
  if (now === undefined) throw failureOf(url, { what: `has no tag ${tag}`, final: true });
  if (now === commit) return;
  throw new Failure('digest-mismatch', `${redacted(url)}: tag ${tag} is not the commit that the recipe names`, {
    detail: `commit in the recipe ${commit}\ntag ${tag} is now   ${now}`,
    hint: 'find out why upstream moved the tag; then name its commit and the new sha256, or leave out the tag',
  });
}

/** Runs git again after trouble of a kind that passes. */
async function patiently(place: GitPlace, patience: GitPatience, words: readonly string[]): Promise<Printed> {
  for (let tried = 1; ; tried++) {
    const printed = await git(place, ...words);
    if (printed.ok || gitTrouble(printed).final === true || tried >= patience.tries) return printed;
    await sleep(patience.backOff * 3 ** (tried - 1) * (0.5 + Math.random()));
  }
}

/** The address of a submodule, which may be relative to that of the repository it is in. Fails when mk cannot use it. */
export function submoduleAddress(parent: string, url: string, path: string): string {
  const refuse = (why: string): never => {
    const what = `its submodule ${path} is at ${redacted(url)}, ${why}`;
    throw new Failure('download-failed', `${redacted(parent)}: ${what}`, {
      cause: new TroubleError({ what, final: true }),
    });
  };
  if (!/^\.{1,2}\//.test(url)) {
    const isLocal = url.startsWith('file:') && !parent.startsWith('file:');
    return isGitAddress(url) && !isLocal ? url : refuse('and mk fetches by https, http and git');
  }
  let [base, rest] = [parent.replace(/\/+$/, ''), url];
  for (let step = /^(\.{1,2})\/+/.exec(rest); step !== null; step = /^(\.{1,2})\/+/.exec(rest)) {
    rest = rest.slice(step[0].length);
    if (step[1] === '.') continue;
    const above = base.replace(/\/[^/]*$/, '');
    if (above === base || /^[a-z]+:\/*$/.test(above)) refuse('which leads out of the server');
    base = above;
  }
  return `${base}/${rest}`;
}
