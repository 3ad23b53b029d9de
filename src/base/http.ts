import { setTimeout as sleep } from 'node:timers/promises';
import type { Dispatcher } from 'undici';
import { failureOf, redacted, statusTrouble, TroubleError, troubleOf } from './http-trouble.ts';

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

/** How patient a transfer is; all times in milliseconds. */
export interface Patience {
  readonly connect: number;
  /** Without an answer, or with less than 4 KiB of a body, for this long a transfer counts as stalled. */
  readonly stall: number;
  /** Before the second try; three times as long before the third. */
  readonly backOff: number;
}

const usual: Patience = { connect: 10_000, stall: 30_000, backOff: 500 };
const leastBytes = 4096;
const triesWithoutProgress = 3;
const redirectLimit = 10;

/** Origins that could not be reached, with the reason: asking them again for every file would take minutes. */
const unreachable = new Map<string, string>();

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
  const { response, host } = await respond(url, transfer, patience);
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

/** Asks for the rest of a transfer, or all of it, and follows redirects; any other answer than 200 and 206 is trouble. */
async function respond(
  url: string,
  transfer: Transfer,
  patience: Patience,
): Promise<{ response: Dispatcher.ResponseData; host: string }> {
  const start = new URL(url);
  let here = start;
  for (let hops = 0; hops <= redirectLimit; hops++) {
    // Only the host that the user named gets the user's password.
    const user = here.origin === start.origin ? credentials(start) : {};
    const response = await ask(here, { ...user, ...rangeOf(transfer) }, patience);
    const { statusCode, headers, body } = response;
    if (statusCode === 200 || statusCode === 206) return { response, host: here.host };
    body.on('error', () => {}).destroy();
    const target = first(headers['location']);
    if ([301, 302, 303, 307, 308].includes(statusCode) && target !== undefined) {
      here = redirect(here, target);
    } else {
      if (statusCode === 416) Object.assign(transfer, { received: 0, validator: undefined });
      throw new TroubleError(statusTrouble(statusCode, headers));
    }
  }
  throw new TroubleError({ what: `redirected more than ${redirectLimit} times`, final: true });
}

async function ask(
  url: URL,
  headers: Readonly<Record<string, string>>,
  patience: Patience,
): Promise<Dispatcher.ResponseData> {
  const { origin, pathname, search } = url;
  const known = unreachable.get(origin);
  if (known !== undefined) throw new TroubleError({ what: known, final: true });
  const { request } = await import('./undici.ts');
  try {
    return await request(`${origin}${pathname}${search}`, {
      dispatcher: await agentFor(patience.connect),
      headers: { 'user-agent': 'mk', accept: '*/*', 'accept-encoding': 'identity', ...headers },
      headersTimeout: patience.stall,
      bodyTimeout: 0,
    });
  } catch (error) {
    throw new TroubleError(troubleOf(error, origin));
  }
}

const agents = new Map<number, Promise<Dispatcher>>();

/** Agents are kept, so that connections are; proxies come from the usual environment variables. */
function agentFor(connect: number): Promise<Dispatcher> {
  const make = async (): Promise<Dispatcher> => {
    const { EnvHttpProxyAgent } = await import('./undici.ts');
    return new EnvHttpProxyAgent({ connect: { timeout: connect }, connectTimeout: connect, keepAliveTimeout: 1000 });
  };
  const agent = agents.get(connect) ?? make();
  agents.set(connect, agent);
  return agent;
}

function redirect(from: URL, location: string): URL {
  const to = URL.canParse(location, from.href) ? new URL(location, from.href) : undefined;
  const weaker = from.protocol === 'https:' && to?.protocol === 'http:';
  if (to !== undefined && /^https?:$/.test(to.protocol) && !weaker) return to;
  throw new TroubleError({ what: `redirected to ${redacted(location)}, which mk does not follow`, final: true });
}

function rangeOf({ received, validator }: Transfer): Record<string, string> {
  return received === 0 || validator === undefined ? {} : { range: `bytes=${received}-`, 'if-range': validator };
}

function credentials({ username, password }: URL): Record<string, string> {
  if (username === '') return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

const first = (header: string | string[] | undefined): string | undefined => [header].flat()[0];

const strong = (etag: string | undefined): string | undefined => (etag?.startsWith('W/') ? undefined : etag);
