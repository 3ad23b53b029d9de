import type { SandboxChoice } from './build/sandbox.ts';
import type { Installation } from './installation.ts';

/** What every command about one target is told. */
export interface TargetOptions {
  readonly board: string;
  readonly product: string;
  readonly sandbox: SandboxChoice;
  readonly layers: readonly string[];
  /** Working directories to build packages from, by package; relative to the current directory. */
  readonly sources: ReadonlyMap<string, string>;
  /** Packages to build although their results are known. */
  readonly rebuild?: readonly string[];
  readonly installation: Installation;
}

/** How packages are made. */
export interface MakeOptions {
  readonly jobs: number;
  readonly offline: boolean;
  readonly keepGoing: boolean;
  readonly keepSources: boolean;
  /** File for the event stream; `-` is stdout. */
  readonly events: string | undefined;
  /** Tell nothing but warnings, failures and the end. */
  readonly quiet: boolean;
  /** Packages whose logs are shown while they are written. */
  readonly verbose: readonly string[];
}

/** What the command line of `mk <board> <product>` says. */
export interface MkOptions extends TargetOptions, MakeOptions {
  readonly dryRun: boolean;
}
