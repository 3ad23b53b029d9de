/** Numbers of one thing that was measured several times. */
export interface Figures {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** One line of a table: what it is about, then figures or plain values by column. */
export type Row = Readonly<Record<string, string | number | Figures>>;

/** What a benchmark found, ready to be shown and to be kept. */
export interface Table {
  readonly title: string;
  readonly rows: readonly Row[];
}

/** One benchmark, in a file of its own and listed in main.ts. */
export interface Benchmark {
  readonly name: string;
  /** Takes so long that it runs only when somebody names it or wants all. */
  readonly isLong?: boolean;
  run(options: BenchOptions): Promise<readonly Table[]>;
}

export interface BenchOptions {
  /** How often each thing is measured. */
  readonly rounds: number;
  /** Sizes are cut down, to see that the benchmark itself works. */
  readonly isQuick: boolean;
  /** A directory with distfiles, where the benchmark wants some. */
  readonly distfiles: string | undefined;
  /** A temporary directory of the benchmark's own. */
  readonly dir: string;
  /** Says what is going on. */
  say(text: string): void;
}

/**
 * Measures all variants once in every round, so that a machine that is busy for a while is so for all of them.
 * A variant returns its own time in milliseconds, or nothing when all of it is to be timed.
 */
export async function measure<Name extends string>(
  rounds: number,
  variants: Readonly<Record<Name, () => Promise<number | undefined> | number | undefined>>,
): Promise<Readonly<Record<Name, Figures>>> {
  const names = Object.keys(variants) as Name[];
  const times = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    // Nobody is always the one who comes after the other.
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const started = performance.now();
      const own = await variants[name]();
      times.get(name)?.push(own ?? performance.now() - started);
    }
  }
  return Object.fromEntries(names.map((name) => [name, figures(times.get(name) ?? [])])) as Record<Name, Figures>;
}

/** Median and extremes of at least one number. */
export function figures(values: readonly number[]): Figures {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number) => sorted[index] ?? Number.NaN;
  const middle = (sorted.length - 1) / 2;
  return { median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2, least: at(0), most: at(sorted.length - 1) };
}

/** A table as aligned text: figures as the median with how far the others lie from it. */
export function shownTable({ title, rows }: Table): string {
  const columns = Object.keys(rows[0] ?? {});
  const cells = [columns, ...rows.map((row) => columns.map((column) => shownValue(row[column] ?? '')))];
  const widths = columns.map((_, at) => Math.max(...cells.map((line) => line[at]?.length ?? 0)));
  const lines = cells.map((line) => line.map((cell, at) => cell.padStart(widths[at] ?? 0)).join('  '));
  return `${title}\n${lines.join('\n')}\n`;
}

/** The same for a page in Markdown. */
export function markdownTable({ title, rows }: Table): string {
  const columns = Object.keys(rows[0] ?? {});
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const body = rows.map((row) => line(columns.map((column) => shownValue(row[column] ?? ''))));
  return [`${title}:`, '', line(columns), line(columns.map(() => '---')), ...body, ''].join('\n');
}

function shownValue(value: string | number | Figures): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return shortNumber(value);
  const { median, least, most } = value;
  const percent = (part: number) => (median === 0 ? 0 : Math.round((100 * Math.abs(part - median)) / median));
  return `${shortNumber(median)} -${percent(least)}% +${percent(most)}%`;
}

const shortNumber = (value: number): string =>
  Number.isInteger(value) || Math.abs(value) >= 100 ? String(Math.round(value)) : value.toPrecision(3);
