import { Failure } from '../base/failure.ts';
import { type GrowingLists, type Lists, openLists, reversed } from './lists.ts';
import {
  type Known,
  type Node,
  nodesOf,
  type RelationLists,
  type Relations,
  type StagingPlace,
  textsAt,
} from './node.ts';
import { addReachable, closure, inOrder, reachable, walkDeep } from './walk.ts';

export type { Node, Relations, StagingPlace };

/** An immutable graph of packages. */
export interface Graph {
  readonly root: string;
  /** All names, sorted. */
  readonly names: readonly string[];
  /** Every package once, each after everything it needs; the same for the same recipes. */
  readonly order: readonly Node[];
  node(name: string): Node;
  nodeAt(place: number): Node;
  /** What must be finished before this package is built. */
  needs(name: string): readonly string[];
  /** How many those are, by place. */
  needCountAt(place: number): number;
  /** Packages that need this one, directly. */
  neededBy(name: string): readonly string[];
  /** Visits the same by place, as places. */
  eachNeededBy(place: number, visit: (place: number) => void): void;
}

/** Builds the graph; a cycle is a Failure that shows it as a path. */
export function buildGraph(root: string, packages: ReadonlyMap<string, Relations>): Graph {
  const names = [...packages.keys()].sort();
  const places = new Map<string, number>();
  for (const name of names) places.set(name, places.size);
  const known: Known = {
    names,
    relations: names.map((name) => packages.get(name)).filter((each) => each !== undefined),
    place(name) {
      const place = places.get(name);
      if (place === undefined) throw new TypeError(`${name} is not in the graph`);
      return place;
    },
  };
  const lists = listsIn(known);
  const { depends, needs, followers } = lists;
  const order = inOrder(followers, () => refuseCycle(root, known, needs));
  const nodes = nodesOf(known, lists, stagedIn(known, order, depends));
  const nodeAt = (place: number): Node => {
    const node = nodes[place];
    if (node === undefined) throw new TypeError(`there is no package ${place} in the graph`);
    return node;
  };
  const namesIn = (some: Lists) => (name: string) => {
    const place = places.get(name);
    return place === undefined ? [] : textsAt(some, place, names);
  };
  return {
    root,
    names,
    order: Array.from(order, nodeAt),
    node: (name) => nodeAt(known.place(name)),
    nodeAt,
    needs: namesIn(needs),
    needCountAt: needs.count,
    neededBy: namesIn(followers),
    eachNeededBy: followers.each,
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
    eachNeededBy: (place, visit) =>
      graph.eachNeededBy(place, (each) => {
        if (inside.has(graph.names[each] ?? '')) visit(each);
      }),
  };
}

function listsIn(known: Known): RelationLists {
  const { relations, place } = known;
  const fill = (add: (lists: GrowingLists, each: Relations, at: number) => void): Lists => {
    const lists = openLists(relations.length);
    for (const [at, each] of relations.entries()) {
      add(lists, each, at);
      lists.close(at);
    }
    return lists;
  };
  const depends = fill((lists, each) => {
    for (const name of each.depends) lists.add(place(name));
  });
  const contents = fill((lists, each) => addContents(lists, each, known, depends));
  // Staged packages are not listed one by one: those beyond the direct ones come through them.
  const needs = fill((lists, each, at) => {
    depends.each(at, lists.add);
    for (const name of each.buildDepends) lists.add(place(name));
    contents.each(at, lists.add);
  });
  return { depends, contents, needs, followers: reversed(needs) };
}

/** What an image contains, and all that this needs to run. */
function addContents(lists: GrowingLists, { contains }: Relations, { relations, place }: Known, depends: Lists): void {
  const open = contains.map(place);
  const push = (each: number) => open.push(each);
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const each = relations[at];
    if (each === undefined || each.loaded.recipe.runsOn === 'build' || !lists.add(at)) continue;
    depends.each(at, push);
    for (const name of each.runDepends) open.push(place(name));
  }
}

function stagedIn({ relations, place }: Known, order: Uint32Array, depends: Lists): (place: number) => Uint32Array {
  const behind = reachable(order, depends);
  const withTools = openLists(relations.length);
  for (const [at, { buildDepends }] of relations.entries()) {
    if (buildDepends.length === 0) continue;
    depends.each(at, (each) => addReachable(withTools, behind, each));
    for (const name of buildDepends) addReachable(withTools, behind, place(name));
    withTools.close(at);
  }
  return (at) => (relations[at]?.buildDepends.length === 0 ? behind : withTools).list(at);
}

/** Throws the first cycle on a way from the root. */
function refuseCycle(root: string, { names, relations, place }: Known, needs: Lists): void {
  const next = (name: string) => textsAt(needs, place(name), names);
  walkDeep([root, ...names], next, {
    leave() {},
    cycle(way) {
      throw cycleFailure(way, relations[place(way[0] ?? '')]);
    },
  });
}

function cycleFailure(cycle: readonly string[], first: Relations | undefined): Failure {
  const second = cycle[1] ?? '';
  return new Failure('dependency-cycle', `packages depend on each other: ${cycle.join(' -> ')}`, {
    place: first?.loaded.place('depends', second) ?? first?.loaded.place('buildDepends', second),
    hint: 'remove one of these dependencies; what is needed only at run time belongs in runDepends',
  });
}
