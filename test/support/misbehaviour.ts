import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { type Answer, status } from './server.ts';

/** A body in pieces of unknown number; the connection breaks before its end. */
export const brokenChunks =
  (content: string): Answer =>
  (_request, response) => {
    response.writeHead(200);
    response.write(content, () => response.socket?.end());
  };

/** One byte every ten milliseconds, as long as somebody listens. */
export const trickle: Answer = (_request, response) => {
  response.writeHead(200, { 'content-length': 1_000_000 });
  const drops = setInterval(() => response.write('x'), 10);
  response.on('close', () => clearInterval(drops));
};

/** More and more bytes, as long as somebody listens, without a word about how many. */
export const endless: Answer = (_request, response) => {
  response.writeHead(200);
  const more = () => {
    if (!response.destroyed && response.write(Buffer.alloc(65_536))) setImmediate(more);
  };
  response.on('drain', more);
  more();
};

/** Gives the part that is asked for, whatever body it once was of. */
export const carelessPart =
  (content: string, headers: Readonly<Record<string, string>> = {}): Answer =>
  (request, response) => {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    if (from === 0) return void response.writeHead(200, headers).end(content);
    const range = `bytes ${from}-${content.length - 1}/${content.length}`;
    response.writeHead(206, { 'content-range': range, ...headers }).end(content.slice(from));
  };

/** Sends the start of the body and then waits for ever; `sent` resolves when the start is on its way. */
export function stuckAfter(content: string, bytes: number, etag: string): { answer: Answer; sent: Promise<void> } {
  const sent = Promise.withResolvers<void>();
  return {
    answer(_request, response) {
      response.writeHead(200, { 'content-length': content.length, etag });
      response.write(content.slice(0, bytes), () => sent.resolve());
    },
    sent: sent.promise,
  };
}

/** An HTTPS server on the loopback interface, with a certificate of its own making for `name`. */
export async function tlsServer(dir: string, name: string, answer: Answer = status(404)) {
  const [key, certificate] = [join(dir, `${name}.key`), join(dir, `${name}.pem`)];
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`];
  execFileSync('openssl', [...request, ...subject, '-keyout', key, '-out', certificate], { stdio: 'pipe' });
  const server = createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (request, response) => {
    void answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}`,
    /** In PEM, for whoever is to trust the server. */
    certificate: readFileSync(certificate, 'utf8'),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A server on the loopback interface that answers whatever it is told with these bytes, and hangs up. */
export async function tcpServer(answer: Uint8Array | string) {
  const server = createTcpServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end(answer));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.close();
      await once(server, 'close');
    },
  };
}
