import { roomHint } from './full-disk.ts';

/** A position in a file the user wrote. Lines and columns count from 1. */
export interface Place {
  readonly file: string;
  /** The whole text of the file, for the code frame. */
  readonly text: string;
  readonly line: number;
  readonly column: number;
  /** How many characters to underline. */
  readonly length: number;
}

/** What kind of thing went wrong; tests and tools match on it, so a code keeps its meaning. */
export type FailureCode =
  | 'usage'
  | 'recipe-invalid'
  | 'package-unknown'
  | 'provider-ambiguous'
  | 'dependency-cycle'
  | 'config-invalid'
  | 'board-unknown'
  | 'product-unknown'
  | 'board-unsupported'
  | 'program-missing'
  | 'sandbox-unavailable'
  | 'source-changed'
  | 'download-failed'
  | 'digest-mismatch'
  | 'unpack-unsafe'
  | 'unpack-failed'
  | 'patch-rejected'
  | 'command-failed'
  | 'hook-failed'
  | 'tree-conflict'
  | 'deploy-invalid'
  | 'image-invalid'
  | 'store-damaged'
  | 'lock-held'
  | 'interrupted'
  | 'system-refused';

interface Circumstances {
  readonly place?: Place | undefined;
  /** More lines, shown as they are: the end of a log, the two digests. */
  readonly detail?: string | undefined;
  /** The log that tells of it, and the number of the line that matters, where one is known to. */
  readonly log?: { readonly file: string; readonly line?: number | undefined } | undefined;
  /** What the reader can do about it, as an instruction. */
  readonly hint?: string | undefined;
  /** The package whose recipe is to be mended, when it is another than the one that failed. */
  readonly blames?: string | undefined;
  readonly cause?: unknown;
}

/** A Failure as plain data, to cross from one process to another. */
export interface FailureRecord extends Omit<Circumstances, 'cause'> {
  readonly code: FailureCode;
  readonly message: string;
}

/** Anything that can go wrong without a bug in mk. Every other exception is one. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly code: FailureCode;
  readonly place: Place | undefined;
  readonly detail: string | undefined;
  readonly log: Circumstances['log'];
  readonly hint: string | undefined;
  readonly blames: string | undefined;

  constructor(code: FailureCode, message: string, { place, detail, log, hint, blames, cause }: Circumstances = {}) {
    super(message, { cause });
    this.code = code;
    this.place = place;
    this.detail = detail;
    this.log = log;
    this.hint = hint;
    this.blames = blames;
  }

  static from({ code, message, ...circumstances }: FailureRecord): Failure {
    return new Failure(code, message, circumstances);
  }

  record(): FailureRecord {
    return {
      code: this.code,
      message: this.message,
      place: this.place,
      detail: this.detail,
      hint: this.hint,
      ...(this.log !== undefined && { log: this.log }),
      ...(this.blames !== undefined && { blames: this.blames }),
    };
  }
}

/** Several failures found in one pass, so that the user mends them in one go. */
export class Failures extends Error {
  override readonly name = 'Failures';
  readonly all: readonly Failure[];

  constructor(all: readonly Failure[]) {
    super(all.map((failure) => failure.message).join('\n'));
    this.all = all;
  }
}

/** Throws what was collected: nothing, the one failure, or all of them. */
export function throwCollected(failures: readonly Failure[]): void {
  const [first, ...others] = failures;
  if (first === undefined) return;
  throw others.length === 0 ? first : new Failures(failures);
}

/** The failures inside a thrown value; undefined when it is a bug of ours. */
export function failuresOf(thrown: unknown): readonly Failure[] | undefined {
  if (thrown instanceof Failure) return [thrown];
  if (thrown instanceof Failures) return thrown.all;
  const refusal = refusalOf(thrown);
  return refusal === undefined ? undefined : [refusal];
}

const refusals: Readonly<Record<string, readonly [what: string, hint: string]>> = {
  EACCES: ['permission denied', 'change its owner or mode, or work elsewhere'],
  EPERM: ['not permitted', 'change its owner or mode, or work elsewhere'],
  EROFS: ['the file system is read-only', 'work in a directory that can be written'],
  EDQUOT: ['the disk quota is used up', 'free some space, or set MK_STORE to another file system'],
  ENOTDIR: ['a file is where a directory should be', 'move it away'],
  EISDIR: ['a directory is where a file should be', 'move it away'],
  EMFILE: ['too many open files', 'raise the limit: ulimit -n 4096'],
};

/** What the operating system refuses is no bug: a file that may not be written, a full disk. */
function refusalOf(thrown: unknown): Failure | undefined {
  if (!(thrown instanceof Error)) return undefined;
  const { code = '', path, syscall } = thrown as NodeJS.ErrnoException;
  if (code === 'ENOSPC') {
    const hint = roomHint(path === undefined ? [] : [path]);
    return new Failure('system-refused', `${path ?? syscall ?? 'a system call'}: no space left`, {
      hint,
      cause: thrown,
    });
  }
  const [what, hint] = refusals[code] ?? [];
  if (what === undefined) return undefined;
  return new Failure('system-refused', `${path ?? syscall ?? 'a system call'}: ${what}`, { hint, cause: thrown });
}

/** Closes a switch over a union: a case that was forgotten does not compile. */
export function unreachable(value: never): never {
  throw new TypeError(`unexpected value ${JSON.stringify(value)}`);
}
