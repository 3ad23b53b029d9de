import { Failure, throwCollected } from '../base/failure.ts';
import { partOf } from '../graph/graph.ts';
import { foreignPackage, planTarget } from '../make/plan-target.ts';
import type { TargetOptions } from '../options.ts';
import type { Read } from '../store/store.ts';

/**
 * `mk key <board> <product> <package>`: everything that a package's result depends on, as JSON with sorted members, so
 * that two of them can be compared line by line: the key and its document, and what the hooks read of the configuration
 * (`null` as long as there is no result).
 */
export async function keyCommand(options: TargetOptions & { readonly package: string }): Promise<number> {
  const planned = await planTarget(options);
  const { graph, inputs, plan } = planned;
  const name = options.package;
  throwCollected(foreignPackage(name, planned));
  const steps = plan();
  const step = steps.get(name);
  if (step?.key === undefined || step.document === undefined) {
    const missing = partOf(graph, [name]).order.filter((node) => node.name !== name && isMissing(steps.get(node.name)));
    throw new Failure('usage', `${name}: what it uses has to be built before its key is known`, {
      detail: `to be built: ${missing.map((node) => node.name).join(', ')}`,
      hint: `run \`mk ${options.board} ${options.product}\` first`,
    });
  }
  const reads = inputs.store.find(step.key, inputs.now)?.reads;
  const shown = { key: step.key, document: step.document(), reads: reads === undefined ? null : sorted(reads) };
  process.stdout.write(`${JSON.stringify(withSortedMembers(shown), undefined, 2)}\n`);
  return 0;
}

const isMissing = (step: { readonly kind: 'cached' | 'run' } | undefined): boolean => step?.kind === 'run';

const sorted = (reads: readonly Read[]): readonly Read[] =>
  reads.toSorted((a, b) => (`${a.kind} ${a.name}` < `${b.kind} ${b.name}` ? -1 : 1));

function withSortedMembers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withSortedMembers);
  if (value === null || typeof value !== 'object') return value;
  const members = Object.entries(value).map(([name, member]) => [name, withSortedMembers(member)] as const);
  return Object.fromEntries(members.sort(([a], [b]) => (a < b ? -1 : 1)));
}
