import { renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Digest } from '../base/digest.ts';
import { makeDirectory, readIfPresent, temporaryName } from '../base/files.ts';
import type { Node } from '../graph/graph.ts';
import type { Change } from '../plan/change.ts';
import { changesSince, type Previous } from '../plan/plan.ts';
import type { Told } from '../plan/told.ts';
import type { Read } from '../store/store.ts';
import type { Tell } from './telling.ts';

/** What is kept of a package beside its small record, for the one who wants to know what changed. */
export interface Memory {
  /** The key that this is about. */
  readonly key: Digest | undefined;
  readonly told: Told;
  /** Why its output became another one here, the last time that it did. */
  readonly change: OutputChange | undefined;
}

export interface OutputChange {
  readonly from: Digest;
  readonly changes: readonly Change[];
}

/** Makes the memory of what is shown now; `last` is what was shown until now. */
export type Remember = (
  node: Node,
  made: Previous,
  last: (Previous & { readonly memory: Memory | undefined }) | undefined,
) => Memory;

/** How to remember the packages of a target; `now` gives today's answer to a recorded read. */
export function openMemory(tell: Tell, now: (read: Read) => string | undefined): Remember {
  return (node, made, last) => {
    const { document, key, output, reads = [] } = made;
    const told = tell(node, document, reads);
    // Changed since it was read: its text is not the one that was used.
    const stale = [...document.reads, ...reads].filter((read) => now(read) !== read.value).map(({ name }) => name);
    const fresh = <T>(all: Readonly<Record<string, T>>): Readonly<Record<string, T>> =>
      Object.fromEntries(Object.entries(all).filter(([name]) => !stale.includes(name)));
    const telling = { before: () => last?.memory?.told, today: tell };
    return {
      key,
      told: { ...told, configuration: fresh(told.configuration), assigned: fresh(told.assigned) },
      change:
        last === undefined || last.output === output
          ? last?.memory?.change
          : { from: last.output, changes: changesSince(last, node, document, { now, telling }) },
    };
  };
}

/** The memory that belongs to the record with this key; undefined when there is none. */
export function readMemory(path: string, key: Digest | undefined): Memory | undefined {
  const text = readIfPresent(path);
  try {
    const memory = text === undefined ? undefined : (JSON.parse(text) as Memory);
    return memory?.key === key ? memory : undefined;
  } catch {
    return undefined;
  }
}

/** Nothing is lost with it but explanations: it does not wait for the disk. */
export function writeMemory(path: string, memory: Memory): void {
  makeDirectory(dirname(path));
  const temporary = temporaryName(path);
  writeFileSync(temporary, JSON.stringify(memory));
  renameSync(temporary, path);
}
