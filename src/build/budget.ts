import { shownName } from '../base/byte-name.ts';
import { Failure } from '../base/failure.ts';

/** How much an archive may become. Whatever real source trees need is far below, and what fills a disk far above. */
export interface Limits {
  /** Bytes of all files, headers and holes. */
  readonly bytes: number;
  readonly entries: number;
  /** Directories above a file. */
  readonly depth: number;
}

/** The limits for an archive of so many bytes: a kernel grows tenfold, the best compressors of text thirtyfold. */
export const limitsFor = (size: number): Limits => ({
  bytes: Math.min(2 ** 30 + 200 * size, 2 ** 38),
  entries: 5_000_000,
  depth: 256,
});

/** Counts what an archive becomes. Each of its functions fails with unpack-unsafe when it is too much. */
export interface Budget {
  /** Bytes came out of the archive, or are holes in its files. */
  bytes(count: number): void;
  entry(): void;
  /** The name is a byte string. */
  depth(name: string, count: number): void;
}

export function budgetFor(archive: string, limits: Limits): Budget {
  let [bytes, entries] = [0, 0];
  const refuse = (what: string): never => {
    throw new Failure('unpack-unsafe', `${archive}: ${what}`, {
      detail: 'no source tree is like that, so mk stopped before the disk was full',
    });
  };
  return {
    bytes(count) {
      bytes += count;
      if (bytes > limits.bytes) refuse(`unpacks to more than ${limits.bytes} bytes`);
    },
    entry() {
      if (++entries > limits.entries) refuse(`has more than ${limits.entries} members`);
    },
    depth(name, count) {
      if (count > limits.depth)
        refuse(`member "${shownName(name).slice(0, 40)}…" is more than ${limits.depth} directories deep`);
    },
  };
}
