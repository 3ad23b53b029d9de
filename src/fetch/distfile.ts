import { rmSync } from 'node:fs';
import type { Digest } from '../base/digest.ts';
import { Failure, type Place } from '../base/failure.ts';
import { temporaryName } from '../base/files.ts';
import { findDownloaded, placeFor, prepareDirectory, rememberVerified } from './downloaded.ts';
import type { Mirror } from './mirror.ts';
import { type Received, settle } from './receive.ts';
import { type Attempt, attemptsFor } from './sources.ts';

/** One file that will do: upstream's, or one that the recipe declares interchangeable with it. */
export interface Candidate {
  /** Its name in the download directory and in mirrors. */
  readonly file: string;
  readonly sha256: Digest;
  readonly url?: string;
  /** The file is an archive that holds the real one at this path. */
  readonly inside?: string;
}

export interface FetchRequest {
  readonly package: string;
  /** Upstream first, then the alternatives. */
  readonly candidates: readonly [Candidate, ...Candidate[]];
  /** Where the recipe says so, for the diagnostic. */
  readonly place?: Place;
}

export interface FetchOptions {
  readonly downloadDir: string;
  readonly mirrors: readonly Mirror[];
  /** Ask no other machine: only the download directory and mirrors that are directories. */
  readonly offline: boolean;
  /** Private state of apt, kept between runs. */
  readonly aptDir: string;
  /** Progress for the user: which source is tried, and about once a second how far it is. */
  readonly tell: (detail: string) => void;
  readonly warn: (message: string, detail?: string) => void;
}

export interface Fetched {
  /** The verified file in the download directory. */
  readonly path: string;
  readonly candidate: Candidate;
}

/** The name of an upstream distfile: the last component of its URL. Fails with recipe-invalid when that is no file name. */
export function distfileName(url: string): string {
  const path = URL.canParse(url) ? new URL(url).pathname : '';
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (/^[\w+~@%=,][\w.+~@%=,-]*$/.test(name)) return name;
  throw new Failure('recipe-invalid', `${url}: does not end in a file name`);
}

/**
 * A file that one of the candidates describes, from the first source that has it. In order: what lies in the download
 * directory already; for each candidate the mirrors that were named, then its url; last, for each, the default mirror.
 * What has another digest never gets the final name. Equal requests at the same time are one download.
 * Fails with digest-mismatch when some source had a wrong file and none the right one, else with download-failed;
 * the detail lists every source and its reason.
 */
export function fetchDistfile(request: FetchRequest, options: FetchOptions): Promise<Fetched> {
  const key = JSON.stringify([options.downloadDir, options.offline, request.candidates]);
  const running = inProgress.get(key);
  if (running !== undefined) return running;
  const fetched = fetchAny(request, options).finally(() => inProgress.delete(key));
  inProgress.set(key, fetched);
  return fetched;
}

const inProgress = new Map<string, Promise<Fetched>>();

/** A source, and why it did not give us the candidate. */
interface Miss {
  readonly candidate: Candidate;
  readonly from: string;
  readonly reason: string;
  /** What it gave instead. */
  readonly received?: Received;
}

async function fetchAny(request: FetchRequest, options: FetchOptions): Promise<Fetched> {
  prepareDirectory(options.downloadDir);
  const misses: Miss[] = [];
  for (const candidate of request.candidates) {
    const found = await findDownloaded(candidate.file, candidate.sha256, options.downloadDir);
    if (found === undefined) continue;
    if ('path' in found) return { path: found.path, candidate };
    misses.push({ candidate, ...found });
  }
  for (const attempt of attemptsFor(request.candidates, options)) {
    const got = await tryOne(attempt, options);
    if ('reason' in got) {
      misses.push(got);
      continue;
    }
    for (const miss of misses) {
      if (miss.received === undefined) continue;
      options.warn(`${miss.from}: ${miss.reason}`, comparison(miss.candidate, miss.received));
    }
    return got;
  }
  throw failureFor(request, options, misses);
}

async function tryOne({ candidate, from, get }: Attempt, options: FetchOptions): Promise<Fetched | Miss> {
  options.tell(`${candidate.file} from ${from}`);
  const path = placeFor(candidate.file, candidate.sha256, options.downloadDir);
  const temporary = temporaryName(path);
  try {
    const received = await get(temporary);
    if (received.sha256 !== candidate.sha256) {
      return { candidate, from, reason: 'gave another file than the recipe describes', received };
    }
    await settle(temporary, path);
    rememberVerified(path, candidate.sha256);
    return { path, candidate };
  } catch (error) {
    // What the system refuses (no permission, no space) is a reason like any other; the rest are bugs.
    if (!(error instanceof Failure) && !(error instanceof Error && 'errno' in error)) throw error;
    const { message } = error;
    return { candidate, from, reason: message.startsWith(`${from}: `) ? message.slice(from.length + 2) : message };
  } finally {
    rmSync(temporary, { force: true });
  }
}

function failureFor(request: FetchRequest, options: FetchOptions, misses: readonly Miss[]): Failure {
  const [upstream] = request.candidates;
  const wrong = misses.find((miss) => miss.received !== undefined);
  const tried = request.candidates.flatMap((candidate) => [
    `${candidate.file} (sha256 ${candidate.sha256.slice(0, 16)}…)`,
    ...misses.filter((miss) => miss.candidate === candidate).map((miss) => `  ${miss.from}: ${miss.reason}`),
  ]);
  const circumstances = { place: request.place };
  const asksApt = options.offline || options.mirrors.some(({ kind }) => kind === 'apt');
  const mirror = `a mirror that has it${asksApt ? '' : ', or apt:,'} in MK_MIRRORS`;
  const bring = `place the file at ${options.downloadDir}/${upstream.file}, or name ${mirror}`;
  if (wrong?.received === undefined) {
    return new Failure('download-failed', `${upstream.file}: no source has it`, {
      ...circumstances,
      detail: tried.join('\n'),
      hint: options.offline ? `${bring}, or go online` : bring,
    });
  }
  const { candidate, received } = wrong;
  return new Failure('digest-mismatch', `${candidate.file}: is not the file that the recipe describes`, {
    ...circumstances,
    detail: [comparison(candidate, received), ...tried].join('\n'),
    hint: isWebPage(received)
      ? `the server answered with a web page: check the url, or ${bring}`
      : `check whether upstream replaced the file, and sha256 in the recipe; or ${bring}`,
  });
}

function comparison({ sha256 }: Candidate, received: Received): string {
  const kind = received.contentType === undefined ? '' : `, ${received.contentType}`;
  return `expected sha256 ${sha256}\nreceived sha256 ${received.sha256} (${received.size} bytes${kind})`;
}

const isWebPage = ({ contentType }: Received): boolean => /\bhtml\b/.test(contentType ?? '');
