import { Failure } from '../base/failure.ts';
import type { LoadedRecipe } from '../recipe/load.ts';
import { closure, walkDeep } from './walk.ts';

/** One package of the graph. All lists hold names of packages (providers are resolved) and are sorted. */
export interface Node {
  readonly name: string;
  readonly loaded: LoadedRecipe;
  readonly runsOn: 'build' | 'target';
  readonly depends: readonly string[];
  readonly buildDepends: readonly string[];
  readonly runDepends: readonly string[];
  /** What its image holds: `contains` and everything that needs to run. */
  readonly contents: readonly string[];
  /** Whose deploy trees its build sees: direct dependencies and all that those depend on. */
  readonly staged: readonly string[];
  /** The recipe whose prepared source tree it builds from, mostly its own; undefined when it has no source. */
  readonly source: LoadedRecipe | undefined;
}

/** An immutable graph of packages. */
export interface Graph {
  readonly root: string;
  /** Every package once, each after everything it needs; the same for the same recipes. */
  readonly order: readonly Node[];
  node(name: string): Node;
  /** What must be finished before this package is built. */
  needs(name: string): readonly string[];
  /** Packages that need this one, directly. */
  neededBy(name: string): readonly string[];
}

/** The relations of one package as its recipe names them, with providers resolved. */
export interface Relations {
  readonly loaded: LoadedRecipe;
  readonly source: LoadedRecipe | undefined;
  readonly depends: readonly string[];
  readonly buildDepends: readonly string[];
  readonly runDepends: readonly string[];
  readonly contains: readonly string[];
}

/** Builds the graph; a cycle is a Failure that shows it as a path. */
export function buildGraph(root: string, packages: ReadonlyMap<string, Relations>): Graph {
  const get = (name: string): Relations => {
    const found = packages.get(name);
    if (found === undefined) throw new TypeError(`${name} is not in the graph`);
    return found;
  };
  const nodes = new Map([...packages].map(([name, relations]) => [name, nodeOf(name, relations, get)]));
  const node = (name: string): Node => {
    const found = nodes.get(name);
    if (found === undefined) throw new TypeError(`${name} is not in the graph`);
    return found;
  };
  const needs = new Map([...nodes.values()].map((each) => [each.name, needsOf(each)]));

  const names = [...nodes.keys()].sort();
  const dependents = new Map<string, string[]>(names.map((name) => [name, []]));
  for (const name of names) for (const needed of needs.get(name) ?? []) dependents.get(needed)?.push(name);
  return {
    root,
    order: inOrder(names, dependents, () => refuseCycle(root, needs, get)).map(node),
    node,
    needs: (name) => needs.get(name) ?? [],
    neededBy: (name) => dependents.get(name) ?? [],
  };
}

/** The packages with these names and all that they need, as a graph of their own; its root is the first. */
export function partOf(graph: Graph, names: readonly [string, ...string[]]): Graph {
  const inside = new Set(closure(names, graph.needs));
  return {
    ...graph,
    root: names[0],
    order: graph.order.filter(({ name }) => inside.has(name)),
    neededBy: (name) => graph.neededBy(name).filter((each) => inside.has(each)),
  };
}

type Get = (name: string) => Relations;

function nodeOf(
  name: string,
  { loaded, source, depends, buildDepends, runDepends, contains }: Relations,
  get: Get,
): Node {
  const { recipe } = loaded;
  const direct = [...depends, ...buildDepends];
  const contents = closure(contains, (each) => [...get(each).depends, ...get(each).runDepends], isTarget(get));
  return {
    name,
    loaded,
    runsOn: recipe.runsOn ?? 'target',
    depends: [...depends].sort(),
    buildDepends: [...buildDepends].sort(),
    runDepends: [...runDepends].sort(),
    contents,
    staged: closure(direct, (each) => get(each).depends).filter((each) => each !== name),
    source,
  };
}

const isTarget = (get: Get) => (name: string) => get(name).loaded.recipe.runsOn !== 'build';

/** Staged packages are not listed one by one: those beyond the direct ones come through them. */
function needsOf({ depends, buildDepends, contents }: Node): string[] {
  return [...new Set([...depends, ...buildDepends, ...contents])].sort();
}

/** Throws the first cycle on a way from the root. */
function refuseCycle(root: string, needs: ReadonlyMap<string, readonly string[]>, get: Get): void {
  walkDeep([root, ...[...needs.keys()].sort()], (name) => needs.get(name) ?? [], {
    leave() {},
    cycle(way) {
      throw cycleFailure(way, get);
    },
  });
}

/** Every name after all that it needs; the last names come as late as they can. */
function inOrder(
  names: readonly string[],
  dependents: ReadonlyMap<string, readonly string[]>,
  refuse: () => void,
): readonly string[] {
  const lastFirst: string[] = [];
  walkDeep(names.toReversed(), (name) => dependents.get(name)?.toReversed() ?? [], {
    leave: (name) => lastFirst.push(name),
    cycle: refuse,
  });
  return lastFirst.reverse();
}

function cycleFailure(cycle: readonly string[], get: Get): Failure {
  const [first = '', second = ''] = cycle;
  const { loaded } = get(first);
  return new Failure('dependency-cycle', `packages depend on each other: ${cycle.join(' -> ')}`, {
    place: loaded.place('depends', second) ?? loaded.place('buildDepends', second),
    hint: 'remove one of these dependencies; what is needed only at run time belongs in runDepends',
  });
}
