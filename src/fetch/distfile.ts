import { rmSync } from 'node:fs';
import { basename } from 'node:path';
import type { Digest } from '../base/digest.ts';
import { distfileNameIn, isFileName } from '../base/distfile-name.ts';
import { Failure, type Place } from '../base/failure.ts';
import { isErrno } from '../base/files.ts';
import type { Patience } from '../base/http.ts';
import { mayPass, redacted } from '../base/http-trouble.ts';
import { awaitLock, type Lock } from '../base/lock.ts';
import { findDownloaded, placeFor, prepareDirectory, type Rejected, rememberVerified } from './downloaded.ts';
import type { GitSource } from './git.ts';
import type { Mirror } from './mirror.ts';
import { partialName, removeNote, tidyPartial } from './partial.ts';
import { type Received, settle, type Transfer, transferred } from './receive.ts';
import { type Attempt, attemptsFor } from './sources.ts';
import { describeWrong, keepAside } from './wrong.ts';

/** One file that will do: upstream's, or one that the recipe declares interchangeable with it. */
export interface Candidate {
  /** Its name in the download directory and in mirrors. */
  readonly file: string;
  readonly sha256: Digest;
  readonly url?: string;
  /** The file is an archive that holds the real one at this path. */
  readonly inside?: string;
  /** The file is what mk makes of this commit, where no mirror has it. */
  readonly git?: GitSource;
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
  /** How far the file of one source is: when it begins, a few times a second, and when it ends, in whatever way. */
  readonly transfer?: (transfer: Transfer) => void;
  readonly warn: (message: string, detail?: string) => void;
  /** Ends the waiting for another process that fetches the same file; default: it ends when that one is done. */
  readonly signal?: AbortSignal;
  readonly patience?: Patience;
  /** Bytes; default 16 GiB. */
  readonly sizeLimit?: number;
}

export interface Fetched {
  /** The verified file in the download directory. */
  readonly path: string;
  readonly candidate: Candidate;
}

/** The name of an upstream distfile: the last component of its URL. Fails with recipe-invalid when that is no file name. */
export function distfileName(url: string): string {
  const name = distfileNameIn(url);
  if (name !== undefined) return name;
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
  /** Another try, later, may help. */
  readonly mayPass?: boolean;
}

/** Hosts that answered, but not usefully, for as long as we are patient; their next files get fewer tries. */
const troubled = new Set<string>();

async function fetchAny(request: FetchRequest, options: FetchOptions): Promise<Fetched> {
  for (const { file, url = file } of request.candidates) {
    if (isFileName(file)) continue;
    throw new Failure('recipe-invalid', `${redacted(url)}: does not end in a file name`, { place: request.place });
  }
  prepareDirectory(options.downloadDir);
  const misses = new Map<Attempt | Rejected, Miss>();
  for (const candidate of request.candidates) {
    const found = await findDownloaded(candidate.file, candidate.sha256, options.downloadDir);
    if (found === undefined) continue;
    if ('path' in found) return { path: found.path, candidate };
    misses.set(found, { candidate, ...found });
  }
  // All sources are asked before one that is in trouble is asked again.
  const first = attemptsFor(request.candidates, options);
  const fetched = (await tryAll(first, 3, misses, options)) ?? (await tryAll(again(misses), 5, misses, options));
  if (fetched === undefined) throw failureFor(request, options, [...misses.values()]);
  for (const miss of misses.values()) {
    if (miss.received === undefined) continue;
    options.warn(`${miss.from}: ${miss.reason}`, comparison(miss.candidate, miss.received));
  }
  return fetched;
}

async function tryAll(
  attempts: Iterable<Attempt>,
  tries: number,
  misses: Map<Attempt | Rejected, Miss>,
  options: FetchOptions,
): Promise<Fetched | undefined> {
  for (const attempt of attempts) {
    const got = await tryOne(attempt, tries, options);
    if (!('reason' in got)) return got;
    misses.set(attempt, got);
  }
  return undefined;
}

function again(misses: ReadonlyMap<Attempt | Rejected, Miss>): Attempt[] {
  const attempts = [...misses].flatMap(([attempt, { mayPass }]) => ('get' in attempt && mayPass ? [attempt] : []));
  const worthwhile = attempts.filter(({ host }) => host === undefined || !troubled.has(host));
  for (const { host } of worthwhile) if (host !== undefined) troubled.add(host);
  return worthwhile;
}

async function tryOne(attempt: Attempt, tries: number, options: FetchOptions): Promise<Fetched | Miss> {
  const { candidate, from } = attempt;
  const { file, sha256 } = candidate;
  const path = placeFor(file, sha256, options.downloadDir);
  const part = partialName(path, sha256);
  try {
    const turn = await awaitTurn(part, file, options);
    try {
      if (turn.waited) {
        const found = await findDownloaded(file, sha256, options.downloadDir);
        if (found !== undefined && 'path' in found) return { path: found.path, candidate };
      }
      options.tell(`${file} from ${from}`);
      const received = await transferred(file, part, options.transfer, () => getWhole(attempt, part, tries));
      if (received.sha256 !== sha256) {
        const wrong = describeWrong(part, received);
        const aside = keepAside(part, path, received);
        return { candidate, from, reason: `${wrong}, kept as ${basename(aside ?? '')}`, received };
      }
      await settle(part, path);
      removeNote(part);
      rememberVerified(path, sha256);
      if (attempt.host !== undefined) troubled.delete(attempt.host);
      return { path, candidate };
    } finally {
      tidyPartial(part);
      turn.release();
    }
  } catch (error) {
    if (isOurs(error, options.downloadDir)) throw error;
    // What the system refuses in a mirror is a reason like any other; the rest are bugs.
    if (!(error instanceof Failure) && !(error instanceof Error && 'errno' in error)) throw error;
    if (error instanceof Failure && error.code !== 'download-failed') throw error;
    const { message } = error;
    const reason = message.startsWith(`${from}: `) ? message.slice(from.length + 2) : message;
    return { candidate, from, reason, mayPass: mayPass(error) };
  }
}

/** Parts from two runs may not belong together, whatever the server says; then all of it is fetched once more. */
async function getWhole({ candidate, get }: Attempt, part: string, tries: number): Promise<Received> {
  const received = await get(part, tries);
  if (received.sha256 === candidate.sha256 || received.resumed !== true) return received;
  rmSync(part);
  return get(part, tries);
}

/** One process at a time works on an unfinished file; the next one finds it complete. */
async function awaitTurn(
  part: string,
  file: string,
  { tell, signal = new AbortController().signal }: FetchOptions,
): Promise<Lock & { readonly waited: boolean }> {
  let waited = false;
  const lock = await awaitLock(`${part}.lock`, {
    onWait(holder) {
      waited = true;
      tell(`${file}: waiting for another mk${holder === '' ? '' : ` (process ${holder})`} that fetches it`);
    },
    signal,
    temporary: true,
  });
  return { release: lock.release, waited };
}

/** True when the download directory cannot take the file: no source can help then. */
function isOurs(error: unknown, downloadDir: string): boolean {
  if (isErrno(error, 'ENOSPC', 'EDQUOT', 'EFBIG', 'EROFS')) return true;
  return isErrno(error, 'EACCES', 'EPERM') && String((error as NodeJS.ErrnoException).path).startsWith(downloadDir);
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
    hint: / a web page /.test(wrong.reason)
      ? `the server answered with a web page: check the url, or ${bring}`
      : candidate.git !== undefined && wrong.from === redacted(candidate.git.url)
        ? `the files are those of commit ${candidate.git.commit}: if that is the one you want, write sha256: '${received.sha256}'`
        : `check whether upstream replaced the file, and sha256 in the recipe; or ${bring}`,
  });
}

function comparison({ sha256 }: Candidate, received: Received): string {
  const kind = received.contentType === undefined ? '' : `, ${received.contentType}`;
  return `expected sha256 ${sha256}\nreceived sha256 ${received.sha256} (${received.size} bytes${kind})`;
}
