import { createHash } from 'node:crypto';
import { copyFileSync, createReadStream, constants as fsConstants } from 'node:fs';
import { type FileHandle, open, rename } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import type { Digest } from '../base/digest.ts';
import { download } from '../base/http.ts';

/** What arrived in a file that nobody else knows yet. */
export interface Received {
  readonly sha256: Digest;
  readonly size: number;
  /** As the server named it. */
  readonly contentType: string | undefined;
}

/** Downloads `url` to `to`, hashing while it streams; `tell` gets the progress about once a second. */
export async function receive(url: string, to: string, tell: (detail: string) => void): Promise<Received> {
  const file = await open(to, 'wx', 0o644);
  try {
    return await receiveInto(file, url, tell);
  } finally {
    await file.close();
  }
}

async function receiveInto(file: FileHandle, url: string, tell: (detail: string) => void): Promise<Received> {
  let sum = createHash('sha256');
  let size = 0;
  let contentType: string | undefined;
  let report = (_size: number): void => {};
  await download(url, {
    async begin(head) {
      await file.truncate(0);
      sum = createHash('sha256');
      size = 0;
      contentType = head.contentType;
      report = progress(head.size, head.host, tell);
    },
    async write(chunk) {
      // At a position, since a transfer may start over; in a loop, since a write may be partial.
      for (let done = 0; done < chunk.length; ) {
        done += (await file.write(chunk, done, chunk.length - done, size + done)).bytesWritten;
      }
      sum.update(chunk);
      size += chunk.length;
      report(size);
    },
  });
  return { sha256: sum.digest('hex') as Digest, size, contentType };
}

/** Copies a file of a directory mirror. */
export async function copyIn(from: string, to: string): Promise<Received> {
  copyFileSync(from, to, fsConstants.COPYFILE_FICLONE | fsConstants.COPYFILE_EXCL);
  return measure(to);
}

/** Digest and size of a file, without holding up everything else meanwhile. */
export async function measure(path: string): Promise<Received> {
  const sum = createHash('sha256');
  let size = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 }) as AsyncIterable<Buffer>) {
    sum.update(chunk);
    size += chunk.length;
  }
  return { sha256: sum.digest('hex') as Digest, size, contentType: undefined };
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

/** "12.3 of 87.1 MB from HOST", at most every ten seconds: a log must stay readable. */
export function progress(
  total: number | undefined,
  from: string,
  tell: (detail: string) => void,
): (size: number) => void {
  let last = performance.now();
  return (size) => {
    const now = performance.now();
    if (now - last < 10_000) return;
    last = now;
    tell(`${megabytes(size)}${total === undefined ? '' : ` of ${megabytes(total)}`} MB from ${from}`);
  };
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);
