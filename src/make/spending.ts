import type { Usage } from '../report/event.ts';

/** What the packages of a run have taken of the machine so far. */
export interface Spending {
  add(name: string, usage: Usage): void;
  of(name: string): Usage | undefined;
}

export function openSpending(): Spending {
  const spent = new Map<string, Usage>();
  return {
    add(name, { cpu, memory }) {
      const before = spent.get(name) ?? { cpu: 0, memory: 0 };
      spent.set(name, { cpu: before.cpu + cpu, memory: Math.max(before.memory, memory) });
    },
    of: (name) => spent.get(name),
  };
}
