import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Failure } from '../base/failure.ts';
import { redacted } from '../base/http-trouble.ts';
import { fetchFromApt } from './apt.ts';
import type { GitSource } from './git.ts';
import { type Mirror, mirrorPaths } from './mirror.ts';
import { discardPartial } from './partial.ts';
import { type Audience, copyIn, type Received, receive } from './receive.ts';
import type { Candidate, FetchOptions } from './request.ts';
import { largestDistfile } from './room.ts';

/** One candidate at one source. */
export interface Attempt {
  readonly candidate: Candidate;
  /** The source as messages name it. */
  readonly from: string;
  /** Host and port that are asked, when that is so. */
  readonly host?: string;
  /** Writes what the source has to the file, or goes on with what is there; throws a Failure when it has nothing. */
  get(to: string, tries: number): Promise<Received>;
}

type Setting = Pick<
  FetchOptions,
  'mirrors' | 'offline' | 'aptDir' | 'tell' | 'transfer' | 'warn' | 'patience' | 'sizeLimit' | 'signal'
>;

/**
 * Every source of every candidate in the order of trying: for each candidate the mirrors that were named, then its
 * url; last, for each candidate, the mirror that is there by default. A source that may not be asked is in the list
 * and says so.
 */
export function* attemptsFor(candidates: readonly Candidate[], setting: Setting): Generator<Attempt> {
  const byDefault = setting.mirrors.filter((mirror) => mirror.kind === 'apt' && mirror.last);
  const named = setting.mirrors.filter((mirror) => !byDefault.includes(mirror));
  for (const candidate of candidates) {
    for (const mirror of named) yield* atMirror(mirror, candidate, setting);
    if (candidate.url !== undefined) yield atUrl(candidate.url, candidate, setting);
    if (candidate.git !== undefined) yield atRepository(candidate.git, candidate, setting);
  }
  for (const candidate of candidates) {
    for (const mirror of byDefault) yield* atMirror(mirror, candidate, setting);
  }
}

function* atMirror(mirror: Mirror, candidate: Candidate, setting: Setting): Generator<Attempt> {
  const { file, sha256 } = candidate;
  if (mirror.kind === 'directory') {
    yield* inDirectory(mirror.dir, candidate);
  } else if (mirror.kind === 'site') {
    for (const path of mirrorPaths(encodeURIComponent(file), sha256)) {
      yield atUrl(`${mirror.url}/${path}`, candidate, setting);
    }
  } else if (candidate.git === undefined) {
    const { aptDir, tell } = setting;
    yield online(setting, {
      candidate,
      from: "the distribution's source archive",
      get: (to) => {
        // apt would go on with what another source has begun.
        discardPartial(to);
        return fetchFromApt(sha256, to, aptDir, tell, counter(candidate, setting));
      },
    });
  }
}

function* inDirectory(dir: string, candidate: Candidate): Generator<Attempt> {
  const paths = mirrorPaths(candidate.file, candidate.sha256).map((path) => join(dir, path));
  const present = paths.filter((path) => existsSync(path));
  for (const path of present) yield { candidate, from: path, get: copyOf(path) };
  if (present.length === 0) yield { candidate, from: dir, get: refuse('does not have it') };
}

function atUrl(url: string, candidate: Candidate, setting: Setting): Attempt {
  const { protocol, host } = new URL(url);
  const attempt = { candidate, from: redacted(url) };
  if (protocol === 'file:') return { ...attempt, get: copyOf(fileURLToPath(url)) };
  if (!/^https?:$/.test(protocol)) return { ...attempt, get: refuse(`mk cannot fetch by ${protocol.slice(0, -1)}`) };
  const { tell, patience, sizeLimit: limit = largestDistfile, signal } = setting;
  const audience: Audience = { tell, count: counter(candidate, setting) };
  const get = (to: string, tries: number) =>
    receive(url, to, audience, { tries, limit, signal, ...(patience && { patience }) });
  return online(setting, { ...attempt, host, get });
}

function atRepository(source: GitSource, candidate: Candidate, setting: Setting): Attempt {
  const { tell, warn, patience = usualPatience, sizeLimit: limit = largestDistfile } = setting;
  const attempt = {
    candidate,
    from: redacted(source.url),
    get: async (to: string, tries: number) => {
      const { fetchGit } = await import('./git.ts');
      return fetchGit(source, to, { tries, ...patience }, { tell, warn, limit });
    },
  };
  return source.url.startsWith('file:') ? attempt : online(setting, attempt);
}

const usualPatience = { stall: 30_000, backOff: 500 };

/** Tells how far the candidate is. */
const counter =
  ({ file }: Candidate, { transfer }: Setting): NonNullable<Audience['count']> =>
  (received, total) =>
    transfer?.({ file, received, total, isEnded: false });

const copyOf = (path: string) => (to: string) => {
  discardPartial(to);
  return copyIn(path, to);
};

const online = ({ offline }: Setting, attempt: Attempt): Attempt =>
  offline ? { ...attempt, get: refuse('not asked, since mk is offline') } : attempt;

const refuse = (reason: string) => async (): Promise<never> => {
  throw new Failure('download-failed', reason);
};
