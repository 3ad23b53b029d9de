import { existsSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Digest } from '../base/digest.ts';
import { Failure } from '../base/failure.ts';
import { makeDirectory } from '../base/files.ts';
import { removeStale } from './partial.ts';
import { measure, type Received } from './receive.ts';
import { describeWrong, keepAside } from './wrong.ts';

/** A file in the download directory that was not what its name promised, and was moved aside. */
export interface Rejected {
  readonly from: string;
  readonly reason: string;
  readonly received: Received;
}

/** Creates the download directory and clears it of what nobody will go on with. */
export function prepareDirectory(dir: string): void {
  try {
    makeDirectory(dir);
    removeStale(dir);
  } catch (error) {
    // Another process may be tidying too, or the directory may be read-only and hold all we need.
    if (existsSync(dir)) return;
    throw new Failure('download-failed', `${dir}: cannot be created`, { cause: error, detail: String(error) });
  }
}

/** Which digest this process expects under a path; two recipes may have different files of one name, as `v1.0.tar.gz`. */
const claims = new Map<string, Digest>();

/** The path that a file gets in the download directory: its name, unless another file of that name is in use. */
export function placeFor(file: string, sha256: Digest, dir: string): string {
  const distinct = join(dir, `${sha256.slice(0, 12)}-${file}`);
  if (existsSync(distinct)) return distinct;
  const plain = join(dir, file);
  const claimed = claims.get(plain) ?? sha256;
  claims.set(plain, claimed);
  return claimed === sha256 ? plain : distinct;
}

const verified = new Map<string, string>();

/** Spares this process another look at a file that nobody has touched since. */
export function rememberVerified(path: string, sha256: Digest): void {
  verified.set(path, stamp(path, sha256));
}

function stamp(path: string, sha256: Digest): string {
  const { ino, size, mtimeMs, ctimeMs } = statSync(path);
  return `${sha256} ${ino} ${size} ${mtimeMs} ${ctimeMs}`;
}

/**
 * The file in the download directory, if it is there and has this digest. One with another digest is moved aside as
 * `<name>.bad-<first 12 of its digest>`.
 */
export async function findDownloaded(
  file: string,
  sha256: Digest,
  dir: string,
): Promise<{ readonly path: string } | Rejected | undefined> {
  const path = placeFor(file, sha256, dir);
  if (!existsSync(path)) return undefined;
  if (verified.get(path) === stamp(path, sha256)) return { path };
  const received = await measure(path);
  if (received.sha256 === sha256) {
    rememberVerified(path, sha256);
    return { path };
  }
  const wrong = describeWrong(path, received);
  const aside = keepAside(path, path, received);
  if (aside === undefined) return undefined;
  return { from: path, reason: `${wrong.replace('gave', 'was')}, now named ${basename(aside)}`, received };
}
