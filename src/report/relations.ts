import type { RelatedPackage } from './run-record.ts';

/** Why a package needs another one; several may hold. */
export type RelationKind = 'build' | 'run' | 'contains';

/** One package needs another one. */
export interface Relation {
  readonly from: string;
  readonly to: string;
  readonly kinds: readonly RelationKind[];
}

const kinds: readonly RelationKind[] = ['build', 'run', 'contains'];

/** Every pair of packages of which the first needs the second, in the order of the packages and then by name. */
export function relationsAmong(packages: readonly RelatedPackage[]): readonly Relation[] {
  const names = new Set(packages.map(({ name }) => name));
  return packages.flatMap((each) => {
    const needed = [...new Set(kinds.flatMap((kind) => each[kind]))].filter((name) => names.has(name)).sort();
    return needed.map((to) => ({ from: each.name, to, kinds: kinds.filter((kind) => each[kind].includes(to)) }));
  });
}

/** Which names can be reached from `start` by at most `depth` relations, itself included: what it needs, or what needs it. */
export function reachable(
  start: string,
  relations: readonly Relation[],
  direction: 'needs' | 'needed by',
  depth = Number.POSITIVE_INFINITY,
): ReadonlySet<string> {
  const next = new Map<string, string[]>();
  for (const { from, to } of relations) {
    const [here, there] = direction === 'needs' ? [from, to] : [to, from];
    const list = next.get(here);
    if (list === undefined) next.set(here, [there]);
    else list.push(there);
  }
  const found = new Set([start]);
  let edge: readonly string[] = [start];
  for (let step = 0; step < depth && edge.length > 0; step++) {
    edge = [...new Set(edge.flatMap((name) => next.get(name) ?? []))].filter((name) => !found.has(name));
    for (const name of edge) found.add(name);
  }
  return found;
}

/** Beyond this many names, finding out what is implied takes too much memory. */
const mostNames = 5000;

/**
 * The relations that do not follow from others: who needs a package and something that needs that package needs it
 * anyway. `names` come each after what they need; relations against that order stay.
 */
export function withoutImplied(names: readonly string[], relations: readonly Relation[]): readonly Relation[] {
  if (names.length > mostNames) return relations;
  const places = new Map(names.map((name, at) => [name, at]));
  const place = (name: string) => places.get(name) ?? 0;
  const words = Math.ceil(names.length / 32);
  const reached = names.map(() => new Uint32Array(words));
  const byFrom = Map.groupBy(relations, ({ from }) => from);
  const kept = new Set<Relation>();
  for (const [at, name] of names.entries()) {
    const own = reached[at] ?? new Uint32Array(words);
    // What comes later in the order may bring what comes earlier, never the other way round.
    const latestFirst = (byFrom.get(name) ?? []).toSorted((a, b) => place(b.to) - place(a.to));
    for (const relation of latestFirst) {
      const to = place(relation.to);
      if (to >= at) kept.add(relation);
      if (to >= at || has(own, to)) continue;
      kept.add(relation);
      reached[to]?.forEach((bits, word) => {
        own[word] = (own[word] ?? 0) | bits;
      });
      own[to >> 5] = (own[to >> 5] ?? 0) | (1 << (to & 31));
    }
  }
  return relations.filter((relation) => kept.has(relation));
}

const has = (bits: Uint32Array, at: number): boolean => (((bits[at >> 5] ?? 0) >>> (at & 31)) & 1) === 1;
