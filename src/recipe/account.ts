/** A user of a system, with a group of the same name and number, or only that group. */
export interface Account {
  readonly name: string;
  /** The same in every image and for ever: files belong to numbers. Below 1000 for what is no person. */
  readonly id: number;
  /** Default: `/var/empty`. */
  readonly home?: string;
  /** Default: `/bin/false`. */
  readonly shell?: string;
  /** A crypt(3) hash; `none` opens the account without a password; omitted, nobody can log in with one. */
  readonly password?: string | undefined;
  /** Further groups, which the image must have. */
  readonly groups?: readonly string[];
  readonly groupOnly?: boolean;
}
