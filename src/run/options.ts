import type { Writable } from 'node:stream';

/** What to start, and how to talk to it. */
export interface RunOptions {
  /** The deploy tree of the release package. */
  readonly releaseDir: string;
  /** The board's QEMU variables; empty for a board that runs as a container. */
  readonly settings: Readonly<Record<string, string>>;
  /** Run as root once the system has started; without it, the user gets a terminal on the system. */
  readonly command?: readonly string[] | undefined;
  /** Start from the disk image of the release. Default: from the files of the release. */
  readonly disk?: BootedDisk | undefined;
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

/** What starts the kernel of a disk; where it is nothing that the emulator can run, that loads the kernel of the release. */
export interface BootedDisk {
  /** Where the boot partition has the configuration of its boot loader, in the language of syslinux. */
  readonly configPath?: string;
  /** A file of the release that the machine has in its flash memory. */
  readonly firmware?: string;
}

/** The status of a command that was ended because nobody reads what it prints, as shells give it. */
export const brokenPipe = 141;
