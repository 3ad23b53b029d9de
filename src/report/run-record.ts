import type { FailureRecord } from '../base/failure.ts';
import type { Activity, MkEvent, Usage, Verdict } from './event.ts';

/** An event with when it happened, in seconds since the run began. */
export interface TimedEvent {
  readonly event: MkEvent;
  readonly at: number;
}

/** A package of the target and the packages that it has to do with; the lists hold names. */
export interface RelatedPackage {
  readonly name: string;
  readonly version?: string | undefined;
  /** The package whose source tree it is built from. */
  readonly source?: string | undefined;
  /** Needed to build it. */
  readonly build: readonly string[];
  /** Needed to run it. */
  readonly run: readonly string[];
  /** What its image holds. */
  readonly contains: readonly string[];
}

/** Something that a package was busy with, in seconds since the run began. */
export interface Step {
  readonly activity: Activity;
  readonly from: number;
  readonly to: number;
  /** Of `wait`: what for, where that was told. */
  readonly detail?: string | undefined;
}

/** What became of a package in a run; `unfinished` when the run broke off before it was known. */
export interface PackageRecord extends RelatedPackage {
  readonly verdict: Verdict | 'unfinished';
  readonly reason: string;
  /** In the order of their beginning; its download may go on beside a wait. */
  readonly steps: readonly Step[];
  /** When its verdict was known. */
  readonly end?: number | undefined;
  readonly expected?: number | undefined;
  readonly isGuess?: boolean | undefined;
  readonly key?: string | undefined;
  readonly usage?: Usage | undefined;
  /** Bytes of its deploy tree. */
  readonly size?: number | undefined;
  /** Bytes of the files that the image has from it, before they are packed. */
  readonly imageBytes?: number | undefined;
}

/** How busy the machine was in the `span` seconds before `at`: cores' worth of CPU time; bytes of free memory then. */
export type Sample = readonly [at: number, busy: number, free: number, span: number];

/** What the target's image holds, in bytes. */
export interface ImageRecord {
  readonly name: string;
  /** Of all files together, before they are packed. */
  readonly bytes: number;
  /** Of the image as it is written. */
  readonly packed: number;
  readonly packages: Readonly<Record<string, number>>;
}

/** Why a package failed, or the run. */
export interface RecordedFailure extends Omit<FailureRecord, 'place'> {
  readonly package?: string | undefined;
  readonly place?: string | undefined;
  /** The log that tells of it, and the line that matters. */
  readonly log?: { readonly file: string; readonly line?: number | undefined } | undefined;
}

/** Everything that a report tells of a run. */
export interface RunRecord {
  readonly board: string;
  readonly product: string;
  readonly release: string;
  readonly sandbox: string;
  readonly jobs: number;
  readonly cores: number;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly seconds: number;
  readonly outcome: 'done' | 'failed' | 'interrupted';
  /** Each after everything it needs. */
  readonly packages: readonly PackageRecord[];
  readonly samples: readonly Sample[];
  readonly failures: readonly RecordedFailure[];
  readonly warnings: readonly string[];
  readonly image?: Omit<ImageRecord, 'packages'> | undefined;
  /** Name of the file beside this report that has the one before. */
  readonly before?: string | undefined;
}

/** What is known of a run beside its events. */
export interface RunCircumstances {
  /** Each after everything it needs. */
  readonly packages: readonly RelatedPackage[];
  readonly cores: number;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly image?: ImageRecord | undefined;
  /** Name of the file that the report before this one has now. */
  readonly before?: string | undefined;
}
