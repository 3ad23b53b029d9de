import type { Accepted } from '../base/output-checks.ts';
import type { Triplet } from '../base/triplet.ts';
import type { Argument } from '../base/words.ts';
import type { Account } from './account.ts';
import type { HookConfig } from './config.ts';
import type { Permission } from './permission.ts';

/** Runs one command. Words are split at the blanks you type, never inside a value; no shell is involved. */
export interface Run {
  (words: TemplateStringsArray, ...values: readonly Argument[]): Promise<void>;
  /** The same with more environment, another working directory, or a file that takes standard output. */
  with(options: RunOptions): Run;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** Standard output goes to this file instead of the log. */
  readonly stdout?: string;
  /** This text is standard input instead of nothing. */
  readonly stdin?: string;
}

interface AnyContext {
  readonly name: string;
  /** Empty for a package that has none. */
  readonly version: string;
  /** The recipe's own directory: read-only. */
  readonly recipeDir: string;
  /** The unpacked, patched upstream tree; writable in `prepare` only. */
  readonly sourceDir: string;
  /** How many processes the build may run; a parallel `make` draws on the same budget by itself and needs no `-j`. */
  readonly jobs: number;
  readonly run: Run;
  /**
   * For a program that runs several processes at a time and knows no job server, as ninja: calls `work` with the number of
   * jobs that it may run, which are taken from the budget of the whole build until `work` has ended.
   */
  share<T>(work: (jobs: number) => Promise<T>): Promise<T>;
  /** Tells the user, beside the log, of something that is no error. */
  warn(message: string): void;
  /** Text of a file; relative paths count from the hook's working directory. */
  read(file: string): Promise<string>;
  /** Writes a file and the directories above it. */
  write(file: string, text: string, mode?: number): Promise<void>;
  /** Changes the text of a file; an edit that changes nothing is a Failure. */
  edit(file: string, change: (text: string) => string): Promise<void>;
}

/** In `prepare` the working directory is the source tree. It knows no board: prepared trees are shared by all. */
export interface PrepareContext extends AnyContext {
  /** Applies one patch of the recipe's directory with `-p1` and without fuzz. */
  applyPatch(file: string): Promise<void>;
  /**
   * Applies every `*.patch` of the recipe's directory that was not applied yet, in the order of their names, then those in
   * `patches/<package>/` of the board and the product.
   */
  applyPatches(): Promise<void>;
}

/** In `build` and `deploy` the working directory is the build directory, empty when `build` starts. */
export interface BuildContext extends AnyContext {
  readonly buildDir: string;
  /** The deploy trees of all target dependencies, merged. Read-only. */
  readonly sysroot: string;
  /** The deploy trees of all tools, merged. Read-only; its `bin` is first on PATH. */
  readonly toolchainDir: string;
  /** Where the package will live: `/mk/toolchain` for tools of the build machine, empty for the target. */
  readonly prefix: string;
  /** GNU meanings: for a package that runs on the target, host is the target; for a tool, host is the build machine. */
  readonly triplet: {
    readonly build: Triplet;
    readonly host: Triplet;
    readonly target: Triplet;
  };
  /** A CMake toolchain file for the target. */
  readonly cmakeToolchain: string;
  readonly config: HookConfig;
  readonly osName: string;
  /** `git describe` of the configuration; reading it makes every commit a new version of this package. */
  readonly osRelease: string;
  /**
   * When the last commit of the configuration was made, in seconds since 1970 (1980 outside of git), for files whose date
   * a user sees. Reading it makes every commit a new version of this package, and from then on it is SOURCE_DATE_EPOCH
   * in the environment of the commands; until then that is 1980, always. A copy of the context, `{ ...ctx }`, has neither
   * this nor `osRelease`.
   */
  readonly sourceDate: number;
  /** Directories of the run, by their documented names; all are inside the sandbox. */
  readonly dirs: {
    readonly buildRoot: string;
    readonly script: string;
    readonly sources: string;
    readonly deploy: string;
    readonly log: string;
    readonly download: string;
  };
}

/** One package inside an image, with its tree. */
export interface Content {
  readonly name: string;
  readonly version: string | undefined;
  readonly license: string | undefined;
  readonly tree: string;
  readonly permissions: Readonly<Record<string, Permission>>;
  readonly whenLinked: boolean;
  readonly accounts?: readonly Account[] | undefined;
  readonly yields?: readonly string[] | undefined;
  /** Checks of the image that its recipe accepts. */
  readonly accept?: Accepted | undefined;
}

/** Relative paths of `from` count from the build directory; paths in the deploy tree count from its root. */
export interface DeployContext extends BuildContext {
  /** This package's own tree, the DESTDIR of an installation: everything it installs, and nothing else. */
  readonly deployDir: string;
  /** The packages that `contains` names and all that they need to run, sorted by name. */
  readonly contents: readonly Content[];
  /** Copies a file or directory into the deploy tree; a destination that ends in `/` keeps the name. */
  install(from: string, to: string, mode?: number): Promise<void>;
  /** Moves inside the deploy tree; the destination's directories are created. */
  move(from: string, to: string): Promise<void>;
  /** Removes files or directories of the deploy tree; `*` stands for any name. One that is not there is a Failure. */
  remove(...paths: readonly string[]): Promise<void>;
  /** Creates a symbolic link in the deploy tree. */
  symlink(target: string, path: string): Promise<void>;
  /** Strips the ELF files among these files and directories now; the whole tree is stripped anyway after `deploy`. */
  strip(...paths: readonly string[]): Promise<void>;
}

/** What `checkUpdate` may use. */
export interface UpdateContext {
  readonly name: string;
  readonly version: string;
  /** Text of a page; http and https. */
  fetchText(url: string): Promise<string>;
  /** The greatest of these versions, as upstreams number them. */
  greatest(versions: Iterable<string>): string | undefined;
}
