import { availableMemory } from '../base/cgroup.ts';
import type { JobServer, Slot } from '../build/jobserver.ts';
import type { Measured } from '../build/usage.ts';
import { memoryLeft } from '../plan/admission.ts';
import type { MkEvent } from '../report/event.ts';

/** A slot of the job budget, with the memory that its holder may come to need. */
export interface WorkSlot extends Slot {
  /** The process that does the work: what it has in memory already is not expected once more. */
  measure(measured: Measured): void;
}

/** Gives slots in the order of priorities, and none to work for which there is no memory while other work goes on. */
export interface Slots {
  /** Waits for a slot for the package, which is told when it waits; `memory` is the most that it had before, in bytes. */
  take(name: string, priority: number, memory: number): Promise<WorkSlot>;
  /** How long the package has waited for slots so far, in seconds. */
  waited(name: string): number;
}

interface Running {
  readonly expected: number;
  measured?: Measured;
}

export function openSlots(jobServer: JobServer, tell: (event: MkEvent) => void, available = availableMemory): Slots {
  const running = new Set<Running>();
  const waited = new Map<string, number>();
  const free = remembered(available);
  return {
    waited: (name) => waited.get(name) ?? 0,
    async take(name, priority, memory) {
      const own: Running = { expected: memory };
      const left = () => memoryLeft(free(), [...running].map(growth));
      const fits = () => memory === 0 || memory <= left();
      const taking = jobServer.take({ priority, fits, begin: () => void running.add(own) });
      const asked = performance.now();
      const mustWait = !running.has(own);
      if (mustWait) {
        const detail = fits()
          ? 'a job slot'
          : `memory: it took ${gigabytes(memory)} before, ${gigabytes(left())} are left`;
        tell({ event: 'activity', package: name, activity: 'wait', detail });
      }
      const slot = await taking;
      if (mustWait) waited.set(name, (waited.get(name) ?? 0) + (performance.now() - asked) / 1000);
      return {
        ...slot,
        measure: (measured) => {
          own.measured = measured;
        },
        release() {
          running.delete(own);
          slot.release();
        },
      };
    },
  };
}

/** What it may still come to need. */
const growth = ({ expected, measured }: Running): number => Math.max(0, expected - (measured?.memory ?? 0));

/** Asking often does not make it read anew. */
function remembered(ask: () => number): () => number {
  let [value, until] = [0, 0];
  return () => {
    const now = performance.now();
    if (now >= until) [value, until] = [ask(), now + 250];
    return value;
  };
}

const gigabytes = (bytes: number): string => `${(bytes / 1024 ** 3).toFixed(1)} GB`;
