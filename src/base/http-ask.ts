import type { Dispatcher } from 'undici';
import { agentFor, proxyFor } from './http-agent.ts';
import { redacted, redirects, TroubleError, troubleOf } from './http-trouble.ts';

/** How patient a transfer is; all times in milliseconds. */
export interface Patience {
  readonly connect: number;
  /** Without an answer, or with less than 500 bytes a second of a body, for this long a transfer counts as stalled. */
  readonly stall: number;
  /** Before the second try, more or less; three times as long before the third, and so on. */
  readonly backOff: number;
  /** Waits; default: as long as it is told. */
  readonly sleep?: (milliseconds: number) => Promise<unknown>;
  /** A number from 0 up to 1; default: any. */
  readonly random?: () => number;
}

const redirectLimit = 10;

/** Origins that could not be reached, with the reason: asking them again for every file would take minutes. */
export const unreachable = new Map<string, string>();

export interface Asking {
  readonly method?: 'GET' | 'HEAD' | 'POST';
  /** Sent with every hop, except `authorization`, `cookie` and the like, which only the host gets that was asked first. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Ends the transfer, whatever it is doing. */
  readonly signal?: AbortSignal;
  /** A redirect is an answer like any other. */
  readonly stay?: boolean;
}

export interface Responded {
  readonly response: Dispatcher.ResponseData;
  /** Host and port that answered, after redirects. */
  readonly host: string;
}

/** Asks once and follows redirects, but never from https to http; the answer may have any status. Throws a TroubleError. */
export async function respond(url: string, asking: Asking, patience: Patience): Promise<Responded> {
  const start = new URL(url);
  let here = start;
  for (let hops = 0; hops <= redirectLimit; hops++) {
    // Only the host that the user named gets the user's password.
    const own = here.origin === start.origin;
    const headers = Object.entries(asking.headers ?? {}).filter(([name]) => own || !isSecret(name));
    const all = { ...Object.fromEntries(headers), ...(own && credentials(start)) };
    const response = await ask(here, { ...asking, headers: all }, patience);
    const target = first(response.headers['location']);
    const isRedirect = redirects.includes(response.statusCode) && target !== undefined;
    if (!isRedirect || asking.stay) return { response, host: here.host };
    response.body.on('error', () => {}).destroy();
    here = redirect(here, target);
  }
  throw new TroubleError({ what: `redirected more than ${redirectLimit} times`, final: true });
}

const isSecret = (header: string): boolean => /authorization|cookie|token/i.test(header);

/** A header that stands for itself, also where a server sends it twice. */
export const first = (header: string | string[] | undefined): string | undefined => [header].flat()[0];

async function ask(url: URL, { method = 'GET', headers, body, signal }: Asking, patience: Patience) {
  const { origin, pathname, search } = url;
  const known = unreachable.get(origin);
  if (known !== undefined) throw new TroubleError({ what: known, final: true });
  const { request } = await import('./undici.ts');
  try {
    return await request(`${origin}${pathname}${search}`, {
      method,
      dispatcher: await agentFor(patience.connect),
      headers: { 'user-agent': 'mk', accept: '*/*', 'accept-encoding': 'identity', ...headers },
      headersTimeout: patience.stall,
      bodyTimeout: 0,
      ...(body === undefined ? {} : { body }),
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (error) {
    signal?.throwIfAborted();
    const trouble = troubleOf(error, origin);
    const proxy = trouble.unreachable === undefined ? undefined : proxyFor(url.protocol);
    if (proxy === undefined) throw new TroubleError(trouble);
    throw new TroubleError({ ...trouble, what: `${trouble.what} (by way of the proxy ${redacted(proxy)}?)` });
  }
}

function redirect(from: URL, location: string): URL {
  const to = URL.canParse(location, from.href) ? new URL(location, from.href) : undefined;
  const weaker = from.protocol === 'https:' && to?.protocol === 'http:';
  if (to !== undefined && /^https?:$/.test(to.protocol) && !weaker) return to;
  throw new TroubleError({ what: `redirected to ${redacted(location)}, which mk does not follow`, final: true });
}

function credentials({ username, password }: URL): Record<string, string> {
  if (username === '') return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}
