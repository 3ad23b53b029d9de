import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { getCACertificates } from 'node:tls';
import { finished, start, stop, succeeded } from '../base/command.ts';
import { Failure } from '../base/failure.ts';
import { isErrno } from '../base/files.ts';
import { redacted, type Trouble } from '../base/http-trouble.ts';

/** How git is run for one repository: nothing of the user's or the machine's settings reaches it. */
export interface GitPlace {
  /** The repository, without a working tree: nothing is ever checked out, so no hook and no filter has work to do. */
  readonly dir: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Milliseconds without a sign of life after which a transfer counts as stalled. */
  readonly stall: number;
}

/** What git printed; its output is a byte string: each character is one byte. */
export interface Printed {
  readonly ok: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

const passedOn = ['http_proxy', 'https_proxy', 'all_proxy', 'no_proxy', 'SSL_CERT_FILE', 'SSL_CERT_DIR'];

/** The environment of git: of the user's only the way to the network; `scratch` is a directory of ours. */
export function gitEnvironment(scratch: string, protocols: string): Readonly<Record<string, string>> {
  const names = passedOn.flatMap((name) => [...new Set([name, name.toUpperCase()])]);
  const passed = names.flatMap((name): [string, string][] => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  });
  return {
    ...Object.fromEntries(passed),
    ...authorities(scratch),
    PATH: process.env['PATH'] ?? '/usr/bin:/bin',
    HOME: scratch,
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_SYSTEM: '/dev/null',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: 'false',
    SSH_ASKPASS: 'false',
    GIT_ALLOW_PROTOCOL: protocols,
  };
}

/** Whoever vouches for servers to the rest of mk does it to git as well. */
function authorities(scratch: string): Readonly<Record<string, string>> {
  if (process.env['NODE_EXTRA_CA_CERTS'] === undefined) return {};
  const file = join(scratch, 'authorities.pem');
  writeFileSync(file, getCACertificates('default').join('\n'));
  return { GIT_SSL_CAINFO: file };
}

/** Runs git to its end; a transfer that stalls is ended. Fails with program-missing where there is no git. */
export async function git({ dir, environment, stall }: GitPlace, ...words: readonly string[]): Promise<Printed> {
  const lowSpeed = ['-c', 'http.lowSpeedLimit=500', '-c', `http.lowSpeedTime=${Math.ceil(stall / 1000)}`];
  const quiet = ['-c', 'gc.auto=0', '-c', 'maintenance.auto=false', '-c', 'core.hooksPath=/dev/null'];
  const argv: [string, ...string[]] = ['git', ...lowSpeed, ...quiet, '-C', dir, ...words];
  const child = start(argv, { stdio: ['ignore', 'pipe', 'pipe'], env: environment });
  let stalled = false;
  const watch = setInterval(() => {
    stalled = true;
    stop(child, 'SIGKILL');
  }, 2 * stall);
  const read = async (stream: Readable | null) => {
    const chunks: Buffer[] = [];
    for await (const chunk of (stream ?? []) as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      watch.refresh();
    }
    return Buffer.concat(chunks).toString('latin1');
  };
  try {
    const [exit, stdout, stderr] = await Promise.all([finished(child), read(child.stdout), read(child.stderr)]);
    const complaint = stalled ? `fatal: nothing came for ${(2 * stall) / 1000} seconds, timed out` : stderr;
    return { ok: succeeded(exit), stdout, stderr: complaint };
  } catch (error) {
    throw isErrno(error, 'ENOENT') ? missingGit() : error;
  } finally {
    clearInterval(watch);
  }
}

const missingGit = (): Failure =>
  new Failure('program-missing', 'git is not installed', {
    detail: 'it is needed to fetch the source of a recipe that names a git repository',
    hint: 'install the package git',
  });

/** What git complained about, in our words where we have some. */
export function gitTrouble({ stderr }: Printed): Trouble {
  const text = Buffer.from(stderr, 'latin1').toString('utf8');
  const known = reasons.find(([pattern]) => pattern.test(text));
  const said = [...text.matchAll(/^(?:fatal|error|remote|ERR)(?: error)?: (.*)$/gm)].map(([, line = '']) => line);
  const line = said.findLast((each) => each.trim() !== '') ?? 'git fails and does not say why';
  const what =
    known?.[1] ?? `git says: ${line.replaceAll(/\p{C}/gu, '?').replaceAll(/[a-z][\w+.-]*:\/\/\S+/gi, redacted)}`;
  return { what, final: known?.[2] !== 'passing' };
}

const reasons: readonly (readonly [pattern: RegExp, what: string, 'passing'?])[] = [
  [/could not read (?:Username|Password)|Authentication failed|terminal prompts disabled/i, 'wants a password'],
  [/Could not resolve host|unable to look up/i, 'the host name cannot be resolved'],
  [/certificate/i, "the server's certificate is of nobody known, or for another host"],
  [/returned error: 403/, 'answered with HTTP status 403 (forbidden)'],
  [/returned error: 429/, 'answered with HTTP status 429 (too many requests)', 'passing'],
  [/returned error: 5\d\d/, 'the server fails', 'passing'],
  [/Failed to connect|Connection refused|unable to connect/i, 'the host refuses the connection', 'passing'],
  [/timed out|too slow/i, 'the transfer stalled', 'passing'],
  [
    /early EOF|hung up|RPC failed|reset by peer|disconnect|transfer closed|Empty reply/i,
    'the connection broke',
    'passing',
  ],
  [/index-pack failed|bad pack|pack has|inflate/i, 'sent objects that are damaged', 'passing'],
  [
    /not found|does not appear to be a git repository|not exported|access denied/i,
    'is no git repository that one may read',
  ],
  [/transport '.*' not allowed/, 'leads to a protocol that mk does not use'],
];
