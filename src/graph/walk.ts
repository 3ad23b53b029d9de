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
export function inOrder(followers: readonly (readonly number[])[], refuse: () => void): readonly number[] {
  const lastFirst: number[] = [];
  const [entered, left] = [1, 2];
  const states = new Uint8Array(followers.length);
  // How many of its followers are done, from the last one on.
  const done = new Uint32Array(followers.length);
  const way: number[] = [];
  for (let start = followers.length - 1; start >= 0; start--) {
    if (states[start] === 0) way.push(start);
    for (let at = way.at(-1); at !== undefined; at = way.at(-1)) {
      states[at] = entered;
      const following = followers[at]?.at(-1 - (done[at] ?? 0));
      if (following === undefined) {
        states[at] = left;
        lastFirst.push(at);
        way.pop();
        continue;
      }
      done[at] = (done[at] ?? 0) + 1;
      if (states[following] === entered) refuse();
      else if (states[following] !== left) way.push(following);
    }
  }
  return lastFirst.reverse();
}

/**
 * For every number all those behind its `next`, sorted; `order` has each after those. The function gives them for one
 * number, or for one that has other steps than its `next`.
 */
export function reachable(
  order: readonly number[],
  next: readonly (readonly number[])[],
): (at: number, steps?: readonly number[]) => Uint32Array {
  const all: Uint32Array[] = [];
  const nothing = new Uint32Array();
  const seen = new Uint32Array(next.length);
  const found = new Uint32Array(next.length);
  let round = 0;
  const collect = (steps: readonly number[]): Uint32Array => {
    if (steps.length === 0) return nothing;
    round++;
    let count = 0;
    const add = (at: number) => {
      if (seen[at] === round) return;
      seen[at] = round;
      found[count++] = at;
    };
    for (const step of steps) {
      add(step);
      for (const at of all[step] ?? nothing) add(at);
    }
    return found.slice(0, count).sort();
  };
  for (const at of order) all[at] = collect(next[at] ?? []);
  return (at, steps) => (steps === undefined ? all[at] : collect(steps)) ?? nothing;
}
