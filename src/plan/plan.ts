import type { Digest } from '../base/digest.ts';
import type { Graph, Node } from '../graph/graph.ts';
import type { Read, Result, Store } from '../store/store.ts';
import { explainChange, explainReads } from './explain.ts';
import { type KeyCircumstances, type KeyDocument, keyDocument, keyOf } from './key.ts';

/** What has to be done for one package, and why. */
export type Step =
  | {
      readonly kind: 'cached';
      readonly node: Node;
      readonly reason: string;
      readonly key: Digest;
      readonly document: KeyDocument;
      readonly result: Result;
    }
  | { readonly kind: 'run'; readonly node: Node; readonly reason: string };

/** What was last built in this build directory: the answer to "what changed?". */
export interface Previous {
  readonly document: KeyDocument;
  readonly output: Digest;
}

export interface PlanInputs {
  readonly store: Store;
  readonly circumstances: KeyCircumstances;
  /** The answer that a recorded read gets today. */
  now(read: Read): string | undefined;
  previous(name: string): Previous | undefined;
  /** Packages to build whatever is in the store. */
  readonly rebuild?: ReadonlySet<string>;
}

const askedFor = 'asked for with --rebuild';

/** Decides one package whose needs all have results. */
export function decide(
  node: Node,
  resultOf: (name: string) => Result,
  { store, circumstances, now, previous, rebuild }: PlanInputs,
): Step & { readonly key: Digest; readonly document: KeyDocument } {
  const document = keyDocument(node, resultOf, circumstances);
  const key = keyOf(document);
  if (rebuild?.has(node.name)) return { kind: 'run', node, reason: askedFor, key, document };
  const last = previous(node.name);
  const result = store.find(key, now);
  if (result !== undefined) {
    const reason = last?.output === result.output ? 'nothing changed' : 'built before with the same inputs';
    return { kind: 'cached', node, reason, key, document, result };
  }
  // Other targets and times have left results under this key too: what changed here is told by the one shown here.
  const shown = store.results(key).find(({ output }) => output === last?.output);
  const changedReads = shown === undefined ? undefined : explainReads(shown.reads, now);
  return { kind: 'run', node, reason: changedReads ?? explainChange(last?.document, document), key, document };
}

/**
 * Decides every package in order, as far as that can be known before anything is built: what follows a package that
 * must be built is planned to be built too, and may still turn out to be there when that one's output has not changed.
 */
export function makePlan(graph: Graph, inputs: PlanInputs): ReadonlyMap<string, Step> {
  const steps = new Map<string, Step>();
  const resultOf = (name: string): Result => {
    const step = steps.get(name);
    if (step?.kind !== 'cached') throw new TypeError(`${name} has no result yet`);
    return step.result;
  };
  for (const node of graph.order) {
    const awaited = graph.needs(node.name).filter((name) => steps.get(name)?.kind === 'run');
    if (awaited.length === 0) {
      steps.set(node.name, decide(node, resultOf, inputs));
    } else {
      const asked = inputs.rebuild?.has(node.name);
      const reason = asked ? askedFor : reasonToWait(awaited, inputs.previous(node.name));
      steps.set(node.name, { kind: 'run', node, reason });
    }
  }
  return steps;
}

function reasonToWait(awaited: readonly string[], previous: Previous | undefined): string {
  if (previous === undefined) return 'never built here';
  return `it uses ${awaited.join(', ')}, which ${awaited.length === 1 ? 'is' : 'are'} to be built`;
}
