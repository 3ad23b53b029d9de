import type { Digest } from '../base/digest.ts';
import type { Accepted } from '../base/output-checks.ts';
import type { Account, Permission } from '../recipe/recipe.ts';

/** One thing that a recipe asked its configuration, and the answer; no value means that it was absent. */
export interface Read {
  readonly kind: string;
  readonly name: string;
  readonly value?: string | undefined;
}

/** What a package made, and all that has to be the same for it to be used again. */
export interface Result {
  readonly package: string;
  readonly version: string | undefined;
  /** Digest of the deploy tree as a deterministic tar. */
  readonly output: Digest;
  /** Bytes of that tar. */
  readonly size: number;
  readonly permissions: Readonly<Record<string, Permission>>;
  readonly license: string | undefined;
  /** Checks that its recipe accepts, if it does. */
  readonly accept?: Accepted | undefined;
  readonly whenLinked: boolean;
  /** What its recipe says of these, if it does. */
  readonly accounts?: readonly Account[] | undefined;
  readonly yields?: readonly string[] | undefined;
  /** What the hooks read, beyond what is in the key. */
  readonly reads: readonly Read[];
  /** Time that the hooks took. */
  readonly seconds: number;
  readonly sandboxed: boolean;
}

/** A package with its version, as messages name it. */
export const nameOf = ({ package: name, version }: Pick<Result, 'package' | 'version'>): string =>
  version === undefined ? name : `${name} ${version}`;
