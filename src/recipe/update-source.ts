import type { VersionScheme } from '../base/version-schemes.ts';

/**
 * Where `check-update` looks for newer versions, and which of them it takes. Omitted: the directory of `url`, walked
 * upward where its path has versions. In patterns the groups are the version, joined by dots, or the group `version`.
 */
export type UpdateSource = UpdatePlace & UpdateChoice;

/** Which of upstream's versions is the newest for us. Without any of it: the newest release. */
export interface UpdateChoice {
  /** Stay with versions that begin so: `'6.1'` takes 6.1.9 and never 6.10 or 6.2. */
  readonly series?: string | readonly string[];
  /** `any` takes pre-releases too; the default takes them only while the recipe itself has one. */
  readonly channel?: 'stable' | 'any';
  /** Versions that are never proposed; `*` stands for anything. */
  readonly ignore?: readonly string[];
  /** An odd second number is a development version. */
  readonly evenMinor?: boolean;
  /** How versions are ordered; default: what the place itself uses, mostly `generic`. */
  readonly scheme?: VersionScheme;
  /** What the source archive of a distribution calls it, where that is another name: for `check-update --apt`. */
  readonly archive?: string;
  /**
   * A file in the recipe's directory with the OpenPGP keys of those who sign releases, one of whom must have signed the
   * file that `check-update --write` takes.
   */
  readonly keys?: string;
}

/** Tags or releases of a project on a forge; `tag` finds the version in a tag's name where that is unusual. */
interface Forge {
  readonly of?: 'tags' | 'releases';
  readonly tag?: RegExp;
}

type UpdatePlace =
  /** A directory of files, as any web server or FTP shows it; `pattern` is tried on every name, directories end in `/`. */
  | { readonly from: 'listing'; readonly url?: string; readonly pattern?: RegExp }
  /** Anything that has the version in its text. */
  | { readonly from: 'page'; readonly url: string; readonly pattern: RegExp }
  /** `path` leads to the versions: `releases.*.version`, where `*` is every member or, at the end, every name. */
  | { readonly from: 'json'; readonly url: string; readonly path: string; readonly pattern?: RegExp }
  /** The texts of an element of any XML, also RSS and Atom. */
  | { readonly from: 'xml'; readonly url: string; readonly element: string; readonly pattern?: RegExp }
  /** A header of the answer, such as Location or Content-Disposition; redirects are not followed. */
  | { readonly from: 'header'; readonly url: string; readonly header: string; readonly pattern: RegExp }
  /** Tags of any repository that git reaches over http. */
  | { readonly from: 'git'; readonly url: string; readonly tag?: RegExp }
  | ({ readonly from: 'github'; readonly repo: `${string}/${string}`; readonly site?: string } & Forge)
  | ({ readonly from: 'gitlab'; readonly project: string; readonly site?: string } & Forge)
  /** Gitea and Forgejo. */
  | ({ readonly from: 'gitea'; readonly site: string; readonly repo: `${string}/${string}` } & Forge)
  | { readonly from: 'cgit'; readonly url: string; readonly tag?: RegExp }
  | { readonly from: 'sourceforge'; readonly project: string; readonly path?: string; readonly site?: string }
  /** The kernel's own list; `series` chooses among its longterm kernels. */
  | { readonly from: 'kernel'; readonly of: 'mainline' | 'stable' | 'longterm'; readonly site?: string }
  | { readonly from: 'gnu'; readonly project: string; readonly site?: string }
  /** Numbers below 40 have odd minors for development. */
  | { readonly from: 'gnome'; readonly module: string; readonly site?: string }
  | { readonly from: 'pypi'; readonly project: string; readonly site?: string }
  | { readonly from: 'npm'; readonly package: string; readonly site?: string }
  | { readonly from: 'crates'; readonly crate: string; readonly site?: string }
  /** What the source archive of this machine's own distribution has: works without any other network. */
  | { readonly from: 'apt'; readonly source: string }
  | { readonly from: 'nowhere'; readonly because: string };
