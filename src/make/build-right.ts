import { existsSync } from 'node:fs';
import { awaitLock, type Lock, tryLock } from '../base/lock.ts';

/** The right to build what has one key: of all mk that use a store, one has it at a time. */
export interface BuildRight {
  /** Whether another mk seems to have it; one that was killed leaves its file behind. */
  isElsewhere(): boolean;
  /** Takes it; false when another mk has it. */
  take(): boolean;
  /** Takes it when the other mk has given it back, and tells who that is. An interrupt ends it with a Failure. */
  await(): Promise<void>;
  release(): void;
}

interface Circumstances {
  readonly lockFile: string;
  /** What the others are told of where we are. */
  readonly buildDir: string;
  readonly signal: AbortSignal;
  onWait(holder: string): void;
}

export function buildRight({ lockFile, buildDir, signal, onWait }: Circumstances): BuildRight {
  const holding = { note: buildDir, temporary: true };
  let lock: Lock | undefined;
  return {
    isElsewhere: () => lock === undefined && existsSync(lockFile),
    take() {
      lock ??= tryLock(lockFile, holding);
      return lock !== undefined;
    },
    async await() {
      // The file may be empty for a moment.
      const told = (holder: string) => onWait(holder === '' ? 'another mk' : `process ${holder.replace(' ', ' in ')}`);
      lock ??= await awaitLock(lockFile, { ...holding, signal, onWait: told });
    },
    release() {
      lock?.release();
      lock = undefined;
    },
  };
}
