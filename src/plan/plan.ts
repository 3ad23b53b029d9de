import type { Digest } from '../base/digest.ts';
import { once } from '../base/once.ts';
import type { Graph, Node } from '../graph/graph.ts';
import type { Read, Result, Store } from '../store/store.ts';
import { type Change, summary } from './change.ts';
import { changesBetween } from './explain.ts';
import {
  contentKey,
  type InputsDocument,
  inputsDocument,
  type KeyCircumstances,
  type KeyDocument,
  keyDocument,
  keyOf,
  outputIn,
  stagedKey,
} from './key.ts';
import { keysIn } from './key-text.ts';
import type { Side } from './side.ts';
import type { Told } from './told.ts';

/** What has to be done for one package, and why. */
export type Step =
  | {
      readonly kind: 'cached';
      readonly node: Node;
      readonly reason: string;
      readonly key: Digest;
      /** Made when it is asked for: it is long, and few are. */
      document(): KeyDocument;
      readonly result: Result;
    }
  | {
      readonly kind: 'run';
      readonly node: Node;
      readonly reason: string;
      /** What is different from what was last built here, as far as it is known. */
      readonly changes: readonly Change[];
      /** Packages that are to be built before this one can be decided. */
      readonly awaits: readonly string[];
      /** Known when it awaits nothing. */
      readonly key?: Digest;
      document?(): KeyDocument;
    };

/** What was last built in this build directory: the answer to "what changed?". */
export interface Previous {
  readonly document: KeyDocument;
  readonly output: Digest;
  /** Its key and what its hooks read; the records of an older mk have neither. */
  readonly key?: Digest;
  readonly reads?: readonly Read[];
}

export interface PlanInputs {
  readonly store: Store;
  readonly circumstances: KeyCircumstances;
  /** The answer that a recorded read gets today. */
  now(read: Read): string | undefined;
  previous(name: string): Previous | undefined;
  /** Packages to build whatever is in the store. */
  readonly rebuild?: ReadonlySet<string>;
  /** Where it is known what things were made from; without it, changes are told by name only. */
  readonly telling?: Telling;
}

/** What packages were and are made from, in texts. */
export interface Telling {
  /** Of what was last built here; undefined where it was not kept. */
  before(name: string): Told | undefined;
  /** Of today, and of what else the hooks have read. */
  today(node: Node, document: InputsDocument, reads: readonly Read[]): Told;
}

/** The reason of a result that is the one shown here, made from what there is today. */
export const nothingChanged = 'nothing changed';

/** Decides one package whose needs all have results; its key may be known. */
export function decide(
  node: Node,
  resultOf: (name: string) => Result,
  inputs: PlanInputs,
  key = keyOf(keyDocument(node, resultOf, inputs.circumstances)),
): Step & { readonly key: Digest; document(): KeyDocument } {
  const { store, circumstances, now, rebuild } = inputs;
  const document = () => keyDocument(node, resultOf, circumstances);
  const run = (changes: readonly Change[]) =>
    ({ kind: 'run', node, reason: summary(changes), changes, awaits: [], key, document }) as const;
  if (rebuild?.has(node.name)) return run([{ kind: 'asked' }]);
  const last = inputs.previous(node.name);
  const result = store.find(key, now);
  if (result !== undefined) {
    const isSame = last?.key === key && last.output === result.output && last.reads?.every(isCurrent(now));
    const reason = isSame ? nothingChanged : 'built before with the same inputs';
    return { kind: 'cached', node, reason, key, document, result };
  }
  if (last === undefined) return run(firstTime(node, circumstances));
  const changes = changesSince(last, node, document(), inputs);
  return run(changes.length > 0 ? changes : [{ kind: last.key === key ? 'gone' : 'unknown' }]);
}

const directoryOf = (node: Node, circumstances: KeyCircumstances | undefined): string | undefined =>
  node.source && circumstances?.workingTrees?.get(node.source.name)?.name;

function firstTime(node: Node, circumstances: KeyCircumstances): readonly Change[] {
  const directory = directoryOf(node, circumstances);
  return [
    { kind: 'new' },
    ...(directory === undefined ? [] : [{ kind: 'working-tree', how: 'added', directory } as const]),
  ];
}

const isCurrent = (now: PlanInputs['now']) => (read: Read) => now(read) === read.value;

/** What is different today from what was last built here. */
export function changesSince(
  last: Previous,
  node: Node,
  document: Side['document'],
  { now, telling, circumstances }: Pick<PlanInputs, 'now' | 'telling'> & Partial<Pick<PlanInputs, 'circumstances'>>,
): readonly Change[] {
  const { reads = [] } = last;
  const answers = new Map(reads.map(({ kind, name, value }) => [`${kind} ${name}`, value]));
  const before: Side = {
    document: last.document,
    answer: ({ kind, name }) => answers.get(`${kind} ${name}`),
    told: once(() => telling?.before(node.name)),
  };
  const today: Side = {
    document,
    directory: directoryOf(node, circumstances),
    answer: now,
    told: once(() => telling?.today(node, document, reads)),
  };
  return changesBetween(before, today, reads);
}

/** The result of a package, if it is known. */
type Known = (name: string) => Result | undefined;

/**
 * Decides every package in order, as far as that can be known before anything is built: what follows a package that
 * must be built is planned to be built too, and may still turn out to be there when that one's output has not changed.
 */
export function makePlan(graph: Graph, inputs: PlanInputs): ReadonlyMap<string, Step> {
  const steps = new Map<string, Step>();
  const known: Known = (name) => {
    const step = steps.get(name);
    return step?.kind === 'cached' ? step.result : undefined;
  };
  const resultOf = (name: string): Result => {
    const result = known(name);
    if (result === undefined) throw new TypeError(`${name} has no result yet`);
    return result;
  };
  const keyFor = keysIn(graph, resultOf, inputs.circumstances);
  const isRun = (name: string) => steps.get(name)?.kind === 'run';
  let runs = 0;
  for (const node of graph.order) {
    const awaits = runs === 0 ? [] : graph.needs(node.name).filter(isRun);
    const step =
      awaits.length === 0 ? decide(node, resultOf, inputs, keyFor(node)) : waiting(node, awaits, known, inputs);
    if (step.kind === 'run') runs++;
    steps.set(node.name, step);
  }
  return steps;
}

function waiting(node: Node, awaits: readonly string[], resultOf: Known, inputs: PlanInputs): Step {
  const last = inputs.previous(node.name);
  const planned = (changes: readonly Change[], ...reasons: readonly string[]): Step => {
    const reason = [...(changes.length === 0 ? [] : [summary(changes)]), ...reasons].join('; ');
    return { kind: 'run', node, reason, changes, awaits };
  };
  if (inputs.rebuild?.has(node.name)) return planned([{ kind: 'asked' }]);
  if (last === undefined) return planned(firstTime(node, inputs.circumstances));
  const document = documentSoFar(node, last, resultOf, inputs);
  const isUsed = `it uses ${awaits.join(', ')}, which ${awaits.length === 1 ? 'is' : 'are'} to be built`;
  return planned(changesSince(last, node, document, inputs), isUsed);
}

/** What is to be built is taken to become what it was. */
function documentSoFar(node: Node, last: Previous, resultOf: Known, { circumstances }: PlanInputs): Side['document'] {
  const document = inputsDocument(node, circumstances);
  if (last.document.epoch !== document.epoch) return document;
  const { staged, contents } = last.document;
  const soFar = <T>(names: readonly string[], of: (name: string, result: Result | undefined) => T | undefined) =>
    names.flatMap((name): [string, T][] => {
      const known = of(name, resultOf(name));
      return known === undefined ? [] : [[name, known]];
    });
  const stagedSoFar = (name: string, result: Result | undefined) => {
    const output = result?.output ?? outputIn(staged[name]);
    return output === undefined ? undefined : stagedKey(node, name, output);
  };
  return {
    ...document,
    staged: Object.fromEntries(soFar(node.staged, stagedSoFar)),
    contents: Object.fromEntries(
      soFar(node.contents, (name, result) => (result === undefined ? contents[name] : contentKey(result))),
    ),
  };
}
