import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import { Failure } from '../base/failure.ts';
import { fetchPage, type Page, type PageOptions, statusFailure } from '../base/http-page.ts';
import { redacted, statusTrouble } from '../base/http-trouble.ts';
import { openPageCache } from './page-cache.ts';

/** Asks upstreams politely: what was asked before is asked with its ETag, and nobody is asked by many at once. */
export interface Web {
  /** A page that was answered with status 200; equal questions of one run are asked once. */
  page(url: string, options?: Pick<PageOptions, 'headers' | 'limit'>): Promise<Page>;
  headers(url: string): Promise<Page>;
  post(url: string, body: string, headers: Readonly<Record<string, string>>): Promise<Page>;
  /** Why there is no file at this address; undefined when there is one. Fails when the server cannot tell. */
  missing(url: string): Promise<string | undefined>;
}

export interface WebOptions {
  readonly cacheDir: string;
  /** Milliseconds for one page. */
  readonly time?: number;
  /** The longest that a host may make us wait, in milliseconds; one that asks for more is asked no more in this run. */
  readonly longestPause?: number;
}

const perHost = 2;
const altogether = 32;
const tries = 3;

interface Host {
  readonly limit: ReturnType<typeof pLimit>;
  /** Nobody asks it before this time. */
  until: number;
  /** What it said that it is asked no more, and the pause it wants. */
  closed?: { readonly page: Page; readonly pause: number };
}

export function openWeb({ cacheDir, time = 20_000, longestPause = 20_000 }: WebOptions): Web {
  const cache = openPageCache(cacheDir);
  const hosts = new Map<string, Host>();
  const all = pLimit(altogether);
  const asked = new Map<string, Promise<Page>>();

  const hostOf = (url: string): Host => {
    const name = new URL(url).host;
    const host = hosts.get(name) ?? { limit: pLimit(perHost), until: 0 };
    hosts.set(name, host);
    return host;
  };
  /** One question, repeated while the host asks for patience or stumbles. */
  const ask = (url: string, options: PageOptions): Promise<Page> => {
    const host = hostOf(url);
    // Waiting for a busy host must not keep others from being asked.
    return host.limit(async () => {
      for (let tried = 1; ; tried++) {
        if (host.until > Date.now()) await sleep(host.until - Date.now());
        if (host.closed) throw impatient(url, host.closed);
        const page = await all(() => fetchPage(url, { time, ...options }));
        if (page.status !== 429 && page.status < 500) return page;
        const pause = statusTrouble(page.status, page.headers).wait ?? 500 * tried;
        if (page.status === 429 && pause > longestPause) host.closed = { page, pause };
        if (host.closed) throw impatient(url, host.closed);
        if (tried >= tries || pause > longestPause) return page;
        host.until = Math.max(host.until, Date.now() + pause);
      }
    });
  };
  const succeeded = (url: string, page: Page): Page => {
    if (page.status !== 200) throw statusFailure(url, page);
    return page;
  };
  const askCached = async (url: string, { headers = {}, limit }: Pick<PageOptions, 'headers' | 'limit'>) => {
    const name = `${url} ${headers['accept'] ?? ''}`;
    const known = cache.find(name);
    const conditions = known === undefined ? {} : known.conditions;
    const page = await ask(url, { headers: { ...headers, ...conditions }, ...(limit === undefined ? {} : { limit }) });
    if (page.status === 304 && known !== undefined) return known.page;
    cache.put(name, succeeded(url, page));
    return page;
  };

  return {
    page(url, options = {}) {
      const key = JSON.stringify([url, options]);
      const answer = asked.get(key) ?? askCached(url, options);
      asked.set(key, answer);
      return answer;
    },
    headers: (url) => ask(url, { stay: true, skipBody: true }),
    post: async (url, body, headers) => succeeded(url, await ask(url, { method: 'POST', body, headers })),
    async missing(url) {
      let page = await ask(url, { method: 'HEAD' });
      // Many servers allow no HEAD, and some answer it wrongly.
      if (page.status !== 200) page = await ask(url, { headers: { range: 'bytes=0-0' }, skipBody: true });
      if ([404, 410, 403].includes(page.status)) return statusFailure(url, page).message;
      if (page.status !== 200 && page.status !== 206) throw statusFailure(url, page);
      if (page.headers['content-length'] === '0' && page.status === 200) return `${redacted(url)}: is empty`;
      const isPage =
        /^text\/html\b/.test(page.headers['content-type'] ?? '') && !/\.html?$|\/$/.test(new URL(url).pathname);
      return isPage ? `${redacted(url)}: is a web page` : undefined;
    },
  };
}

/** Each question that is not answered names its own address. */
function impatient(url: string, { page, pause }: { readonly page: Page; readonly pause: number }): Failure {
  const { message } = statusFailure(url, page);
  const asked = ` and asks to come back in ${Math.ceil(pause / 1000)} seconds`;
  return new Failure('download-failed', message.endsWith(asked) ? message : `${message}${asked}`);
}
