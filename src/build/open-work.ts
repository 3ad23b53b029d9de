import { Failure } from '../base/failure.ts';

/** What a hook has begun and not ended: a hook that returns before its commands have ended has forgotten to await them. */
export interface OpenWork {
  /** The same promise, known by `what` until it is settled. */
  track<T>(what: string, work: Promise<T>): Promise<T>;
  /** Fails when something is still open. */
  expectNone(hook: string): void;
}

export function openWork(packageName: string): OpenWork {
  const open = new Map<object, string>();
  return {
    track(what, work) {
      open.set(work, what);
      const end = () => void open.delete(work);
      // The promise handed on is a new one, so that a rejection nobody waits for is still noticed as such.
      return work.finally(end);
    },
    expectNone(hook) {
      const [first] = open.values();
      if (first === undefined) return;
      throw new Failure('hook-failed', `${packageName}: the hook has returned while ${first} still runs`, {
        detail: open.size > 1 ? `and ${open.size - 1} more` : undefined,
        hint: `write \`await\` in front of everything that ${hook} starts`,
      });
    },
  };
}
