import { Failure } from '../../base/failure.ts';
import { refuseBuildInside } from '../../config/workspace.ts';
import { parseMirrors } from '../../fetch/mirror.ts';
import { type Graph, partOf } from '../../graph/graph.ts';
import { checkMachine, planTarget } from '../../make/plan-target.ts';
import { makePackages } from '../../make/run-plan.ts';
import { atSite } from '../../make/site.ts';
import type { MakeOptions, TargetOptions } from '../../options.ts';
import type { MkEvent } from '../../report/event.ts';
import { factsOf, setChanges, type TreeFacts, treeChanges } from '../../update/compare-trees.ts';

/** The trees of a package and of all that depends on it, as one state of the recipes makes them. */
export interface Outputs {
  readonly digests: ReadonlyMap<string, string>;
  readonly facts: ReadonlyMap<string, TreeFacts>;
}

/** Fails as `buildWithDependants` would before it builds anything. */
export async function requireBuildable(name: string, options: TargetOptions & MakeOptions): Promise<void> {
  await planWith(name, options);
}

async function planWith(name: string, options: TargetOptions & MakeOptions) {
  const planned = await planTarget(options);
  refuseBuildInside(planned.workspace);
  const { graph, target } = planned;
  if (!graph.order.some((node) => node.name === name)) {
    throw new Failure('package-unknown', `${target.board} ${target.product} has no package "${name}" to build`, {
      hint: 'name a board and a product that contain it behind --build',
    });
  }
  checkMachine(planned);
  return planned;
}

/**
 * Builds a package of the target and everything that depends on it. Fails with package-unknown when the target has no
 * such package, with hook-failed when something could not be built, which mk has told on stderr by then.
 */
export async function buildWithDependants(name: string, options: TargetOptions & MakeOptions): Promise<Outputs> {
  const mirrors = parseMirrors(process.env['MK_MIRRORS']);
  const planned = await planWith(name, options);
  const { graph, store } = planned;
  const run = { ...planned, options, mirrors };
  const part = partOf(graph, withDependants(graph, name));
  const failures: string[] = [];
  const made = await atSite(run, async (site) => {
    const tell = (event: MkEvent) => {
      if (event.event === 'failure') failures.push(event.message);
      site.tell(event);
    };
    const { results, counts, seconds, status } = await makePackages(run, { ...site, tell }, part);
    site.tell({ event: 'summary', ...counts, seconds, results: [] });
    return { results, status };
  });
  if (made.status === 130) throw new Failure('interrupted', 'interrupted while building');
  if (made.status !== 0)
    throw new Failure('hook-failed', `${name} or a package that depends on it cannot be built`, {
      detail: failures.join('\n') || undefined,
    });
  const wanted = withDependants(graph, name).flatMap((each) => {
    const output = made.results.get(each)?.output;
    return output === undefined ? [] : [[each, output] as const];
  });
  return {
    digests: new Map(wanted),
    facts: new Map(wanted.map(([each, output]) => [each, factsOf(store.tree(output))])),
  };
}

/** What another version changed in its own tree and in those of its dependants: one line each. */
export function outputChanges(name: string, before: Outputs, after: Outputs): string[] {
  const lines: string[] = [];
  const same: string[] = [];
  for (const [each, facts] of after.facts) {
    const earlier = before.facts.get(each);
    if (earlier === undefined || before.digests.get(each) === after.digests.get(each)) {
      if (each !== name) same.push(each);
      continue;
    }
    const changes = treeChanges(earlier, facts);
    const prefix = each === name ? '' : `${each}: `;
    lines.push(
      ...(changes.length === 0
        ? [`${each}: built anew, with the same content and other modes or times`]
        : changes.map((line) => prefix + line)),
    );
  }
  const gone = setChanges('dependant', new Set(before.facts.keys()), new Set(after.facts.keys()));
  return [...lines, ...gone, ...(same.length === 0 ? [] : [`not changed by it: ${same.join(', ')}`])];
}

/** The package first. */
function withDependants(graph: Graph, name: string): [string, ...string[]] {
  const found = new Set([name]);
  for (const each of found) for (const dependant of graph.neededBy(each)) found.add(dependant);
  return [name, ...[...found].filter((each) => each !== name)];
}
