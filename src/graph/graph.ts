import { Failure } from '../base/failure.ts';
import type { LoadedRecipe } from '../recipe/load.ts';
import { closure, inOrder, type Next, reachable, walkDeep } from './walk.ts';

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
  /** The same as places in the graph's `names`; in a great graph there are millions of them. */
  readonly stagedAt: Uint32Array;
  /** Where its build sees the tree of one of them. */
  placeOf(name: string): StagingPlace;
  /** The recipe whose prepared source tree it builds from, mostly its own; undefined when it has no source. */
  readonly source: LoadedRecipe | undefined;
}

/** Tools of the build machine are in the toolchain, what is made for the target is in the sysroot. */
export type StagingPlace = 'toolchain' | 'sysroot';

/** An immutable graph of packages. */
export interface Graph {
  readonly root: string;
  /** All names, sorted. */
  readonly names: readonly string[];
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
  const names = [...packages.keys()].sort();
  const places = new Map(names.map((name, at) => [name, at]));
  const placesOf = (some: readonly string[]) => some.map((name) => places.get(name) ?? 0);
  const relations = names.map(get);
  const contents = relations.map((each) => contentsOf(each, get));
  const needs = relations.map((each, at) => needsOf(each, contents[at] ?? none));
  const followers: number[][] = names.map(() => []);
  for (const [at, needed] of needs.entries()) for (const each of placesOf(needed)) followers[each]?.push(at);
  const order = inOrder(followers, () => refuseCycle(root, names, (name) => needs[places.get(name) ?? 0] ?? none, get));

  const depends = relations.map((each) => placesOf(each.depends));
  const behind = reachable(order, depends);
  const nodes = new Map<string, Node>();
  const isForTarget = isTarget(get);
  const whole: Whole = { names, placeOf: (name) => (isForTarget(name) ? 'sysroot' : 'toolchain') };
  for (const at of order) {
    const [name = '', each] = [names[at], relations[at]];
    if (each === undefined) continue;
    const direct =
      each.buildDepends.length === 0 ? undefined : [...(depends[at] ?? []), ...placesOf(each.buildDepends)];
    nodes.set(name, nodeOf(name, each, contents[at] ?? none, behind(at, direct), whole));
  }
  const dependents = followers.map((each) => each.map((at) => names[at] ?? ''));
  const node = (name: string): Node => {
    const found = nodes.get(name);
    if (found === undefined) throw new TypeError(`${name} is not in the graph`);
    return found;
  };
  return {
    root,
    names,
    order: [...nodes.values()],
    node,
    needs: (name) => needs[places.get(name) ?? -1] ?? none,
    neededBy: (name) => dependents[places.get(name) ?? -1] ?? none,
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

const none: readonly string[] = [];

const sorted = (names: readonly string[]): readonly string[] => (names.length < 2 ? names : [...names].sort());

/** What is the same for all nodes of a graph. */
type Whole = Pick<Graph, 'names'> & Pick<Node, 'placeOf'>;

function nodeOf(
  name: string,
  { loaded, source, depends, buildDepends, runDepends }: Relations,
  contents: readonly string[],
  stagedAt: Uint32Array,
  { names, placeOf }: Whole,
): Node {
  return {
    name,
    loaded,
    runsOn: loaded.recipe.runsOn ?? 'target',
    depends: sorted(depends),
    buildDepends: sorted(buildDepends),
    runDepends: sorted(runDepends),
    contents,
    get staged() {
      return Array.from(stagedAt, (at) => names[at] ?? '');
    },
    stagedAt,
    placeOf,
    source,
  };
}

function contentsOf({ contains }: Relations, get: Get): readonly string[] {
  if (contains.length === 0) return none;
  return closure(contains, (each) => [...get(each).depends, ...get(each).runDepends], isTarget(get));
}

const isTarget = (get: Get) => (name: string) => get(name).loaded.recipe.runsOn !== 'build';

/** Staged packages are not listed one by one: those beyond the direct ones come through them. */
function needsOf({ depends, buildDepends }: Relations, contents: readonly string[]): readonly string[] {
  const lists = [depends, buildDepends, contents].filter(({ length }) => length > 0);
  if (lists.length < 2) return sorted(lists[0] ?? none);
  return [...new Set(lists.flat())].sort();
}

/** Throws the first cycle on a way from the root. */
function refuseCycle(root: string, names: readonly string[], needs: Next, get: Get): void {
  walkDeep([root, ...names], needs, {
    leave() {},
    cycle(way) {
      throw cycleFailure(way, get);
    },
  });
}

function cycleFailure(cycle: readonly string[], get: Get): Failure {
  const [first = '', second = ''] = cycle;
  const { loaded } = get(first);
  return new Failure('dependency-cycle', `packages depend on each other: ${cycle.join(' -> ')}`, {
    place: loaded.place('depends', second) ?? loaded.place('buildDepends', second),
    hint: 'remove one of these dependencies; what is needed only at run time belongs in runDepends',
  });
}
