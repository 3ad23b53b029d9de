import { rmSync } from 'node:fs';
import { basename } from 'node:path';
import { distfileNameIn, isFileName } from '../base/distfile-name.ts';
import { Failure } from '../base/failure.ts';
import { isErrno } from '../base/files.ts';
import { mayPass, redacted } from '../base/http-trouble.ts';
import { awaitLock, type Lock } from '../base/lock.ts';
import { findDownloaded, placeFor, prepareDirectory, type Rejected, rememberVerified } from './downloaded.ts';
import { comparison, failureFor, type Miss } from './misses.ts';
import { partialName, removeNote, tidyPartial } from './partial.ts';
import { type Received, settle, transferred } from './receive.ts';
import type { Candidate, Fetched, FetchOptions, FetchRequest } from './request.ts';
import { type Attempt, attemptsFor } from './sources.ts';
import { describeWrong, keepAside } from './wrong.ts';

export type { Candidate, Fetched, FetchOptions, FetchRequest };

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
  let fetched = await tryAll(attemptsFor(request.candidates, options), 3, misses, options);
  for (let round = 2; fetched === undefined && round <= 4; round++) {
    const attempts = again(misses, round);
    fetched = await tryAll(attempts, 5, misses, options);
    const unheard = attempts.filter((attempt) => misses.get(attempt)?.received === undefined);
    if (fetched === undefined) for (const { host } of unheard) if (host !== undefined) troubled.add(host);
  }
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
    const before = misses.get(attempt)?.received;
    // What a source gives twice is what it has.
    const isCertain = got.received !== undefined && got.received.sha256 === before?.sha256;
    misses.set(attempt, isCertain ? { ...got, mayPass: false } : got);
  }
  return undefined;
}

/** Trouble with the network gets a second round; wrong bytes that were others each time get two more. */
function again(misses: ReadonlyMap<Attempt | Rejected, Miss>, round: number): Attempt[] {
  return [...misses].flatMap(([attempt, { mayPass, received }]) => {
    if (!('get' in attempt) || mayPass !== true) return [];
    const isHopeless = round > 2 || (attempt.host !== undefined && troubled.has(attempt.host));
    return received === undefined && isHopeless ? [] : [attempt];
  });
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
        // On the way from another host bytes may become others.
        const mayPass = attempt.host !== undefined;
        return { candidate, from, reason: `${wrong}, kept as ${basename(aside ?? '')}`, received, mayPass };
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
