import { readFileSync } from 'node:fs';
import { availableMemory } from '../base/cgroup.ts';
import type { Usage } from '../report/event.ts';
import { treeUsage } from './process-tree.ts';

/** A process that is being measured, with everything below it. */
export interface Measured {
  /** Bytes that it had in memory at the last look. */
  readonly memory: number;
  /** To be called when it has ended, with its CPU seconds where they are known exactly. */
  end(cpu: number | undefined): Usage;
}

/** Measures what builds take of the machine, and the machine itself, as long as somebody wants to know. */
export interface Meter {
  measure(pid: number): Measured;
  /** Samples the machine until the function that it returns is called; builds that follow each other leave no hole. */
  watch(): () => void;
}

/** How busy the machine was in the last `seconds`: cores that worked, and bytes of memory that are available now. */
export interface MachineSample {
  readonly busy: number;
  readonly free: number;
  readonly seconds: number;
}

/** Milliseconds between two looks at processes; a sample of the machine is told at every second one. */
const interval = 500;

/** `onSample` hears about once a second; nothing of this keeps the process alive. */
export function openMeter(onSample: (sample: MachineSample) => void): Meter {
  const looks = new Set<() => void>();
  const watchers = new Set<object>();
  let timer: NodeJS.Timeout | undefined;
  let [count, last] = [0, { busy: 0, at: 0 }];

  const start = () => {
    if (timer !== undefined) return;
    [count, last] = [0, busyTime()];
    timer = setInterval(look, interval).unref();
  };
  const look = () => {
    // Not as soon as a build ends: the next one may begin at once.
    if (looks.size + watchers.size === 0) {
      clearInterval(timer);
      timer = undefined;
      return;
    }
    for (const each of looks) each();
    if (++count % 2 !== 0) return;
    const now = busyTime();
    const seconds = now.at - last.at;
    onSample({ busy: (now.busy - last.busy) / Math.max(0.001, seconds), free: availableMemory(), seconds });
    last = now;
  };
  return {
    watch() {
      const watcher = {};
      watchers.add(watcher);
      start();
      return () => void watchers.delete(watcher);
    },
    measure(pid) {
      let [memory, peak, cpu] = [0, 0, 0];
      const take = () => {
        const now = treeUsage(pid);
        memory = now.memory;
        peak = Math.max(peak, memory);
        cpu = Math.max(cpu, now.cpu);
      };
      looks.add(take);
      start();
      return {
        get memory() {
          return memory;
        },
        end(exact) {
          looks.delete(take);
          return { cpu: exact ?? cpu, memory: peak };
        },
      };
    },
  };
}

/** CPU seconds that all of the machine has worked, and when. */
function busyTime(): { readonly busy: number; readonly at: number } {
  const [, user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = (
    /^cpu .*$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[0] ?? ''
  )
    .split(/\s+/)
    .map(Number);
  return { busy: (user + nice + system + irq + softirq) / 100, at: performance.now() / 1000 };
}
