import type { Change } from '../plan/change.ts';
import type { PlannedTarget } from './plan-target.ts';

/** These say how mk was called or where it ran, not that something else is wanted. */
const isOfTheRun = ({ kind }: Change): boolean =>
  ['asked', 'gone', 'machine', 'sandbox', 'unknown', 'working-tree'].includes(kind);

/**
 * Each package that today would be made from something else than what is shown in the build root, with the reason; none
 * when the image there is what recipes and configuration say.
 */
export function outdated({ plan, buildRoot, graph }: PlannedTarget): readonly string[] {
  const steps = plan();
  const changed = [...steps.values()].flatMap((step) =>
    step.kind === 'run' && !step.changes.every(isOfTheRun) ? [`${step.node.name} (${step.reason})`] : [],
  );
  const root = steps.get(graph.root);
  const isOther = root?.kind === 'cached' && root.result.output !== buildRoot.previous(graph.root)?.output;
  return isOther ? [`${graph.root} (another one was built last)`] : changed;
}
