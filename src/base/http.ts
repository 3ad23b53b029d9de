import { setTimeout as sleep } from 'node:timers/promises';
import type { Dispatcher } from 'undici';
import { first, type Patience, type Responded, respond, unreachable } from './http-ask.ts';
import { failureOf, statusTrouble, TroubleError, troubleOf } from './http-trouble.ts';

export type { Patience };

/** What a server says about a body before it sends it. */
export interface ResponseHead {
  /** Host and port that answered, after redirects. */
  readonly host: string;
  /** Bytes of the whole body, when the server says so. */
  readonly size: number | undefined;
  readonly contentType: string | undefined;
}

/** Takes what `download` receives. */
export interface Sink {
  /** A body starts at its first byte; called again when a transfer has to start over. */
  begin(head: ResponseHead): Promise<void> | void;
  write(chunk: Uint8Array): Promise<void> | void;
}

const usual: Patience = { connect: 10_000, stall: 30_000, backOff: 500 };
const leastBytes = 4096;
const triesWithoutProgress = 3;

/**
 * Gets `url` into `sink`; resolves when the whole body has arrived. Retries what may pass (5xx, 429, broken
 * connections), resumes a broken body where the server can, follows redirects but never from https to http.
 * Fails with download-failed, at once for a host that could not be reached before in this process; passwords in
 * the URL are not shown. What `sink` throws is passed on.
 */
export async function download(url: string, sink: Sink, patience: Patience = usual): Promise<void> {
  const transfer: Transfer = { received: 0, validator: undefined };
  let furthest = 0;
  for (let fruitless = 1; ; fruitless++) {
    try {
      await transferOnce(url, transfer, sink, patience);
      return;
    } catch (error) {
      if (error instanceof SinkError) throw error.cause;
      const trouble = troubleOf(error);
      if (transfer.received > furthest) fruitless = 1;
      furthest = Math.max(furthest, transfer.received);
      if (trouble.final || fruitless >= triesWithoutProgress) {
        if (trouble.unreachable !== undefined) unreachable.set(trouble.unreachable, trouble.what);
        throw failureOf(url, trouble);
      }
      await sleep(trouble.wait ?? patience.backOff * 3 ** (fruitless - 1));
    }
  }
}

/** The text at `url`, decoded as UTF-8; fails with download-failed when it has more than `limit` bytes. */
export async function fetchText(url: string, limit = 8 * 1024 * 1024, patience: Patience = usual): Promise<string> {
  let chunks: Uint8Array[] = [];
  let size = 0;
  const sink: Sink = {
    begin() {
      chunks = [];
      size = 0;
    },
    write(chunk) {
      size += chunk.length;
      chunks.push(chunk);
      if (size > limit) throw failureOf(url, { what: `is larger than ${limit} bytes` });
    },
  };
  await download(url, sink, patience);
  return Buffer.concat(chunks).toString('utf8');
}

interface Transfer {
  received: number;
  /** ETag or date of the body whose start we have; without one it cannot be resumed safely. */
  validator: string | undefined;
}

/** Carries what a sink threw past everything that handles trouble with the network. */
class SinkError extends Error {}

async function inSink(act: () => Promise<void> | void): Promise<void> {
  try {
    await act();
  } catch (error) {
    throw new SinkError('', { cause: error });
  }
}

async function transferOnce(url: string, transfer: Transfer, sink: Sink, patience: Patience): Promise<void> {
  const { response, host } = await begin(url, transfer, patience);
  const { statusCode, headers, body } = response;
  body.on('error', () => {});
  try {
    if (statusCode === 200) {
      const size = Number(first(headers['content-length']) ?? Number.NaN);
      const contentType = first(headers['content-type']);
      transfer.received = 0;
      transfer.validator = strong(first(headers['etag'])) ?? first(headers['last-modified']);
      await inSink(() => sink.begin({ host, size: Number.isSafeInteger(size) ? size : undefined, contentType }));
    } else if (!first(headers['content-range'])?.startsWith(`bytes ${transfer.received}-`)) {
      throw new TroubleError({ what: 'answered with another part of the file than was asked for', final: true });
    }
    await receive(body, transfer, sink, patience.stall);
  } finally {
    body.destroy();
  }
}

async function receive(body: Body, transfer: Transfer, sink: Sink, stall: number): Promise<void> {
  let before = transfer.received;
  const watch = setInterval(() => {
    if (transfer.received - before < leastBytes) {
      body.destroy(new TroubleError({ what: `sent nearly nothing for ${stall / 1000} seconds` }));
    }
    before = transfer.received;
  }, stall);
  try {
    for await (const chunk of body) {
      await inSink(() => sink.write(chunk));
      transfer.received += chunk.length;
    }
  } finally {
    clearInterval(watch);
  }
}

type Body = Dispatcher.ResponseData['body'];

/** Asks for the rest of a transfer, or all of it; any other answer than 200 and 206 is trouble. */
async function begin(url: string, transfer: Transfer, patience: Patience): Promise<Responded> {
  const responded = await respond(url, { headers: rangeOf(transfer) }, patience);
  const { statusCode, headers, body } = responded.response;
  if (statusCode === 200 || statusCode === 206) return responded;
  body.on('error', () => {}).destroy();
  if (statusCode === 416) Object.assign(transfer, { received: 0, validator: undefined });
  throw new TroubleError(statusTrouble(statusCode, headers));
}

function rangeOf({ received, validator }: Transfer): Record<string, string> {
  return received === 0 || validator === undefined ? {} : { range: `bytes=${received}-`, 'if-range': validator };
}

const strong = (etag: string | undefined): string | undefined => (etag?.startsWith('W/') ? undefined : etag);
