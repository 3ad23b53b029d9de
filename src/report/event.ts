import type { FailureRecord } from '../base/failure.ts';

/** How a package ended in this run. */
export type Verdict = 'built' | 'cached' | 'failed' | 'skipped';

/** How the second build of a package compares with the first. */
export type CheckVerdict = 'same' | 'differs' | 'failed' | 'skipped';

/** What a package is busy with. */
export type Activity = 'fetch' | 'unpack' | 'prepare' | 'build' | 'deploy' | 'store';

/** Everything that can happen in a run, as names and numbers only. All times are seconds. */
export type MkEvent =
  | {
      readonly event: 'start';
      readonly board: string;
      readonly product: string;
      readonly release: string;
      readonly jobs: number;
      readonly store: string;
      readonly sandbox: string;
    }
  | {
      readonly event: 'activity';
      readonly package: string;
      readonly activity: Activity;
      readonly detail?: string;
    }
  | {
      /** Nothing goes on, in one package or in the whole run, until something else has happened. */
      readonly event: 'waiting';
      readonly package?: string;
      readonly for: string;
    }
  | {
      readonly event: 'warning';
      readonly message: string;
      readonly detail?: string | undefined;
    }
  | {
      readonly event: 'package';
      readonly package: string;
      readonly version: string | undefined;
      readonly verdict: Verdict;
      readonly seconds: number;
      readonly reason: string;
      readonly key?: string | undefined;
      readonly output?: string | undefined;
    }
  | {
      /** A package that was there has been built a second time. */
      readonly event: 'checked';
      readonly package: string;
      readonly version: string | undefined;
      readonly verdict: CheckVerdict;
      readonly seconds: number;
      /** Where the two differ first, how much differs, and where to look; or why there was no second build. */
      readonly detail: readonly string[];
    }
  | ({ readonly event: 'check-summary'; readonly seconds: number } & Readonly<Record<CheckVerdict, number>>)
  | ({ readonly event: 'failure'; readonly package?: string } & FailureRecord)
  | {
      readonly event: 'summary';
      readonly built: number;
      readonly cached: number;
      readonly failed: number;
      readonly skipped: number;
      readonly seconds: number;
      /** Files and directories the user asked for. */
      readonly results: readonly string[];
    };

/** Hears every event of a run, in order. */
export type Listener = (event: MkEvent) => void;
