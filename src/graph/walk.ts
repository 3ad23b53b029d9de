import { type GrowingLists, type Lists, openLists } from './lists.ts';

/** Gives the names that are one step from a name. */
export type Next = (name: string) => readonly string[];

// A graph may be as deep as it has packages: nothing here calls itself.

/**
 * Calls `leave` for every name that can be reached from `from`, after all that lie behind it; each once, in the order
 * that a recursive walk would have. Behind a name on the way to itself it does not go, but calls `cycle` with that way.
 */
export function walkDeep(
  from: Iterable<string>,
  next: Next,
  { leave, cycle = () => {} }: { leave(name: string): void; cycle?(way: readonly string[]): void },
): void {
  const done = new Set<string>();
  const onWay = new Set<string>();
  const way: { readonly name: string; readonly next: readonly string[]; at: number }[] = [];
  const enter = (name: string) => {
    if (onWay.has(name))
      cycle([...way.slice(way.findIndex((step) => step.name === name)).map((step) => step.name), name]);
    else if (!done.has(name)) {
      onWay.add(name);
      way.push({ name, next: next(name), at: 0 });
    }
  };
  for (const start of from) {
    enter(start);
    for (let step = way.at(-1); step !== undefined; step = way.at(-1)) {
      const following = step.next[step.at++];
      if (following !== undefined) {
        enter(following);
        continue;
      }
      way.pop();
      onWay.delete(step.name);
      done.add(step.name);
      leave(step.name);
    }
  }
}

/** All names that can be reached from `from`, itself included, through those that `enter` lets in; sorted. */
export function closure(from: readonly string[], next: Next, enter: (name: string) => boolean = () => true): string[] {
  const found = new Set<string>();
  const open = [...from];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (found.has(name) || !enter(name)) continue;
    found.add(name);
    for (const following of next(name)) if (!found.has(following)) open.push(following);
  }
  return [...found].sort();
}

/**
 * All numbers from 0 on, each after those that have it among their `followers`; the last numbers come as late as they
 * can. Calls `refuse`, which throws, when there is a cycle.
 */
export function inOrder(followers: Lists, refuse: () => void): Uint32Array {
  const { size } = followers;
  const order = new Uint32Array(size);
  let free = size;
  const [entered, left] = [1, 2];
  const states = new Uint8Array(size);
  // How many of its followers are still to be looked at: the first ones.
  const open = Uint32Array.from(order, (_, of) => followers.count(of));
  const way: number[] = [];
  for (let start = size - 1; start >= 0; start--) {
    if (states[start] === 0) way.push(start);
    for (let of = way.at(-1); of !== undefined; of = way.at(-1)) {
      states[of] = entered;
      const count = open[of] ?? 0;
      if (count === 0) {
        states[of] = left;
        order[--free] = of;
        way.pop();
        continue;
      }
      open[of] = count - 1;
      const following = followers.item(of, count - 1);
      if (states[following] === entered) refuse();
      else if (states[following] !== left) way.push(following);
    }
  }
  return order;
}

/** For every number all those behind its `next`; `order` has each after those. */
export function reachable(order: Uint32Array, next: Lists): Lists {
  const all = openLists(next.size);
  for (const of of order) {
    next.each(of, (each) => addReachable(all, all, each));
    all.close(of);
  }
  return all;
}

/** Adds a number and all that can be reached from it. */
export function addReachable(to: GrowingLists, reached: Lists, from: number): void {
  to.add(from);
  reached.each(from, to.add);
}
