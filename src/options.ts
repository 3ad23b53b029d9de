import type { SandboxChoice } from './build/sandbox.ts';
import type { Installation } from './installation.ts';

/** What the command line of `mk <board> <product>` says. */
export interface MkOptions {
  readonly board: string;
  readonly product: string;
  readonly jobs: number;
  readonly dryRun: boolean;
  readonly offline: boolean;
  readonly keepGoing: boolean;
  readonly keepSources: boolean;
  readonly sandbox: SandboxChoice;
  /** File for the event stream; `-` is stdout. */
  readonly events: string | undefined;
  readonly layers: readonly string[];
  readonly installation: Installation;
}
