import type { Digest } from '../base/digest.ts';
import { partOf } from '../graph/graph.ts';
import { type Change, describe, detailed, summary } from '../plan/change.ts';
import { differentReads } from '../plan/explain-reads.ts';
import { outputIn, versionOf } from '../plan/key.ts';
import { changesSince, nothingChanged, type Previous, type Step } from '../plan/plan.ts';
import type { PlannedTarget } from './plan-target.ts';

type Planned = PlannedTarget & { readonly steps: ReadonlyMap<string, Step> };

/** In lines: what is different from the last result here, what is waited for, and what would be done. */
export function explainPackage(name: string, target: PlannedTarget): readonly string[] {
  const planned: Planned = { ...target, steps: target.plan() };
  const { graph, inputs, steps } = planned;
  const node = graph.node(name);
  const step = steps.get(name);
  if (step === undefined) throw new TypeError(`${name} has no step`);
  const last = inputs.previous(name);
  const version = versionOf(node);
  const title = version === undefined ? name : `${name} ${version}`;
  if (step.kind === 'cached') return explainCached(title, step, last, planned);

  const lines: string[] = [];
  if (last === undefined) lines.push(`${title} was never built here.`, ...storedElsewhere(step, planned));
  else lines.push(...sinceLast(title, step.changes, last, planned));
  if (step.awaits.length === 0) return [...lines, `It is to be built; ${keyText(step, last)}`];
  lines.push(`It waits for ${step.awaits.join(', ')}; what is to be built first:`);
  lines.push(...rootsOf(name, planned).map((root) => `  ${root}`));
  const isCertain = last === undefined || step.changes.length > 0;
  return [...lines, isCertain ? 'It is to be built.' : 'It is to be built only if what it uses becomes different.'];
}

/** The answers that hooks get are in no key, for they are known only after the build: a result is found by both. */
function keyText({ key, changes }: Extract<Step, { kind: 'run' }>, last: Previous | undefined): string {
  const isForReads = changes.some(({ kind }) => kind !== 'gone' && kind !== 'asked' && kind !== 'unknown');
  if (key === undefined || last?.key !== key || !isForReads) return `key ${key}`;
  return `its key is the same, and what its hooks read, which is looked at beside the key, is not; key ${key}`;
}

function explainCached(
  title: string,
  { node, key, document, reason }: Extract<Step, { kind: 'cached' }>,
  last: Previous | undefined,
  planned: Planned,
): string[] {
  if (reason === nothingChanged) return [`${title}: nothing changed since it was built here; key ${key}`];
  const found = `It was built before with the same inputs: the result in the store is used; key ${key}`;
  if (last === undefined) return [`${title} was never built here.`, found];
  return [...sinceLast(title, changesSince(last, node, document(), planned.inputs), last, planned), found];
}

function sinceLast(title: string, changes: readonly Change[], last: Previous, planned: Planned): string[] {
  if (changes.length === 0) return [`${title} has not changed itself since it was built here.`];
  if (changes.every(({ kind }) => kind === 'gone')) {
    return [`${title} has not changed since it was built here, but its result is gone from the store.`];
  }
  const told = new Set<string>([last.document.package]);
  const lines = changes.flatMap((change) => [...detailed(change), ...because(change, last, planned, told)]);
  return [`${title} changed since it was built here:`, ...lines.map((line) => `  ${line}`)];
}

/** Why a package that this one uses has another output, as far as that happened here; each is told once. */
function because(change: Change, user: Previous, planned: Planned, told: Set<string>): string[] {
  if (change.kind !== 'dependency' && change.kind !== 'content') return [];
  const { name, how } = change;
  if (how !== 'changed' || told.has(name)) return [];
  told.add(name);
  const then = outputIn(user.document.staged[name]) ?? user.document.contents[name]?.output;
  const last = planned.inputs.previous(name);
  const found = last === undefined ? undefined : outputChange(name, last, then, planned);
  if (last === undefined || found === undefined) return [];
  const lines = found.changes.flatMap((each) => [describe(each), ...because(each, last, planned, told)]);
  return lines.map((line, at) => (at === 0 ? `  ${name} ${found.how}: ${line}` : `  ${line}`));
}

/** What made the output of a package another one than `then`. */
function outputChange(name: string, last: Previous, then: Digest | undefined, planned: Planned) {
  if (last.output === then) {
    const step = planned.steps.get(name);
    if (step?.kind !== 'cached') return undefined;
    return { how: 'changed', changes: changesSince(last, step.node, step.document(), planned.inputs) };
  }
  const change = planned.buildRoot.memory(name)?.change;
  if (change === undefined) return undefined;
  return { how: change.from === then ? 'was built anew' : 'was built anew, the last time', changes: change.changes };
}

/** Results of other inputs that the store has under the same key: its hooks read another configuration. */
function storedElsewhere(step: { readonly key?: Digest }, { store, inputs, target }: Planned): string[] {
  const [newest] = step.key === undefined ? [] : store.results(step.key);
  if (newest === undefined) return [];
  const changes = differentReads(newest.reads, inputs.now);
  if (changes.length === 0) return [];
  const lines = changes.map((change) => `  ${describe(change)}`);
  return [`The store has it for another configuration than that of ${target.board} ${target.product}:`, ...lines];
}

/** Of everything that is waited for, what is to be built for a reason of its own. */
function rootsOf(name: string, { graph, steps }: Planned): string[] {
  const roots = partOf(graph, [name]).order.flatMap((node) => {
    const step = steps.get(node.name);
    if (node.name === name || step?.kind !== 'run') return [];
    return step.changes.length > 0 ? [`${node.name}: ${summary(step.changes)}`] : [];
  });
  const more = roots.length - mostRoots;
  return more > 1 ? [...roots.slice(0, mostRoots), `and ${more} more`] : roots;
}

const mostRoots = 12;
