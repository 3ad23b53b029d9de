import type { Node } from '../graph/graph.ts';
import { type Change, summary } from '../plan/change.ts';
import { changesBetween } from '../plan/explain.ts';
import { contentKey, inputsDocument } from '../plan/key.ts';
import type { Step } from '../plan/plan.ts';
import { differ, type Side } from '../plan/side.ts';
import type { Read } from '../store/store.ts';
import type { PlannedTarget } from './plan-target.ts';

/** One package of two targets. */
export interface Difference {
  readonly package: string;
  /** `first` and `second`: only one of them has it. */
  readonly kind: 'same' | 'different' | 'first' | 'second';
  /** Whether the second target's result is in the store. */
  readonly isStored: boolean;
  readonly reason: string;
  /** False when no result is known that could tell what its hooks read. */
  readonly isRead: boolean;
}

type Planned = PlannedTarget & { readonly steps: ReadonlyMap<string, Step> };

/**
 * What the second target needs that is not what the first one has. Where results are known they are compared. Otherwise
 * a package is the same when all that it is made from is, also what its hooks read as far as any result tells, and when
 * it uses nothing that is different.
 */
export function compareTargets(first: PlannedTarget, second: PlannedTarget): readonly Difference[] {
  const [before, after]: [Planned, Planned] = [
    { ...first, steps: first.plan() },
    { ...second, steps: second.plan() },
  ];
  const differences = new Map<string, Difference>();
  for (const node of after.graph.order) {
    const isStored = after.steps.get(node.name)?.kind === 'cached';
    const told = { package: node.name, isStored, isRead: true };
    differences.set(
      node.name,
      before.steps.has(node.name)
        ? { ...told, ...comparePackage(node.name, before, after, differences) }
        : { ...told, kind: 'second', reason: '' },
    );
  }
  const gone = before.graph.order.filter(({ name }) => !after.steps.has(name));
  return [
    ...differences.values(),
    ...gone.map(
      ({ name }): Difference => ({
        ...{ package: name, kind: 'first', isStored: false, isRead: true, reason: '' },
      }),
    ),
  ];
}

function comparePackage(
  name: string,
  before: Planned,
  after: Planned,
  differences: ReadonlyMap<string, Difference>,
): Pick<Difference, 'kind' | 'reason' | 'isRead'> {
  const [step, stepNow] = [before.steps.get(name), after.steps.get(name)];
  if (step?.kind === 'cached' && stepNow?.kind === 'cached' && !differ(step.result, stepNow.result)) {
    if (step.key === stepNow.key) return { kind: 'same', reason: '', isRead: true };
  }
  const reads = readsOf(name, before, after);
  const own = changesBetween(side(before, name, reads), side(after, name, reads), reads ?? []);
  const { came, changed } = members(name, before, after, differences);
  const changes = [...own, ...came];
  const reasons = [
    ...(changes.length === 0 ? [] : [summary(changes)]),
    ...(changed.length === 0 ? [] : [`it uses ${listed(changed)}`]),
  ];
  const kind = reasons.length === 0 ? 'same' : 'different';
  return { kind, reason: reasons.join('; '), isRead: reads !== undefined };
}

/** What the hooks are known to have read, here or there, now or before. */
function readsOf(name: string, ...targets: readonly Planned[]): readonly Read[] | undefined {
  const steps = targets.map(({ steps }) => steps.get(name));
  const found = steps.find((step) => step?.kind === 'cached');
  if (found?.kind === 'cached') return found.result.reads;
  return targets.map(({ inputs }) => inputs.previous(name)?.reads).find((reads) => reads !== undefined);
}

function side({ graph, inputs }: Planned, name: string, reads: readonly Read[] = []): Side {
  const node = graph.node(name);
  const document = inputsDocument(node, inputs.circumstances);
  return { document, answer: inputs.now, told: () => inputs.telling?.today(node, document, reads) };
}

/** What a package is made with: what only one side has, and what is different. */
function members(name: string, before: Planned, after: Planned, differences: ReadonlyMap<string, Difference>) {
  const [then, now] = [before.graph.node(name), after.graph.node(name)];
  const isDifferent = (field: 'staged' | 'contents') => (member: string) => {
    const [step, stepNow] = [before.steps.get(member), after.steps.get(member)];
    if (step?.kind !== 'cached' || stepNow?.kind !== 'cached') return differences.get(member)?.kind !== 'same';
    if (field === 'staged')
      return step.result.output !== stepNow.result.output || then.placeOf(member) !== now.placeOf(member);
    return differ(contentKey(step.result), contentKey(stepNow.result));
  };
  const came = (['staged', 'contents'] as const).flatMap((field) => {
    const kind = field === 'staged' ? 'dependency' : 'content';
    return [
      ...without(now[field], then[field]).map((member) => memberChange(kind, member, 'added')),
      ...without(then[field], now[field]).map((member) => memberChange(kind, member, 'removed')),
    ];
  });
  const changed = (['staged', 'contents'] as const).flatMap((field) =>
    now[field].filter((member) => then[field].includes(member)).filter(isDifferent(field)),
  );
  return { came, changed: directFirst(now, [...new Set(changed)].sort()) };
}

/** What comes along with a direct dependency need not be told beside it. */
function directFirst({ depends, buildDepends, contents }: Node, names: readonly string[]): readonly string[] {
  const direct = names.filter((name) => [depends, buildDepends, contents].some((part) => part.includes(name)));
  return direct.length > 0 ? direct : names;
}

const without = (names: readonly string[], others: readonly string[]): string[] =>
  names.filter((name) => !others.includes(name));

function memberChange(kind: 'dependency' | 'content', name: string, how: 'added' | 'removed'): Change {
  return kind === 'dependency' ? { kind, name, how } : { kind, name, how, details: [] };
}

const listed = (names: readonly string[]): string =>
  names.length <= 4 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`;
