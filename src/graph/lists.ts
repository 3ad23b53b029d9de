/**
 * For each number from 0 on a list of numbers. A graph may have 100,000 packages: all lists lie in one array, one behind
 * the other, as an array for each would keep the garbage collector busy for longer than all else takes.
 */
export interface Lists {
  /** How many lists there are. */
  readonly size: number;
  /** How long the list of a number is, and what is in it at a place from 0 on. */
  count(of: number): number;
  item(of: number, at: number): number;
  /** Visits what is in the list of a number. */
  each(of: number, visit: (item: number) => void): void;
  /** The list of a number, valid for as long as nothing is added. To make it takes longer than to visit a short one. */
  list(of: number): Uint32Array;
}

/** Lists that are filled one after the other. */
export interface GrowingLists extends Lists {
  /** Adds to the list that is being filled; false for what is in it already. */
  add(item: number): boolean;
  /** Sorts what was added since the last time: it is the list of this number from now on. */
  close(of: number): void;
}

/** Opens lists of the numbers below `size` for each of these; all are empty. */
export function openLists(size: number): GrowingLists {
  const [starts, ends] = [new Uint32Array(size), new Uint32Array(size)];
  /** For each item the number of the list that it was added to last. */
  const added = new Uint32Array(size);
  let lists = 1;
  let items = new Uint32Array(4 * size + 16);
  let [start, end] = [0, 0];
  return {
    ...readable(size, starts, ends, () => items),
    add(item) {
      if (added[item] === lists) return false;
      added[item] = lists;
      if (end === items.length) items = longer(items);
      items[end++] = item;
      return true;
    },
    close(of) {
      sortPart(items, start, end);
      starts[of] = start;
      ends[of] = end;
      start = end;
      lists++;
    },
  };
}

/** For each number those whose lists it is in, sorted. */
export function reversed(lists: Lists): Lists {
  const starts = new Uint32Array(lists.size);
  const ends = new Uint32Array(lists.size);
  const eachItem = (visit: (item: number, of: number) => void) => {
    for (let of = 0; of < lists.size; of++) lists.each(of, (item) => visit(item, of));
  };
  let all = 0;
  eachItem((item) => {
    ends[item] = (ends[item] ?? 0) + 1;
    all++;
  });
  for (let of = 0, start = 0; of < lists.size; of++) {
    starts[of] = start;
    start += ends[of] ?? 0;
    ends[of] = starts[of] ?? 0;
  }
  const items = new Uint32Array(all);
  eachItem((item, of) => {
    const end = ends[item] ?? 0;
    items[end] = of;
    ends[item] = end + 1;
  });
  return readable(lists.size, starts, ends, () => items);
}

const readable = (size: number, starts: Uint32Array, ends: Uint32Array, items: () => Uint32Array): Lists => ({
  size,
  count: (of) => (ends[of] ?? 0) - (starts[of] ?? 0),
  item: (of, at) => items()[(starts[of] ?? 0) + at] ?? 0,
  each(of, visit) {
    const all = items();
    for (let at = starts[of] ?? 0, end = ends[of] ?? 0; at < end; at++) visit(all[at] ?? 0);
  },
  list: (of) => items().subarray(starts[of], ends[of]),
});

function longer(items: Uint32Array): Uint32Array<ArrayBuffer> {
  const copy = new Uint32Array(2 * items.length);
  copy.set(items);
  return copy;
}

/** Most lists are so short that to ask the typed array for it takes longer. */
const shortList = 8;

function sortPart(items: Uint32Array, start: number, end: number): void {
  if (end - start > shortList) {
    items.subarray(start, end).sort();
    return;
  }
  for (let at = start + 1; at < end; at++) {
    const item = items[at] ?? 0;
    let to = at;
    for (; to > start && (items[to - 1] ?? 0) > item; to--) items[to] = items[to - 1] ?? 0;
    items[to] = item;
  }
}
