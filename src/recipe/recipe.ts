import type { Accepted } from '../base/output-checks.ts';
import type { Triplet } from '../base/triplet.ts';
import type { Argument } from '../base/words.ts';
import type { Account } from './account.ts';
import type { Config } from './config.ts';
import type { BuildContext, DeployContext, PrepareContext, UpdateContext } from './context.ts';
import type { Permission } from './permission.ts';
import type { UpdateSource } from './update-source.ts';

export type { Account, Argument, Permission, Triplet, UpdateSource };

/** Another file with the same source: what a distribution carries, or another packing of the same release. */
export interface Alternative {
  /** Name of the file where mirrors keep it. */
  readonly file: string;
  readonly sha256: string;
  readonly url?: string;
  /** The file is an archive that holds the real one at this path. */
  readonly inside?: string;
}

/** One downloaded file and the digest it must have. */
export interface Distfile {
  readonly url: string;
  readonly sha256: string;
  /** `false` for a file that is no archive, or is to stay one: it is copied in under its name. */
  readonly unpack?: boolean;
  /** Declared interchangeable with the file above; tried in order when that one cannot be had. */
  readonly alternatives?: readonly Alternative[];
}

/** A distfile inside another's source tree. */
export interface ExtraSource extends Distfile {
  /** Its own version, as `url` has it: `check-update` looks for newer ones. Omitted: it goes by the recipe's version. */
  readonly version?: string;
  readonly update?: UpdateSource;
}

/** One commit of a git repository, fetched by https, http or git without any setting of the user. */
export interface GitSource {
  readonly url: string;
  /** All of its digits. */
  readonly commit: string;
  /** The tag of a version. It has to be this commit: one that upstream moves is an error. */
  readonly tag?: (version: string) => string;
  /** `false` leaves the directories of submodules empty, which else are filled, all the way down. */
  readonly submodules?: boolean;
}

interface WithSource {
  readonly version: string;
  /** Takes the version as an argument, so that `check-update` can ask for the next one. */
  readonly url: (version: string) => string;
  readonly sha256: string;
  readonly alternatives?: readonly Alternative[];
  /** `false` for a file that is no archive, or is to stay one: it is copied into the source tree under its name. */
  readonly unpack?: boolean;
  /** Further distfiles, unpacked into these subdirectories of the source tree. */
  readonly extraSources?: Readonly<Record<string, ExtraSource>>;
  readonly git?: undefined;
  readonly sourceOf?: undefined;
}

interface WithGit {
  readonly version: string;
  readonly git: GitSource;
  /** Of the files, packed by mk into an archive that is the same everywhere; mk tells it where it is not the right one. */
  readonly sha256: string;
  readonly alternatives?: readonly Alternative[];
  readonly extraSources?: Readonly<Record<string, ExtraSource>>;
  readonly url?: undefined;
  readonly unpack?: undefined;
  readonly sourceOf?: undefined;
}

interface WithoutSource {
  readonly version?: string;
  readonly url?: undefined;
  readonly git?: undefined;
  readonly sha256?: undefined;
  readonly alternatives?: undefined;
  readonly unpack?: undefined;
  readonly extraSources?: undefined;
  /** Builds from the prepared source tree of this package, and has its version. */
  readonly sourceOf?: string;
}

/**
 * Names of packages, or a function that chooses them for a board and product. What that asks the configuration is no part of
 * the prepared source tree: packages and boards that share the tree share it whatever the answers are.
 */
export type PackageNames = readonly string[] | ((config: Config) => readonly string[]);

interface Relations {
  /** Needed to build this package and, once it is in an image, to run it. */
  readonly depends?: PackageNames;
  /** Needed only while building. */
  readonly buildDepends?: PackageNames;
  /** Needed only to run: in every image that has this package, but not staged for its build. */
  readonly runDepends?: PackageNames;
  /** Packages that this one packs into an image, with all they need to run: `deploy` gets their trees as `contents`. */
  readonly contains?: PackageNames;
  /** Other names this package answers to. */
  readonly provides?: readonly string[];
}

/** The fields of a recipe that name other packages. */
export const relationFields = ['depends', 'buildDepends', 'runDepends', 'contains'] as const;

export type RelationField = (typeof relationFields)[number];

/** A recipe whose relations have been chosen. */
export type ChosenRecipe = Recipe & { readonly [field in RelationField]?: readonly string[] };

interface Traits {
  /** `build`: a tool for the machine that runs mk. Default: `target`. */
  readonly runsOn?: 'build' | 'target';
  /** An SPDX licence expression. */
  readonly license?: string;
  /** By path in the deploy tree. */
  readonly permissions?: Readonly<Record<string, Permission>>;
  /** Users and groups that an image with this package has. */
  readonly accounts?: readonly Account[];
  /** Paths in the deploy tree, `*` for any name, that another package of an image may have too: its file is then taken. */
  readonly yields?: readonly string[];
  /** Checks of what it installs that it does not stand and need not, each with the reason. */
  readonly accept?: Accepted;
  /** Programs of the build machine that the hooks call, beside a C compiler, make and the POSIX tools. */
  readonly programs?: readonly string[];
  /** The build changes its source tree: it gets a copy as its build directory. */
  readonly inSource?: boolean;
  /** `false` keeps symbols and debug sections in the deploy tree. */
  readonly strip?: boolean;
  /** In an image only if a program there links to one of this package's libraries. */
  readonly whenLinked?: boolean;
  readonly update?: UpdateSource;
}

/** The places where a recipe acts. Each is optional; the default `prepare` applies all patches. */
export interface Hooks {
  prepare?(ctx: PrepareContext): Promise<void> | void;
  build?(ctx: BuildContext): Promise<void> | void;
  deploy?(ctx: DeployContext): Promise<void> | void;
  /** Returns the newest upstream version, or undefined when it cannot tell. */
  checkUpdate?(ctx: UpdateContext): Promise<string | undefined> | string | undefined;
}

/** `pkg/<name>/build.ts` exports one as its default. */
export type Recipe = (WithSource | WithGit | WithoutSource) & Relations & Traits & Hooks;

/** A recipe whose fields depend on the configuration of the board and product. */
export type ComputedRecipe = (config: Config) => Recipe;

/** Identity; gives a recipe object, or a function of the configuration that makes one, its types. */
export function recipe(spec: Recipe): Recipe;
export function recipe(spec: ComputedRecipe): ComputedRecipe;
export function recipe(spec: Recipe | ComputedRecipe): Recipe | ComputedRecipe {
  return spec;
}
