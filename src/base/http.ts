import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from './failure.ts';
import { type Patience, unreachable } from './http-ask.ts';
import { type ResponseHead, type Sink, SinkError, type Transfer, transferOnce } from './http-transfer.ts';
import { failureOf, longestWait, troubleOf } from './http-trouble.ts';

export type { Patience, ResponseHead, Sink };

export interface DownloadOptions {
  readonly patience?: Patience;
  /** Tries in a row that bring nothing new; default 3. */
  readonly tries?: number;
  /** Bytes of the body; one that is larger is refused as soon as that is known. */
  readonly limit?: number;
  /** The start of the body is there already: so many bytes, of the body with this validator. */
  readonly resume?: { readonly received: number; readonly validator: string };
  /** Ends the download with an interrupted Failure, wherever it is; what has arrived is in the sink. */
  readonly signal?: AbortSignal | undefined;
}

const usual: Patience = { connect: 10_000, stall: 30_000, backOff: 500 };

/**
 * Gets `url` into `sink`; resolves when the whole body has arrived. Retries what may pass (5xx, 429, broken and stalled
 * connections) after a wait that grows and varies, or as long as the server asks; resumes a broken body where the
 * server can; follows redirects but never from https to http.
 * Fails with download-failed, at once for a host that could not be reached before in this process; passwords in
 * the URL are not shown. What `sink` throws is passed on.
 */
export async function download(url: string, sink: Sink, options: DownloadOptions = {}): Promise<void> {
  const { patience = usual, tries = 3, limit = Number.POSITIVE_INFINITY, resume, signal } = options;
  const transfer: Transfer = { received: 0, validator: undefined, ...resume };
  let furthest = transfer.received;
  for (let fruitless = 1; ; fruitless++) {
    try {
      signal?.throwIfAborted();
      await transferOnce(url, transfer, sink, { patience, limit, signal });
      return;
    } catch (error) {
      if (error instanceof SinkError) throw error.cause;
      if (signal?.aborted) throw new Failure('interrupted', 'interrupted while fetching');
      const trouble = troubleOf(error);
      if (transfer.received > furthest) fruitless = 1;
      furthest = Math.max(furthest, transfer.received);
      if (trouble.final || fruitless >= tries) {
        if (trouble.unreachable !== undefined) unreachable.set(trouble.unreachable, trouble.what);
        throw failureOf(url, trouble);
      }
      const wait = pause(fruitless, trouble.wait, patience);
      // An interrupt ends it, of which the next try tells.
      await (patience.sleep?.(wait) ?? sleep(wait, undefined, signal && { signal }).catch(() => {}));
    }
  }
}

/** The text at `url`, decoded as UTF-8; fails with download-failed when it has more than `limit` bytes. */
export async function fetchText(url: string, limit = 8 * 1024 * 1024, patience: Patience = usual): Promise<string> {
  let chunks: Uint8Array[] = [];
  const sink: Sink = {
    begin() {
      chunks = [];
    },
    write: (chunk) => void chunks.push(chunk),
  };
  await download(url, sink, { patience, limit });
  return Buffer.concat(chunks).toString('utf8');
}

/** Between half and one and a half of the back-off, so that many who failed together do not come back together. */
function pause(fruitless: number, asked: number | undefined, { backOff, random = Math.random }: Patience): number {
  const wait = Math.min(backOff * 3 ** (fruitless - 1) * (0.5 + random()), longestWait);
  return Math.max(wait, asked ?? 0);
}
