import type { Writable } from 'node:stream';
import type { BootLoader } from '../image/disk-settings.ts';

/** What to start, and how to talk to it. */
export interface RunOptions {
  /** The deploy tree of the release package. */
  readonly releaseDir: string;
  /** The board's QEMU variables; empty for a board that runs as a container. */
  readonly settings: Readonly<Record<string, string>>;
  /** Run as root once the system has started; without it, the user gets a terminal on the system. */
  readonly command?: readonly string[] | undefined;
  /** Start from the disk image of the release, by its boot loader if it has one. Default: from the files of the release. */
  readonly disk?: { readonly bootLoader: BootLoader } | undefined;
  /** Where changes last from one run to the next: a file that is there. Of a disk, the whole disk; else a file system. */
  readonly keep?: string | undefined;
  /** Network interfaces, as QEMU's -nic has them, instead of those of the board. */
  readonly nics?: readonly string[] | undefined;
  /** Takes what the command prints, and nothing else. */
  readonly output: Writable;
  /** Takes what the system said when it did not start. */
  readonly errors: Writable;
  /** Seconds until the command must have begun; no limit afterwards. Default: 120. */
  readonly startLimit?: number | undefined;
}

/** The status of a command that was ended because nobody reads what it prints, as shells give it. */
export const brokenPipe = 141;
