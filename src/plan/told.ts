import type { FileRecord } from '../base/file-record.ts';
import type { Code } from '../recipe/code.ts';
import type { Spot } from './change.ts';

/** What a package was made from, in texts: more than a key needs, for the one who wants to know what changed. */
export interface Told {
  /** Undefined when the recipe was changed after its key was made. */
  readonly recipe: Code | undefined;
  /** The same of the recipe whose source it uses, when that is another. */
  readonly source: Code | undefined;
  /** By the name of each configuration file that was read, its copies, the most specific first. */
  readonly configuration: Readonly<Record<string, readonly Copy[]>>;
  /** By `FILE:NAME`, where the variables that were read get their values. */
  readonly assigned: Readonly<Record<string, Spot>>;
}

/** One copy of a configuration file or directory. */
export interface Copy {
  /** As the reader finds it, such as `product/P/dnsmasq.conf`. */
  readonly file: string;
  /** The file itself with the path '', or everything in the directory. */
  readonly files: readonly FileRecord[];
}
