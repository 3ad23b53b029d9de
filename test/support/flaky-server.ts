import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/** A web server on the loopback interface that gives the files of a directory, and of the requests a share goes wrong. */
export interface FlakyServer extends AsyncDisposable {
  readonly url: string;
  /** How many requests went right, and how many wrong in each way. */
  readonly count: Readonly<Record<string, number>>;
}

type Wrong = (response: ServerResponse, bytes: Buffer, random: () => number) => void;

const wrongs: Readonly<Record<string, Wrong>> = {
  reset: (response) => response.socket?.resetAndDestroy(),
  error: (response, _bytes, random) =>
    void response.writeHead([500, 502, 503, 429][Math.floor(random() * 4)] ?? 500).end(),
  stall(response, bytes, random) {
    response.writeHead(200, { 'content-length': bytes.length, etag: '"1"' });
    response.write(bytes.subarray(0, Math.floor(bytes.length * random())));
  },
  truncated(response, bytes, random) {
    response.writeHead(200, { 'content-length': bytes.length, etag: '"1"' });
    response.write(bytes.subarray(0, Math.floor(bytes.length * random())), () => response.destroy());
  },
  /** Whole by all that can be seen, and short. */
  short: (response, bytes, random) =>
    void response.writeHead(200).end(bytes.subarray(0, Math.floor(bytes.length * random()))),
  bytes(response, bytes, random) {
    const wrong = Buffer.from(bytes);
    if (wrong.length > 0) wrong[Math.floor(random() * wrong.length)] = Math.floor(random() * 256);
    response.writeHead(200, { 'content-length': wrong.length }).end(wrong);
  },
};

export async function flakyServer(dir: string, share: number, random: () => number): Promise<FlakyServer> {
  const count: Record<string, number> = { right: 0 };
  const answer = ({ url = '', headers }: IncomingMessage, response: ServerResponse) => {
    let bytes: Buffer;
    try {
      bytes = readFileSync(join(dir, decodeURIComponent(url)));
    } catch {
      return void response.writeHead(404).end();
    }
    const kinds = Object.entries(wrongs);
    const [kind, wrong] = (random() < share ? kinds[Math.floor(random() * kinds.length)] : undefined) ?? ['right'];
    count[kind] = (count[kind] ?? 0) + 1;
    if (wrong !== undefined) return wrong(response, bytes, random);
    const from = headers['if-range'] === '"1"' ? Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0) : 0;
    const range = from > 0 ? { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {};
    const rest = bytes.subarray(from);
    response.writeHead(from > 0 ? 206 : 200, { 'content-length': rest.length, etag: '"1"', ...range }).end(rest);
  };
  const server = createServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    count,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
