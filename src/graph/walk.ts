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
