import type { Page } from '../base/http-page.ts';

/** What a strategy knows of the recipe that asks. */
export interface Asked {
  readonly name: string;
  readonly version: string;
  /** Address of the distfile of a version; undefined for a package without one. */
  readonly url: ((version: string) => string) | undefined;
}

/** One version that upstream names. */
export interface Found {
  readonly version: string;
  /** Upstream itself says that it is not for everybody. */
  readonly preRelease?: boolean;
  /** Upstream took it back: yanked, deprecated. */
  readonly withdrawn?: boolean;
}

/** What strategies may use; each call may fail with a Failure, which belongs to the row of the recipe that asked. */
export interface Tools {
  /** A page that was answered with status 200. */
  page(
    url: string,
    options?: { readonly headers?: Readonly<Record<string, string>>; readonly limit?: number },
  ): Promise<Page>;
  /** A page whatever its status is, without following redirects. */
  headers(url: string): Promise<Page>;
  post(url: string, body: string, headers: Readonly<Record<string, string>>): Promise<Page>;
  /** What a pattern finds in each of the texts, its groups joined by dots; it has a time limit. */
  match(pattern: RegExp, texts: readonly string[]): Promise<readonly (readonly string[])[]>;
  /** Versions of a source package in the archive of the machine's distribution, as the archive writes them. */
  archived(source: string): Promise<readonly string[]>;
  /** The value of an environment variable that holds the user's key to a service. */
  token(name: string): string | undefined;
}

export const releases = (versions: Iterable<string>): Found[] => [...versions].map((version) => ({ version }));
