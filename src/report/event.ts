import type { FailureRecord } from '../base/failure.ts';

/** How a package ended in this run. */
export type Verdict = 'built' | 'cached' | 'failed' | 'skipped';

/** How the second build of a package compares with the first. */
export type CheckVerdict = 'same' | 'differs' | 'failed' | 'skipped';

/** What a package is busy with; `wait`: with nothing, until there is a job slot, memory or another mk's result for it. */
export type Activity = 'fetch' | 'unpack' | 'prepare' | 'build' | 'deploy' | 'store' | 'wait';

/** One package of the run's plan. */
export interface PlannedPackage {
  readonly package: string;
  readonly version: string | undefined;
  /** Packages of this run that must be there before it. */
  readonly needs: readonly string[];
  /** Whose source tree it is built from: its own or another package's; undefined for one that has no source. */
  readonly source?: string | undefined;
  readonly step: 'build' | 'cached';
  readonly reason: string;
  /** How long its build is expected to take, by what it took before or, where `isGuess`, by what packages take. */
  readonly expected: number;
  readonly isGuess: boolean;
}

/** What building a package took of the machine. */
export interface Usage {
  /** CPU time of all its processes. */
  readonly cpu: number;
  /** The most that its processes had in memory at one time, in bytes. */
  readonly memory: number;
}

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
      /** What is going to be done, in an order in which it could be; once, before anything is built. */
      readonly event: 'plan';
      readonly packages: readonly PlannedPackage[];
    }
  | {
      readonly event: 'activity';
      readonly package: string;
      readonly activity: Activity;
      readonly detail?: string;
    }
  | {
      /** How far a download is: several times a second at most, and at its end. */
      readonly event: 'transfer';
      readonly package: string;
      readonly file: string;
      /** Bytes that are there, with those of an earlier attempt. */
      readonly received: number;
      /** Bytes of the whole file, where the server tells. */
      readonly total?: number | undefined;
      readonly isEnded: boolean;
    }
  | {
      /** How busy the machine is, about once a second in a run that has something to build. */
      readonly event: 'sample';
      /** Cores' worth of CPU time that was used since the last sample, by anybody. */
      readonly busy: number;
      /** Bytes of memory that are available. */
      readonly free: number;
      /** How long ago the last sample was, or the beginning of sampling. */
      readonly seconds?: number;
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
      /** From now on nothing new is started. */
      readonly isInterrupt?: true;
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
      /** Bytes of its deploy tree, where it has one. */
      readonly size?: number | undefined;
      /** Of a package that was built or failed. */
      readonly usage?: Usage | undefined;
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

/** Hears every event of a run, in order; `at` is when it happened, in seconds since the run began. */
export type Listener = (event: MkEvent, at: number) => void;
