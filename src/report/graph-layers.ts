/** A box to place. */
export interface LayoutNode {
  readonly name: string;
  readonly width: number;
}

/** A place in a column: of a box, or of a line that passes between boxes. */
export interface Slot {
  readonly node: LayoutNode | undefined;
  readonly column: number;
  readonly width: number;
  readonly height: number;
  /** What it is joined to in the columns to its left and right. */
  readonly before: Slot[];
  readonly after: Slot[];
  /** Its place among the others of its column. */
  rank: number;
  /** Of its middle. */
  y: number;
}

/** An edge with the slots that it joins, from left to right. */
export interface LayeredEdge {
  readonly from: string;
  readonly to: string;
  readonly slots: readonly Slot[];
}

/** Height of a box. */
export const nodeHeight = 26;
const lineHeight = 6;

/** A graph with more bends than this gets straight lines: nobody could follow them anyway. */
const mostBends = 20_000;

/**
 * Gives every node a column to the right of all that it needs, and keeps a place for an edge in every column that it
 * passes. Edges against the order of the nodes are drawn backwards.
 */
export function assignLayers(
  nodes: readonly LayoutNode[],
  edges: readonly { readonly from: string; readonly to: string }[],
): { readonly columns: Slot[][]; readonly lines: readonly LayeredEdge[] } {
  const places = new Map(nodes.map(({ name }, at) => [name, at]));
  // Each as left and right end.
  const spans = edges.flatMap(({ from, to }) => {
    const [user, needed] = [places.get(from), places.get(to)];
    if (user === undefined || needed === undefined || user === needed) return [];
    return [{ from, to, left: Math.min(user, needed), right: Math.max(user, needed) }];
  });
  const layers = layersOf(nodes.length, spans);
  const columns: Slot[][] = Array.from({ length: Math.max(-1, ...layers) + 1 }, () => []);
  const add = (column: number, node?: LayoutNode): Slot => {
    const size = node === undefined ? { width: 0, height: lineHeight } : { width: node.width, height: nodeHeight };
    const slot: Slot = { node, column, ...size, before: [], after: [], rank: 0, y: 0 };
    columns[column]?.push(slot);
    return slot;
  };
  const slots = nodes.map((node, at) => add(layers[at] ?? 0, node));
  const layerOf = (at: number) => layers[at] ?? 0;
  const bends = spans.reduce((sum, { left, right }) => sum + layerOf(right) - layerOf(left) - 1, 0);
  const lines = spans.map(({ from, to, left, right }): LayeredEdge => {
    const [first, last] = [slots[left], slots[right]];
    if (first === undefined || last === undefined) throw new TypeError('a node without a place');
    const between = bends > mostBends ? 0 : last.column - first.column - 1;
    const passed = Array.from({ length: between }, (_, at) => add(first.column + 1 + at));
    const all = [first, ...passed, last];
    for (const [at, slot] of all.slice(1).entries()) {
      slot.before.push(all[at] ?? first);
      all[at]?.after.push(slot);
    }
    return { from, to, slots: all };
  });
  return { columns, lines };
}

/** The longest way to each node; one that needs nothing stands next to the first that needs it. */
function layersOf(count: number, spans: readonly { readonly left: number; readonly right: number }[]): number[] {
  const layers = new Array<number>(count).fill(0);
  const byRight = Map.groupBy(spans, ({ right }) => right);
  for (let at = 0; at < count; at++)
    for (const { left } of byRight.get(at) ?? []) layers[at] = Math.max(layers[at] ?? 0, (layers[left] ?? 0) + 1);
  const nearest = new Map<number, number>();
  for (const { left, right } of spans)
    nearest.set(left, Math.min(nearest.get(left) ?? Number.POSITIVE_INFINITY, (layers[right] ?? 1) - 1));
  for (const [at, layer] of nearest) if (!byRight.has(at)) layers[at] = layer;
  return layers;
}
