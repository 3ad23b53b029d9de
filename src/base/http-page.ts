import { Failure } from './failure.ts';
import { type Asking, first, type Patience, respond, unreachable } from './http-ask.ts';
import { failureOf, statusTrouble, troubleOf } from './http-trouble.ts';

/** One whole answer. */
export interface Page {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

export interface PageOptions extends Omit<Asking, 'signal'> {
  /** Bytes of a body; default 8 MiB. */
  readonly limit?: number;
  /** Milliseconds for all of it, body included; default 20 seconds. */
  readonly time?: number;
  /** The answer's headers are enough; its text is empty. */
  readonly skipBody?: boolean;
}

const patience: Patience = { connect: 10_000, stall: 15_000, backOff: 0 };

/**
 * Asks once for a page and reads it to its end. An answer of any status is a Page; fails with download-failed when there
 * is none: the host cannot be reached, the time is over, or the body is larger than `limit`.
 */
export async function fetchPage(url: string, options: PageOptions = {}): Promise<Page> {
  const { limit = 8 * 1024 * 1024, time = 20_000, skipBody = false, ...asking } = options;
  // Loading the library is none of the server's time.
  await import('./undici.ts');
  const signal = AbortSignal.timeout(time);
  try {
    const { response } = await respond(url, { ...asking, signal }, patience);
    if (skipBody) response.body.on('error', () => {}).destroy();
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of (skipBody ? [] : response.body) as AsyncIterable<Uint8Array>) {
      size += chunk.length;
      if (size > limit) throw failureOf(url, { what: `is larger than ${limit} bytes` });
      chunks.push(chunk);
    }
    const headers = Object.entries(response.headers).map(([name, value]) => [name.toLowerCase(), first(value) ?? '']);
    return {
      status: response.statusCode,
      headers: Object.fromEntries(headers) as Record<string, string>,
      text: Buffer.concat(chunks).toString('utf8'),
    };
  } catch (error) {
    if (error instanceof Failure) throw error;
    if (signal.aborted) throw failureOf(url, { what: `has not answered completely within ${time / 1000} seconds` });
    const trouble = troubleOf(error);
    if (trouble.final && trouble.unreachable !== undefined) unreachable.set(trouble.unreachable, trouble.what);
    throw failureOf(url, trouble);
  }
}

/** The Failure that an answer means which is no success. */
export const statusFailure = (url: string, { status, headers }: Page) => failureOf(url, statusTrouble(status, headers));
