import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { failuresOf } from '../base/failure.ts';
import { removeTree } from '../base/files.ts';
import { fetchPage, type Page, statusFailure } from '../base/http-page.ts';
import { mayPass, redacted } from '../base/http-trouble.ts';
import { type Candidate, type FetchOptions, fetchDistfile } from './distfile.ts';
import { findCommit } from './git-fetch.ts';
import { measure } from './receive.ts';

/** What an upstream address gives today. */
export interface Delivery {
  /** `wrong` is something else than the recipe describes; `unknown` could not be found out. */
  readonly state: 'ok' | 'wrong' | 'gone' | 'unknown';
  /** How far that is known, or what came instead. */
  readonly note: string;
}

/**
 * Asks the address of a candidate whether it has the file, without fetching it: whether it is there, is no web page, and,
 * where `downloadDir` has the right file, is as long as that. For a commit, whether the repository gives it.
 */
export async function askForFile(candidate: Candidate, downloadDir: string, scratch: string): Promise<Delivery> {
  const { url = '', git } = candidate;
  try {
    if (git !== undefined) return await askForCommit(git, scratch);
    if (url.startsWith('file:')) return existsSync(fileURLToPath(url)) ? ok('it is there') : gone('no such file');
    return judge(await headOf(url), url, await sizeInHand(candidate, downloadDir));
  } catch (error) {
    return deliveryOf(error, git?.url ?? url);
  }
}

/** Fetches the file of a candidate from its address into the directory `scratch`, and compares its digest. */
export async function fetchAndCompare(
  candidate: Candidate,
  scratch: string,
  options: Omit<FetchOptions, 'downloadDir' | 'mirrors' | 'offline'>,
): Promise<Delivery> {
  try {
    const setting = { ...options, downloadDir: scratch, mirrors: [], offline: false };
    const { path } = await fetchDistfile({ package: candidate.file, candidates: [candidate] }, setting);
    return ok(`${statSync(path).size} bytes, with the right digest`);
  } catch (error) {
    return deliveryOf(error, candidate.git?.url ?? candidate.url ?? '');
  } finally {
    removeTree(scratch);
  }
}

const ok = (note: string): Delivery => ({ state: 'ok', note });
const gone = (note: string): Delivery => ({ state: 'gone', note });

async function askForCommit(git: NonNullable<Candidate['git']>, scratch: string): Promise<Delivery> {
  try {
    const found = await findCommit(git, scratch, { tries: 2, stall: 15_000, backOff: 500 });
    if (found) return ok(git.tag === undefined ? 'it has the commit' : `it has the commit, and ${git.tag} is it`);
    return { state: 'unknown', note: 'the server gives no single commits: --full finds out' };
  } finally {
    removeTree(scratch);
  }
}

/** Some servers know no HEAD, or give it another answer. */
async function headOf(url: string): Promise<Page> {
  const ask = async (): Promise<Page> => {
    const head = await fetchPage(url, { method: 'HEAD', skipBody: true });
    if (head.status < 400 || head.status === 404 || head.status === 410) return head;
    return fetchPage(url, { headers: { range: 'bytes=0-511' }, skipBody: true });
  };
  try {
    return await ask();
  } catch (error) {
    if (!mayPass(error)) throw error;
    return ask();
  }
}

function judge(page: Page, url: string, size: number | undefined): Delivery {
  const { status, headers } = page;
  if (status === 404 || status === 410) return gone(`answered with HTTP status ${status}`);
  if (status !== 200 && status !== 206) throw statusFailure(url, page);
  const type = headers['content-type'] ?? '';
  if (/\bhtml\b/i.test(type)) return { state: 'wrong', note: 'it is a web page' };
  const whole = status === 206 ? headers['content-range']?.split('/')[1] : headers['content-length'];
  const length = whole !== undefined && /^\d+$/.test(whole) ? Number(whole) : undefined;
  if (length === 0) return { state: 'wrong', note: 'it is empty' };
  if (length === undefined || size === undefined) return ok(length === undefined ? 'it is there' : `${length} bytes`);
  if (length === size) return ok(`${length} bytes, as many as the file in download/`);
  return { state: 'wrong', note: `${length} bytes, and the right file has ${size}` };
}

async function sizeInHand({ file, sha256 }: Candidate, downloadDir: string): Promise<number | undefined> {
  const path = join(downloadDir, file);
  if (!existsSync(path)) return undefined;
  const found = await measure(path);
  return found.sha256 === sha256 ? found.size : undefined;
}

function deliveryOf(error: unknown, url: string): Delivery {
  const [failure] = failuresOf(error) ?? [];
  if (failure === undefined || failure.code === 'program-missing') throw error;
  const { code, message, detail = '' } = failure.record();
  const lines = detail.split('\n').filter((line) => line.trim() !== '');
  // The last line of a list of sources is the reason of the only one.
  const reason = code === 'download-failed' && lines.length > 1 ? (lines.at(-1) ?? '') : message;
  const note = reason.trim().replace(`${redacted(url)}: `, '');
  if (code === 'digest-mismatch') return { state: 'wrong', note: [note, ...lines.slice(0, 2)].join('; ') };
  const isGone = /HTTP status (?:404|410)|has no (?:commit|tag)|is no git repository|no such file/i.test(note);
  return { state: isGone ? 'gone' : 'unknown', note };
}
