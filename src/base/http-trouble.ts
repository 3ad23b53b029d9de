import { Failure } from './failure.ts';

/** Why one try of a transfer ended without its whole body. */
export interface Trouble {
  /** What the other side did, to be read after its address. */
  readonly what: string;
  /** Another try cannot help. */
  readonly final?: boolean;
  /** What has come of it up to now is of no use either. */
  readonly useless?: boolean;
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
    super(trouble.what, { cause: trouble.cause });
    this.trouble = trouble;
  }
}

/**
 * What a transfer threw, in words. Also what nobody foresaw is trouble with this one source: a server that can answer
 * what it likes must not end a run.
 */
export function troubleOf(error: unknown, origin?: string): Trouble {
  if (error instanceof TroubleError) return error.trouble;
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : name;
  const said = `${withoutSecrets(message) || 'the transfer failed'} (${code})`;
  const isNoHttp = name === 'HTTPParserError' || code.startsWith('HPE_');
  const what = isNoHttp ? `does not answer in HTTP: ${said}` : (reasons[code] ?? said);
  const unreachable = farAway.includes(code) || code === 'ECONNREFUSED' ? origin : undefined;
  return { what, final: !passing.includes(code), unreachable, cause: error };
}

/** The trouble as the download-failed that a caller gets; its cause is a TroubleError. */
export function failureOf(url: string, trouble: Trouble): Failure {
  return new Failure('download-failed', `${redacted(url)}: ${trouble.what}`, { cause: new TroubleError(trouble) });
}

/** True when another try, later, may help against what made a download fail. */
export const mayPass = (error: unknown): boolean =>
  error instanceof Failure && error.cause instanceof TroubleError && error.cause.trouble.final !== true;

/** True when nobody can go on with what a failed download has brought. */
export const isUseless = (error: unknown): boolean =>
  error instanceof Failure && error.cause instanceof TroubleError && error.cause.trouble.useless === true;

/** The trouble that an HTTP status means; only those of a passing kind are worth another try. */
export function statusTrouble(status: number, headers: Readonly<Record<string, unknown>>): Trouble {
  const wait = retryAfter(headers['retry-after']);
  const tooLong = wait !== undefined && wait > longestWait;
  const asked = tooLong ? ` and asks to come back in ${Math.ceil(wait / 1000)} seconds` : '';
  const isLost = redirects.includes(status) && headers['location'] === undefined;
  const meaning = isLost ? ' (a redirect that does not say where to)' : meanings[status];
  return {
    what: `answered with HTTP status ${status}${meaning ?? ''}${asked}`,
    final: tooLong || !(status >= 500 || passingStatuses.includes(status)),
    wait,
  };
}

/** Statuses that send to another address. */
export const redirects: readonly number[] = [301, 302, 303, 307, 308];

/** Nobody sits and waits for longer; in milliseconds. */
export const longestWait = 60_000;

/** Milliseconds from now, of a number of seconds or a date. */
function retryAfter(header: unknown): number | undefined {
  const text = String([header].flat()[0] ?? '').trim();
  const wait = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return wait > 0 ? wait : undefined;
}

/** The URL as it may appear in messages and logs: user, password and what looks like a key in the query are replaced. */
export function redacted(url: string): string {
  return url
    .replace(/^([a-z][\w+.-]*:)?\/\/[^/?#]*@/i, '$1//***@')
    .replace(
      /([?&;][^=&;#]*(?:token|secret|signature|password|passwd|credential|key|auth|sig)[^=&;#]*=)[^&;#]*/gi,
      '$1***',
    );
}

const withoutSecrets = (text: string): string => text.replace(/[a-z][\w+.-]*:\/\/\S+/gi, redacted);

// 408 and 425: too slow, too early. 416: the next try starts over.
const passingStatuses = [408, 416, 425, 429];

const meanings: Readonly<Record<number, string>> = {
  204: ' (no content)',
  401: ' (it wants a password)',
  403: ' (forbidden)',
  404: ' (not found)',
  407: ' (the proxy wants a password)',
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
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'the connection broke',
  ...certificates(),
};

function certificates(): Record<string, string> {
  const whose =
    "the server's certificate is of nobody known: name the file of your network's own authority in NODE_EXTRA_CA_CERTS";
  return {
    ERR_TLS_CERT_ALTNAME_INVALID: "the server's certificate is for another host",
    CERT_HAS_EXPIRED: "the server's certificate has expired",
    CERT_NOT_YET_VALID: "the server's certificate is not valid yet: is the clock right?",
    DEPTH_ZERO_SELF_SIGNED_CERT: whose,
    SELF_SIGNED_CERT_IN_CHAIN: whose,
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: whose,
    UNABLE_TO_GET_ISSUER_CERT: whose,
    UNABLE_TO_GET_ISSUER_CERT_LOCALLY: whose,
    ERR_SSL_WRONG_VERSION_NUMBER: 'the server does not speak TLS',
  };
}

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
