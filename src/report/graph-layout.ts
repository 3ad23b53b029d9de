import { assignLayers, type LayeredEdge, type LayoutNode, nodeHeight, type Slot } from './graph-layers.ts';

/** A box in its place; x and y are its upper left corner. */
export interface PlacedNode extends LayoutNode {
  readonly x: number;
  readonly y: number;
}

/** A line from the right side of what is needed to the left side of who needs it. */
export interface PlacedEdge {
  readonly from: string;
  readonly to: string;
  /** The `d` of an SVG path. */
  readonly path: string;
}

export interface GraphLayout {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
}

const gaps = { row: 8, bend: 4, column: 64 };
const margin = 12;

/**
 * Places a graph in columns: what is needed stands to the left of whoever needs it. `nodes` come each after what they
 * need; an edge says who (`from`) needs whom (`to`). The same graph always gets the same places.
 */
export function layoutGraph(
  nodes: readonly LayoutNode[],
  edges: readonly { readonly from: string; readonly to: string }[],
): GraphLayout {
  const { columns, lines } = assignLayers(nodes, edges);
  const sorted = orderColumns(columns);
  spread(sorted);
  const left = leftEdges(sorted);
  const top = Math.min(0, ...columns.flat().map(({ y, height }) => y - height / 2));
  for (const slot of columns.flat()) slot.y += margin - top;
  const placed = columns.flatMap((column, at) =>
    column.flatMap((slot) =>
      slot.node === undefined ? [] : [{ ...slot.node, x: left[at] ?? 0, y: slot.y - nodeHeight / 2 }],
    ),
  );
  const width = (left.at(-1) ?? 0) + Math.max(0, ...(columns.at(-1) ?? []).map((slot) => slot.width)) + margin;
  const height = Math.max(0, ...columns.flat().map((slot) => slot.y + slot.height / 2)) + margin;
  const widths = columns.map((column) => Math.max(0, ...column.map((slot) => slot.width)));
  return { width, height, nodes: placed, edges: lines.map((line) => drawn(line, left, widths)) };
}

/** Sorts the columns so that few lines cross: again and again by the middle of what each is joined to, from both sides. */
function orderColumns(columns: Slot[][]): Slot[][] {
  const renumber = (column: Slot[]) => {
    for (const [at, slot] of column.entries()) slot.rank = at;
  };
  columns.forEach(renumber);
  for (let sweep = 0; sweep < 10; sweep++) {
    const side = sweep % 2 === 0 ? 'before' : 'after';
    for (const column of side === 'before' ? columns : columns.toReversed()) {
      const middles = new Map(column.map((slot) => [slot, middle(slot[side].map(({ rank }) => rank)) ?? slot.rank]));
      column.sort((a, b) => (middles.get(a) ?? 0) - (middles.get(b) ?? 0) || a.rank - b.rank);
      renumber(column);
    }
  }
  return columns;
}

function middle(values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined;
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Moves every slot as near as its column allows to what it is joined to. */
function spread(columns: readonly Slot[][]): void {
  for (const column of columns)
    settle(
      column,
      column.map(() => 0),
    );
  for (let pass = 0; pass < 8; pass++) {
    const side = pass % 2 === 0 ? 'before' : 'after';
    for (const column of side === 'before' ? columns : columns.toReversed()) {
      settle(
        column,
        column.map((slot) => middle(slot[side].map(({ y }) => y)) ?? slot.y),
      );
    }
  }
}

/**
 * Gives the slots of a column places as near as possible to the wanted ones, in their order and without overlap. Slots
 * that would overlap become a block, whose place is the mean of what its members want.
 */
function settle(column: readonly Slot[], wanted: readonly number[]): void {
  const blocks: { first: number; count: number; sum: number }[] = [];
  const offsets: number[] = [];
  for (const [at, slot] of column.entries()) {
    const before = column[at - 1];
    const gap = slot.node === undefined || before?.node === undefined ? gaps.bend : gaps.row;
    offsets.push(before === undefined ? 0 : (offsets[at - 1] ?? 0) + (before.height + slot.height) / 2 + gap);
    blocks.push({ first: at, count: 1, sum: (wanted[at] ?? 0) - (offsets[at] ?? 0) });
    for (let last = blocks.at(-1), above = blocks.at(-2); last && above; last = blocks.at(-1), above = blocks.at(-2)) {
      if (above.sum / above.count <= last.sum / last.count) break;
      blocks.splice(-2, 2, { first: above.first, count: above.count + last.count, sum: above.sum + last.sum });
    }
  }
  for (const { first, count, sum } of blocks)
    for (let at = first; at < first + count; at++) {
      const slot = column[at];
      if (slot) slot.y = sum / count + (offsets[at] ?? 0);
    }
}

function leftEdges(columns: readonly Slot[][]): number[] {
  let x = margin;
  return columns.map((column) => {
    const left = x;
    x += Math.max(0, ...column.map(({ width }) => width)) + gaps.column;
    return left;
  });
}

/** Through the places that were kept for it, level where it meets a box. */
function drawn({ from, to, slots }: LayeredEdge, left: readonly number[], widths: readonly number[]): PlacedEdge {
  const parts: string[] = [];
  let [x, y] = [0, 0];
  for (const [at, slot] of slots.entries()) {
    const start = left[slot.column] ?? 0;
    if (at === 0) {
      x = start + slot.width;
      y = slot.y;
      parts.push(`M${round(x)} ${round(y)}`);
      continue;
    }
    const bend = (start - x) / 2;
    parts.push(
      `C${round(x + bend)} ${round(y)} ${round(start - bend)} ${round(slot.y)} ${round(start)} ${round(slot.y)}`,
    );
    x = start;
    y = slot.y;
    if (slot.node === undefined) {
      x = start + (widths[slot.column] ?? 0);
      parts.push(`H${round(x)}`);
    }
  }
  return { from, to, path: parts.join('') };
}

const round = (value: number): number => Math.round(value * 10) / 10;
