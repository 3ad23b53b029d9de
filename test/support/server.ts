import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Answers one request. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** An HTTP server on the loopback interface that answers as a test says. */
export interface TestServer extends AsyncDisposable {
  /** Without a final slash. */
  readonly url: string;
  /** "GET /path" of every request so far, and "GET /path bytes=5-" when it asked for a part. */
  readonly requests: readonly string[];
  /** The headers of the latest request. */
  readonly lastHeaders: IncomingMessage['headers'];
  /** Requests for `path` get these answers in turn; the last one also answers all later ones. Other paths are 404. */
  answer(path: string, ...answers: readonly [Answer, ...Answer[]]): void;
}

export async function testServer(): Promise<TestServer> {
  const answers = new Map<string, Answer[]>();
  const requests: string[] = [];
  let lastHeaders: IncomingMessage['headers'] = {};
  const server = createServer((request, response) => {
    const { method, url = '', headers } = request;
    requests.push(`${method} ${url}${headers.range === undefined ? '' : ` ${headers.range}`}`);
    lastHeaders = headers;
    const waiting = answers.get(url) ?? [status(404)];
    const answer = waiting.length > 1 ? waiting.shift() : waiting[0];
    void answer?.(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    get lastHeaders() {
      return lastHeaders;
    },
    answer: (path, ...list) => void answers.set(path, [...list]),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** An empty answer with this status. */
export const status =
  (code: number, headers: Readonly<Record<string, string>> = {}): Answer =>
  (_request, response) =>
    void response.writeHead(code, headers).end();

export const redirectTo = (location: string): Answer => status(302, { location });

export interface BodyOptions {
  readonly contentType?: string;
  /** With it, the server also gives parts of the body. */
  readonly etag?: string;
}

/** The body, or the part of it that was asked for. */
export const body =
  (content: Uint8Array | string, { contentType = 'application/octet-stream', etag }: BodyOptions = {}): Answer =>
  (request, response) => {
    const bytes = Buffer.from(content);
    const from = etag !== undefined && request.headers['if-range'] === etag ? rangeStart(request) : 0;
    const common = { 'content-type': contentType, ...(etag === undefined ? {} : { etag, 'accept-ranges': 'bytes' }) };
    const part = bytes.subarray(from);
    const range = `bytes ${from}-${bytes.length - 1}/${bytes.length}`;
    response.writeHead(from > 0 ? 206 : 200, {
      ...common,
      'content-length': part.length,
      ...(from > 0 ? { 'content-range': range } : {}),
    });
    response.end(part);
  };

/**
 * Promises the whole body and breaks the connection after `after` bytes of it; with `arrived`, not before that holds: a
 * client may drop what it has received but not looked at when the connection breaks.
 */
export const brokenBody =
  (
    content: Uint8Array | string,
    after: number,
    { etag, arrived = () => true }: BodyOptions & { readonly arrived?: () => boolean } = {},
  ): Answer =>
  (_request, response) => {
    const bytes = Buffer.from(content);
    response.writeHead(200, { 'content-length': bytes.length, ...(etag === undefined ? {} : { etag }) });
    const breakIt = () => void (arrived() ? response.destroy() : setTimeout(breakIt, 1));
    response.write(bytes.subarray(0, after), breakIt);
  };

/** Answers only when `release` is called; `reached` resolves when a request waits. */
export function held(answer: Answer): { answer: Answer; release(): void; readonly reached: Promise<void> } {
  const gate = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  return {
    async answer(request, response) {
      reached.resolve();
      await gate.promise;
      await answer(request, response);
    },
    release: gate.resolve,
    reached: reached.promise,
  };
}

/** Takes the request and never says a word. */
export const silence: Answer = () => {};

function rangeStart({ headers }: IncomingMessage): number {
  return Number(headers.range?.match(/^bytes=(\d+)-$/)?.[1] ?? 0);
}
