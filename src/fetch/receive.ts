import { createHash, type Hash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { copyFile, constants as fsConstants, open, rename, stat } from 'node:fs/promises';
import type { Digest } from '../base/digest.ts';
import { Failure } from '../base/failure.ts';
import { type DownloadOptions, download, type ResponseHead } from '../base/http.ts';
import { failureOf, isUseless } from '../base/http-trouble.ts';
import type { MkEvent } from '../report/event.ts';
import { readNote, writeNote } from './partial.ts';
import { type Room, watchRoom } from './room.ts';

/** What arrived in a file that nobody else knows yet. */
export interface Received {
  readonly sha256: Digest;
  readonly size: number;
  /** As the server named it. */
  readonly contentType: string | undefined;
  /** It came in more than one part, which may not belong together. */
  readonly resumed?: boolean;
}

/** How far a file is, as events tell. */
export type Transfer = Omit<Extract<MkEvent, { event: 'transfer' }>, 'event' | 'package'>;

/** Who hears how far a download is. */
export interface Audience {
  /** In words, now and then: a log must stay readable. */
  readonly tell: (detail: string) => void;
  /** In bytes, a few times a second. */
  readonly count?: (received: number, total: number | undefined) => void;
}

/**
 * Downloads `url` to `to`, hashing while it streams; goes on with what an earlier try, also of another process, has left
 * there. The audience hears how far it is. A file for which there is no room is refused, as soon as that is known.
 */
export async function receive(
  url: string,
  to: string,
  audience: Audience,
  { room = watchRoom(to), ...options }: DownloadOptions & { readonly room?: Room } = {},
): Promise<Received> {
  const left = readNote(to, url);
  const file = await open(to, left === undefined ? 'w' : 'r+', 0o644);
  try {
    let sum = left === undefined ? createHash('sha256') : (await hashed(to)).sum;
    let size = left?.received ?? 0;
    let resumed = false;
    let contentType: string | undefined;
    let report = (_size: number): void => {};
    const requireRoom = (following: number) => {
      const what = room(size, following);
      if (what !== undefined) throw failureOf(url, { what, final: true, useless: true });
    };
    const expect = (head: ResponseHead) => {
      contentType = head.contentType;
      requireRoom((head.size ?? size) - size);
      report = progress(head.size, head.host, audience);
    };
    const sink = {
      async begin(head: ResponseHead) {
        await file.truncate(0);
        writeNote(to, url, head.validator);
        sum = createHash('sha256');
        size = 0;
        resumed = false;
        expect(head);
      },
      resumed(head: ResponseHead) {
        resumed = true;
        expect(head);
      },
      async write(chunk: Uint8Array) {
        // At a position, since a transfer may start over; in a loop, since a write may be partial.
        for (let done = 0; done < chunk.length; ) {
          done += (await file.write(chunk, done, chunk.length - done, size + done)).bytesWritten;
        }
        sum.update(chunk);
        size += chunk.length;
        requireRoom(0);
        report(size);
      },
    };
    await download(url, sink, { ...options, ...(left && { resume: left }) });
    return { sha256: sum.digest('hex') as Digest, size, contentType, resumed };
  } catch (error) {
    if (isUseless(error)) await file.truncate(0);
    throw error;
  } finally {
    await file.close();
  }
}

/** Copies a file of a directory mirror. */
export async function copyIn(from: string, to: string): Promise<Received> {
  // A pipe or a device would never end.
  if (!(await stat(from)).isFile()) throw new Failure('download-failed', `${from}: is no regular file`);
  await copyFile(from, to, fsConstants.COPYFILE_FICLONE);
  return measure(to);
}

/** Digest and size of a file, without holding up everything else meanwhile. */
export async function measure(path: string): Promise<Received> {
  const { sum, size } = await hashed(path);
  return { sha256: sum.digest('hex') as Digest, size, contentType: undefined };
}

async function hashed(path: string): Promise<{ readonly sum: Hash; readonly size: number }> {
  const sum = createHash('sha256');
  let size = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 }) as AsyncIterable<Buffer>) {
    sum.update(chunk);
    size += chunk.length;
  }
  return { sum, size };
}

/** Gives a complete file its final name, also if the power fails right after. */
export async function settle(temporary: string, path: string): Promise<void> {
  const file = await open(temporary, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}

/** Gets the file that grows at `path`, and tells the beginning and the end of that, whatever came of it. */
export async function transferred<T>(
  file: string,
  path: string,
  tell: ((transfer: Transfer) => void) | undefined,
  get: () => Promise<T>,
): Promise<T> {
  const received = () => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  tell?.({ file, received: received(), isEnded: false });
  try {
    return await get();
  } finally {
    tell?.({ file, received: received(), isEnded: true });
  }
}

/** Milliseconds between two counts, and between two tellings. */
const [countPause, tellPause] = [250, 10_000];

/** Tells "12.3 of 87.1 MB from HOST" and counts, each not too often; to be called with the size as it grows. */
export function progress(
  total: number | undefined,
  from: string,
  { tell, count = () => {} }: Audience,
): (size: number) => void {
  let told = performance.now();
  let counted = Number.NEGATIVE_INFINITY;
  return (size) => {
    const now = performance.now();
    if (now - counted >= countPause) {
      counted = now;
      count(size, total);
    }
    if (now - told < tellPause) return;
    told = now;
    tell(`${megabytes(size)}${total === undefined ? '' : ` of ${megabytes(total)}`} MB from ${from}`);
  };
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);
