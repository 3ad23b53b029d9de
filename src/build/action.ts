import type { FailureRecord } from '../base/failure.ts';
import type { Triplet } from '../base/triplet.ts';
import type { Content } from '../recipe/context.ts';

/** Where the hooks of one package find things; inside the sandbox these are always the same. */
export interface HookPaths {
  readonly recipeDir: string;
  readonly sourceDir: string;
  readonly buildDir: string;
  readonly sysroot: string;
  readonly toolchainDir: string;
  readonly deployDir: string;
  readonly downloadDir: string;
  readonly contentsDir: string;
  readonly logDir: string;
  readonly homeDir: string;
}

/** One archive to unpack into the source tree. */
export interface Unpacking {
  readonly file: string;
  /** Below the source tree; empty for the tree itself. */
  readonly into: string;
  readonly inside: string | undefined;
  /** The file is copied in under this name, whatever it is; undefined when it is unpacked. */
  readonly plain: string | undefined;
}

/** How makes below a hook reach the job server. */
export interface JobServerAccess {
  /** Its FIFO. */
  readonly path: string;
  /** Whether they open it by its name, as make 4.4 and later can; otherwise it is a descriptor of each command. */
  readonly isNamed: boolean;
}

/** A patch that the recipe does not bring along. */
export interface PatchFile {
  readonly file: string;
  /** As people find it. */
  readonly name: string;
}

/** Everything that the process which runs a package's hooks is told. */
export interface Action {
  /** `prepare` unpacks and prepares a source tree; `build` runs build and deploy. */
  readonly phase: 'prepare' | 'build';
  /** Package whose recipe is run. */
  readonly package: string;
  readonly version: string;
  /** The module with all recipes. */
  readonly recipes: string;
  readonly paths: HookPaths;
  readonly unpack: readonly Unpacking[];
  /** To be applied after the recipe's own. */
  readonly patches?: readonly PatchFile[];
  readonly runsOn: 'build' | 'target';
  readonly triplet: { readonly build: Triplet; readonly host: Triplet; readonly target: Triplet };
  readonly environment: Readonly<Record<string, string>>;
  readonly jobs: number;
  readonly jobServer: JobServerAccess;
  readonly contents: readonly Content[];
  /** The log of each hook, as an open file descriptor. */
  readonly logs: Readonly<Record<string, number>>;
}

/** The build machine's half of `Config`: each is answered at once and recorded as a read. */
export type ConfigRequest =
  | { readonly ask: 'osRelease' }
  | { readonly ask: 'sourceDate' }
  | { readonly ask: 'board' | 'product' }
  | {
      readonly ask: 'variable';
      readonly file: string;
      readonly name: string;
      readonly as: 'text' | 'flag' | 'list';
      readonly fallback?: string;
    }
  | {
      readonly ask: 'refuse';
      readonly a: 'variable' | 'word';
      readonly file: string;
      readonly name: string;
      readonly problem: string;
      readonly hint?: string | undefined;
    }
  | { readonly ask: 'override'; readonly file: string }
  | { readonly ask: 'list' | 'has' | 'text' | 'merge' | 'copies'; readonly file: string };

/** What the process tells while it runs, one JSON object a line. */
export type Message =
  | ConfigRequest
  | { readonly tell: 'hook'; readonly hook: 'unpack' | 'prepare' | 'build' | 'deploy' }
  | { readonly tell: 'warning'; readonly message: string }
  /** Job slots for a program that knows no job server; the answer is their number. Default: as many as it may have. */
  | { readonly ask: 'share'; readonly most?: number | undefined }
  | { readonly tell: 'share-end'; readonly jobs: number }
  | Ending;

/** The last message; `cpu` is the CPU time of the process and all that it has started, in seconds. */
export type Ending =
  | { readonly tell: 'done'; readonly cpu: number }
  | {
      readonly tell: 'failed';
      readonly cpu: number;
      readonly hook: string;
      readonly failure: FailureRecord & { readonly stack?: string };
    };

/** What configuration can answer; null is absent. */
export type AnswerValue = string | boolean | readonly string[] | null;

/** The answer to a ConfigRequest; a failure is thrown again where the hook asked. */
export type Answer = { readonly value: AnswerValue | number } | { readonly failure: FailureRecord };
