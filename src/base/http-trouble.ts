import { Failure } from './failure.ts';

/** Why one try of a transfer ended without its whole body. */
export interface Trouble {
  /** What the other side did, to be read after its address. */
  readonly what: string;
  /** Another try cannot help. */
  readonly final?: boolean;
  /** Milliseconds that the server asks us to wait. */
  readonly wait?: number | undefined;
  /** The origin that could not be reached at all. */
  readonly unreachable?: string | undefined;
  readonly cause?: unknown;
}

/** A Trouble on its way up. */
export class TroubleError extends Error {
  readonly trouble: Trouble;
  constructor(trouble: Trouble) {
    super(trouble.what);
    this.trouble = trouble;
  }
}

/** What the network library threw, in words; throws it again when it is none of the network's doing. */
export function troubleOf(error: unknown, origin?: string): Trouble {
  if (error instanceof TroubleError) return error.trouble;
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (code === '') throw error;
  const what = reasons[code] ?? `${(error as Error).message || 'the transfer failed'} (${code})`;
  const unreachable = farAway.includes(code) || code === 'ECONNREFUSED' ? origin : undefined;
  return { what, final: !passing.includes(code), unreachable, cause: error };
}

/** The trouble as the download-failed that a caller gets. */
export function failureOf(url: string, { what, cause }: Trouble): Failure {
  return new Failure('download-failed', `${redacted(url)}: ${what}`, { cause });
}

/** The trouble that an HTTP status means; only those of a passing kind are worth another try. */
export function statusTrouble(status: number, headers: Readonly<Record<string, unknown>>): Trouble {
  const seconds = Number(headers['retry-after']);
  return {
    what: `answered with HTTP status ${status}${meanings[status] ?? ''}`,
    // 416: the file has changed since its first part came, so the next try starts over.
    final: !(status >= 500 || status === 429 || status === 416),
    wait: seconds > 0 ? Math.min(seconds * 1000, longestRetryAfter) : undefined,
  };
}

/** The URL as it may appear in messages and logs: user and password are replaced. */
export function redacted(url: string): string {
  return url.replace(/^([a-z][\w+.-]*:\/\/)[^/?#]*@/i, '$1***@');
}

const longestRetryAfter = 60_000;

const meanings: Readonly<Record<number, string>> = {
  401: ' (it wants a password)',
  403: ' (forbidden)',
  404: ' (not found)',
  410: ' (gone)',
  429: ' (too many requests)',
};

const reasons: Readonly<Record<string, string>> = {
  ENOTFOUND: 'the host name cannot be resolved',
  EAI_AGAIN: 'the host name cannot be resolved now',
  ECONNREFUSED: 'the host refuses the connection',
  ENETUNREACH: 'the network cannot be reached',
  EHOSTUNREACH: 'the host cannot be reached',
  ETIMEDOUT: 'the host does not answer',
  UND_ERR_CONNECT_TIMEOUT: 'the host does not answer',
  UND_ERR_HEADERS_TIMEOUT: 'the server accepts the request and does not answer',
  UND_ERR_SOCKET: 'the connection broke',
  ECONNRESET: 'the connection broke',
  EPIPE: 'the connection broke',
};

// Resolvers and TCP connections retry by themselves, so one failure of theirs is enough.
const farAway = ['ENOTFOUND', 'EAI_AGAIN', 'ENETUNREACH', 'EHOSTUNREACH', 'ETIMEDOUT', 'UND_ERR_CONNECT_TIMEOUT'];
const passing = [
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'UND_ERR_SOCKET',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
];
