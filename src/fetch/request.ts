import type { Digest } from '../base/digest.ts';
import type { Place } from '../base/failure.ts';
import type { Patience } from '../base/http.ts';
import type { GitSource } from './git.ts';
import type { Mirror } from './mirror.ts';
import type { Transfer } from './receive.ts';

/** One file that will do: upstream's, or one that the recipe declares interchangeable with it. */
export interface Candidate {
  /** Its name in the download directory and in mirrors. */
  readonly file: string;
  readonly sha256: Digest;
  readonly url?: string;
  /** The file is an archive that holds the real one at this path. */
  readonly inside?: string;
  /** The file is what mk makes of this commit, where no mirror has it. */
  readonly git?: GitSource;
}

export interface FetchRequest {
  readonly package: string;
  /** Upstream first, then the alternatives. */
  readonly candidates: readonly [Candidate, ...Candidate[]];
  /** Where the recipe says so, for the diagnostic. */
  readonly place?: Place;
}

export interface FetchOptions {
  readonly downloadDir: string;
  readonly mirrors: readonly Mirror[];
  /** Ask no other machine: only the download directory and mirrors that are directories. */
  readonly offline: boolean;
  /** Private state of apt, kept between runs. */
  readonly aptDir: string;
  /** Progress for the user: which source is tried, and about once a second how far it is. */
  readonly tell: (detail: string) => void;
  /** How far the file of one source is: when it begins, a few times a second, and when it ends, in whatever way. */
  readonly transfer?: (transfer: Transfer) => void;
  readonly warn: (message: string, detail?: string) => void;
  /** Ends transfers, which the next run goes on with, and the waiting for another process that fetches the same file. */
  readonly signal?: AbortSignal;
  readonly patience?: Patience;
  /** Bytes; default 4 GiB. */
  readonly sizeLimit?: number;
}

export interface Fetched {
  /** The verified file in the download directory. */
  readonly path: string;
  readonly candidate: Candidate;
}
