/** Variables of one file name, joined over all locations. Every access is recorded as a read. */
export interface Variables {
  /** The value; without one, the fallback; without that, a Failure that names the file to put it in. */
  text(name: string, fallback?: string): string;
  /** `yes` or `no`, also `true`, `false`, `1`, `0`; absent and empty are `no`. */
  flag(name: string): boolean;
  /** The value split at blanks; absent is empty. */
  list(name: string): readonly string[];
  /** Throws a Failure with this problem that points to the value, for one that makes no sense. */
  refuse(name: string, problem: string, hint?: string): never;
}

/**
 * The configuration of one board with one product: `product/P/B`, then `product/P`, then `board/B`.
 * Whatever is read through it is recorded, also what was looked for and absent, and becomes part of the package's key.
 */
export interface Config {
  readonly board: string;
  readonly product: string;
  /** The toolchain variables: those of all `TOOLCHAIN` files, the most specific location winning. */
  readonly toolchain: Variables;
  /** Variables of another file, such as `INIT`, joined the same way. */
  variables(file: string): Variables;
  /** The items of a list file such as `ROOTFS`: joined, one item per line, `#` comments, `-name` removes, sorted. */
  list(file: string): readonly string[];
  /** Whether any location has this file or directory. */
  has(file: string): boolean;
  /** Text of the most specific copy, with newlines as Unix has them; undefined when no location has one. */
  text(file: string): string | undefined;
  /** The text of every copy, the most specific first; empty when no location has one. */
  merge(file: string): string;
  /** The same, each copy by itself; of a `*.fragment` the settings alone. */
  copies(file: string): readonly string[];
  /** Throws a Failure with this problem that points to a word of a file, in the most specific copy that has it. */
  refuse(file: string, word: string, problem: string, hint?: string): never;
}

/** A Config that also hands out files, as hooks see it. */
export interface HookConfig extends Config {
  /** Path of the most specific copy of a file or directory; undefined when no location has one. */
  override(file: string): string | undefined;
}
