import type { Dispatcher } from 'undici';
import { first, type Patience, type Responded, respond } from './http-ask.ts';
import { statusTrouble, TroubleError } from './http-trouble.ts';

/** What a server says about a body before it sends it. */
export interface ResponseHead {
  /** Host and port that answered, after redirects. */
  readonly host: string;
  /** Bytes of the whole body, when the server says so. */
  readonly size: number | undefined;
  readonly contentType: string | undefined;
  /** What a server recognises this very body by (ETag or date); without one its rest cannot be asked for. */
  readonly validator: string | undefined;
}

/** Takes what `download` receives. */
export interface Sink {
  /** A body starts at its first byte; called again when a transfer has to start over. */
  begin(head: ResponseHead): Promise<void> | void;
  /** The rest of the body follows that `resume` told of, or that broke. */
  resumed?(head: ResponseHead): void;
  write(chunk: Uint8Array): Promise<void> | void;
}

/** How far a body has come, over several tries. */
export interface Transfer {
  received: number;
  /** ETag or date of the body whose start we have; without one it cannot be resumed safely. */
  validator: string | undefined;
}

/** Carries what a sink threw past everything that handles trouble with the network. */
export class SinkError extends Error {}

const leastRate = 500;

export interface TransferOptions {
  readonly patience: Patience;
  /** Bytes. */
  readonly limit: number;
  /** Breaks the transfer off. */
  readonly signal: AbortSignal | undefined;
}

/** Gets the rest of a body, or all of it where there is no rest to be had; anything short of its end is an error, mostly a TroubleError. */
export async function transferOnce(
  url: string,
  transfer: Transfer,
  sink: Sink,
  options: TransferOptions,
): Promise<void> {
  const { limit } = options;
  const { response, host } = await begin(url, transfer, options);
  const { statusCode, headers, body } = response;
  body.on('error', () => {});
  try {
    const contentType = first(headers['content-type']);
    const validator = strong(first(headers['etag'])) ?? first(headers['last-modified']);
    const length = bytes(first(headers['content-length']));
    if (statusCode === 200) {
      refuseLarger(length ?? 0, limit);
      Object.assign(transfer, { received: 0, validator });
      await inSink(() => sink.begin({ host, size: length, contentType, validator }));
    } else {
      const size = length === undefined ? undefined : transfer.received + length;
      checkPart(first(headers['content-range']), transfer, validator);
      refuseLarger(size ?? 0, limit);
      await inSink(() => sink.resumed?.({ host, size, contentType, validator } satisfies ResponseHead));
    }
    await receive(body, transfer, sink, options);
  } finally {
    body.destroy();
  }
}

async function receive(
  body: Dispatcher.ResponseData['body'],
  transfer: Transfer,
  sink: Sink,
  { patience: { stall }, limit }: TransferOptions,
): Promise<void> {
  let before = transfer.received;
  const watch = setInterval(() => {
    const rate = ((transfer.received - before) * 1000) / stall;
    if (rate < leastRate) {
      const what = `sent less than ${leastRate} bytes a second for ${stall / 1000} seconds`;
      body.destroy(new TroubleError({ what }));
    }
    before = transfer.received;
  }, stall);
  try {
    for await (const chunk of body) {
      refuseLarger(transfer.received + chunk.length, limit);
      await inSink(() => sink.write(chunk));
      transfer.received += chunk.length;
    }
  } finally {
    clearInterval(watch);
  }
}

/** Asks for the rest of a transfer, or all of it; any other answer than 200 and 206 is trouble. */
async function begin(url: string, transfer: Transfer, { patience, signal }: TransferOptions): Promise<Responded> {
  const responded = await respond(url, { headers: rangeOf(transfer), ...(signal && { signal }) }, patience);
  const { statusCode, headers, body } = responded.response;
  if (statusCode === 200 || statusCode === 206) return responded;
  body.on('error', () => {}).destroy();
  // 416: the file has changed since its first part came.
  if (statusCode === 416) startOver(transfer);
  throw new TroubleError(statusTrouble(statusCode, headers));
}

function rangeOf({ received, validator }: Transfer): Record<string, string> {
  return received === 0 || validator === undefined ? {} : { range: `bytes=${received}-`, 'if-range': validator };
}

/** Some servers give a part of whatever they have now: it must be of the same body, from where we are to its end. */
function checkPart(range: string | undefined, transfer: Transfer, validator: string | undefined): void {
  const asked = transfer.validator;
  const [, from, to, total] = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(range ?? '') ?? [];
  const fits = Number(from) === transfer.received && asked !== undefined;
  const atEnd = total === '*' || Number(to) + 1 === Number(total);
  if (fits && atEnd && (validator === undefined || validator === asked)) return;
  startOver(transfer);
  throw new TroubleError({ what: 'answered with another part of the file than was asked for' });
}

function startOver(transfer: Transfer): void {
  Object.assign(transfer, { received: 0, validator: undefined });
}

function refuseLarger(size: number, limit: number): void {
  if (size > limit) throw new TroubleError({ what: `is larger than ${limit} bytes`, final: true, useless: true });
}

async function inSink(act: () => Promise<void> | void): Promise<void> {
  try {
    await act();
  } catch (error) {
    throw new SinkError('', { cause: error });
  }
}

function bytes(header: string | undefined): number | undefined {
  const size = Number(header ?? Number.NaN);
  return Number.isSafeInteger(size) ? size : undefined;
}

const strong = (etag: string | undefined): string | undefined => (etag?.startsWith('W/') ? undefined : etag);
