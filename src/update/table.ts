import type { UpdateRow } from './check.ts';

/** One line for each package: state, name, its version, the newest one, and what there is to say. */
export function updateTable(rows: readonly UpdateRow[]): string {
  const width = (texts: readonly string[]): number => Math.max(0, ...texts.map((text) => text.length));
  const [states, names, versions, newest] = [
    Math.max(7, width(rows.map((row) => row.state))),
    width(rows.map((row) => row.package)),
    width(rows.map((row) => row.current)),
    width(rows.map((row) => row.newest ?? '')),
  ];
  return rows
    .map((row) => {
      const cells = [row.state.padEnd(states), row.package.padEnd(names), row.current.padEnd(versions)];
      return `${[...cells, (row.newest ?? '').padEnd(newest), remarks(row)].join(' ').trimEnd()}\n`;
    })
    .join('');
}

function remarks({ inSeries, overall, note }: UpdateRow): string {
  const other = overall === inSeries ? undefined : overall;
  const all = [inSeries && `in its series: ${inSeries}`, other && `of all: ${other}`, note];
  return all.filter(Boolean).join('; ');
}
