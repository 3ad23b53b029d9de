import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';

/** Runs git as somebody with a name and nothing else, at a fixed time; returns what it prints, trimmed. */
export function git(dir: string, ...words: readonly string[]): string {
  const date = '2024-01-01T00:00:00Z';
  const who = ['GIT_AUTHOR', 'GIT_COMMITTER'].flatMap((role) => [
    [`${role}_NAME`, 'A'],
    [`${role}_EMAIL`, 'a@example.org'],
    [`${role}_DATE`, date],
  ]);
  const env = {
    PATH: process.env['PATH'],
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ALLOW_PROTOCOL: 'file',
    ...Object.fromEntries(who),
  };
  return execFileSync('git', ['-C', dir, ...words], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    .toString()
    .trim();
}

/** Writes files (a text that begins with `#!` is executable, `-> x` a link to x) and commits everything; returns the commit. */
export function commit(dir: string, files: Readonly<Record<string, string>>, message = 'change'): string {
  if (!gitDirExists(dir)) git(dirname(dir), 'init', '-q', '-b', 'main', dir);
  for (const [path, text] of Object.entries(files)) {
    const full = join(dir, path);
    mkdirSync(dirname(full), { recursive: true });
    if (text.startsWith('-> ')) symlinkSync(text.slice(3), full);
    else writeFileSync(full, text);
    if (text.startsWith('#!')) chmodSync(full, 0o755);
  }
  git(dir, 'add', '-A');
  git(dir, 'commit', '-q', '--allow-empty', '-m', message);
  return git(dir, 'rev-parse', 'HEAD');
}

function gitDirExists(dir: string): boolean {
  mkdirSync(dir, { recursive: true });
  try {
    return git(dir, 'rev-parse', '--show-toplevel') === dir;
  } catch {
    return false;
  }
}

export interface GitServer extends AsyncDisposable {
  /** Of the directory with the repositories, without a final slash. */
  readonly url: string;
  readonly requests: string[];
  /** Answers a request instead of git, when it returns true. */
  interfere(answer: (request: IncomingMessage, response: ServerResponse) => boolean): void;
}

/** Serves the repositories below `root` over http with git's own program; without `modern` by the first protocol only. */
export async function gitServer(root: string, { modern = true } = {}): Promise<GitServer> {
  const requests: string[] = [];
  let interfering: (request: IncomingMessage, response: ServerResponse) => boolean = () => false;
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    if (!interfering(request, response)) serve(root, modern, request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    interfere: (answer) => {
      interfering = answer;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function serve(root: string, modern: boolean, request: IncomingMessage, response: ServerResponse): void {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost');
  const child = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env['PATH'],
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      PATH_INFO: decodeURIComponent(pathname),
      QUERY_STRING: searchParams.toString(),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      REMOTE_ADDR: '127.0.0.1',
      ...(modern && { GIT_PROTOCOL: String(request.headers['git-protocol'] ?? '') }),
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  request.pipe(child.stdin);
  child.stdin.on('error', () => {});
  let head: Buffer | undefined = Buffer.alloc(0);
  child.stdout.on('data', (chunk: Buffer) => {
    if (head === undefined) return void response.write(chunk);
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) return;
    const lines = head.toString('latin1', 0, end).split('\r\n');
    const headers = Object.fromEntries(lines.map((line) => line.split(/:\s*/, 2) as [string, string]));
    response.writeHead(Number(headers['Status']?.slice(0, 3) ?? 200), headers);
    response.write(head.subarray(end + 4));
    head = undefined;
  });
  child.stdout.on('end', () => response.end());
}

/** A new directory below `dir` for repositories. */
export const repositories = (dir: string): string => mkdtempSync(join(dir, 'repositories-'));
