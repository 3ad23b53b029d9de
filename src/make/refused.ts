import { type Failure, throwCollected } from '../base/failure.ts';
import type { PlannedTarget } from './plan-target.ts';

/**
 * Fails with everything that is wrong with configuration which hooks would ask for in a build: what they asked for last
 * time, where nothing but the configuration has changed since.
 */
export function expectReadable({ graph, inputs, reading }: PlannedTarget): void {
  const found = new Map<string, Failure>();
  for (const { name, loaded } of graph.order) {
    const last = inputs.previous(name);
    if (last?.document.recipe !== loaded.digest) continue;
    for (const failure of (last.reads ?? []).flatMap(reading.refusal)) found.set(failure.message, failure);
  }
  throwCollected([...found.values()]);
}
