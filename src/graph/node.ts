import type { LoadedRecipe } from '../recipe/load.ts';
import type { Lists } from './lists.ts';

/** One package of the graph. All lists hold names of packages (providers are resolved) and are sorted. */
export interface Node {
  readonly name: string;
  /** Its place in the graph's `names`. */
  readonly at: number;
  readonly loaded: LoadedRecipe;
  readonly runsOn: 'build' | 'target';
  readonly depends: readonly string[];
  readonly buildDepends: readonly string[];
  readonly runDepends: readonly string[];
  /** What its image holds: `contains` and everything that needs to run. */
  readonly contents: readonly string[];
  /** Whose deploy trees its build sees: direct dependencies and all that those depend on. */
  readonly staged: readonly string[];
  /** The same as places; in a great graph there are millions of them. */
  readonly stagedAt: Uint32Array;
  /** Where its build sees the tree of one of them. */
  placeOf(name: string): StagingPlace;
  /** The recipe whose prepared source tree it builds from, mostly its own; undefined when it has no source. */
  readonly source: LoadedRecipe | undefined;
}

/** Tools of the build machine are in the toolchain, what is made for the target is in the sysroot. */
export type StagingPlace = 'toolchain' | 'sysroot';

/** The relations of one package as its recipe names them, with providers resolved; some may be named twice. */
export interface Relations {
  readonly loaded: LoadedRecipe;
  readonly source: LoadedRecipe | undefined;
  readonly depends: readonly string[];
  readonly buildDepends: readonly string[];
  readonly runDepends: readonly string[];
  readonly contains: readonly string[];
}

/** Packages by their places, which are numbers from 0 on in the order of the names. */
export interface Known {
  readonly names: readonly string[];
  readonly relations: readonly Relations[];
  place(name: string): number;
}

/** The relations of all packages as places. */
export interface RelationLists {
  readonly depends: Lists;
  readonly contents: Lists;
  readonly needs: Lists;
  readonly followers: Lists;
}

/** The nodes of a graph by place. */
export function nodesOf(
  known: Known,
  { depends, contents }: RelationLists,
  stagedAt: Whole['stagedAt'],
): readonly Node[] {
  const { names, relations, place } = known;
  const placeOf = (name: string): StagingPlace =>
    relations[place(name)]?.loaded.recipe.runsOn === 'build' ? 'toolchain' : 'sysroot';
  const whole: Whole = { names, stagedAt, placeOf };
  return relations.map(
    (each, at) => new PlacedNode(at, each, textsAt(depends, at, names), textsAt(contents, at, names), whole),
  );
}

/** What is the same for all nodes of a graph. */
interface Whole {
  readonly names: readonly string[];
  readonly stagedAt: (place: number) => Uint32Array;
  readonly placeOf: Node['placeOf'];
}

/** A class for the sake of its accessors: made anew for each node, they take longer than all the rest of the graph. */
class PlacedNode implements Node {
  readonly name: string;
  readonly at: number;
  readonly loaded: LoadedRecipe;
  readonly runsOn: 'build' | 'target';
  readonly depends: readonly string[];
  readonly buildDepends: readonly string[];
  readonly runDepends: readonly string[];
  readonly contents: readonly string[];
  readonly source: LoadedRecipe | undefined;
  readonly placeOf: Node['placeOf'];
  readonly #whole: Whole;

  constructor(at: number, given: Relations, depends: readonly string[], contents: readonly string[], whole: Whole) {
    this.name = whole.names[at] ?? '';
    this.at = at;
    this.loaded = given.loaded;
    this.runsOn = given.loaded.recipe.runsOn ?? 'target';
    this.depends = depends;
    this.buildDepends = sorted(given.buildDepends);
    this.runDepends = sorted(given.runDepends);
    this.contents = contents;
    this.source = given.source;
    this.placeOf = whole.placeOf;
    this.#whole = whole;
  }

  get stagedAt(): Uint32Array {
    return this.#whole.stagedAt(this.at);
  }

  get staged(): readonly string[] {
    return Array.from(this.stagedAt, (place) => this.#whole.names[place] ?? '');
  }
}

const sorted = (names: readonly string[]): readonly string[] => (names.length < 2 ? names : [...new Set(names)].sort());

/** The names at the places in a list. */
export function textsAt(lists: Lists, of: number, names: readonly string[]): readonly string[] {
  if (lists.count(of) === 0) return none;
  const texts: string[] = [];
  lists.each(of, (place) => texts.push(names[place] ?? ''));
  return texts;
}

const none: readonly string[] = [];
