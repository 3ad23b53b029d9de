import { duration } from '../duration.ts';
import type { PackageRecord, RunRecord } from '../run-record.ts';
import { secondsOf, workOf } from '../steps.ts';
import { html, section } from './dom.ts';
import { bytesText, shareText } from './figures.ts';
import { type Marks, marksOf, markTexts, type Paths } from './paths.ts';
import type { Selection } from './selection.ts';

interface Column {
  readonly title: string;
  /** What it sorts by; undefined sorts to the end. */
  readonly value: (about: PackageRecord) => number | string | undefined;
  /** How a number is shown; texts are shown as they are. */
  readonly show?: (value: number) => string;
  readonly isAlwaysShown?: boolean;
}

const activities = ['wait', 'fetch', 'unpack', 'prepare', 'build', 'deploy', 'store'] as const;
const kinds = ['waited', 'chain'] as const;
const signs = { waited: '◆', chain: '▬' } as const;
const verdicts = ['built', 'cached', 'failed', 'skipped', 'unfinished'] as const;

/** What is known of every package, to be sorted and searched. */
export function tableSection(record: RunRecord, paths: Paths, selection: Selection): HTMLElement {
  const { packages } = record;
  const marks = marksOf(paths);
  const columns = columnsFor(record);
  const rows = packages.map((about) => ({ about, row: rowOf(about, columns, marks, selection) }));
  const texts = new Map(
    packages.map((about) => [
      about.name,
      [about.name, about.version, about.verdict, about.reason, about.key].join(' ').toLowerCase(),
    ]),
  );
  const body = html('tbody', {}, ...rows.map(({ row }) => row));
  const count = html('output', { class: 'count', 'aria-live': 'polite' });
  const legend = kinds.flatMap((kind) =>
    marks[kind].size === 0
      ? []
      : [
          html(
            'span',
            { class: 'count' },
            html('span', { class: `mark ${kind}` }, signs[kind]),
            ` ${markTexts[kind]} `,
          ),
        ],
  );
  const shownVerdicts = new Set<string>();

  const filter = () => {
    let shown = 0;
    for (const { about, row } of rows) {
      const isWanted = shownVerdicts.size === 0 || shownVerdicts.has(about.verdict);
      row.hidden = !isWanted || !texts.get(about.name)?.includes(selection.sought);
      row.classList.toggle('chosen', about.name === selection.chosen);
      if (!row.hidden) shown++;
    }
    count.textContent = shown === rows.length ? `${shown} packages` : `${shown} of ${rows.length} packages`;
  };
  const chips = verdicts.flatMap((verdict) => {
    const number = packages.filter((about) => about.verdict === verdict).length;
    if (number === 0 || number === packages.length) return [];
    const chip = html(
      'button',
      { type: 'button', class: `chip ${verdict}`, 'aria-pressed': 'false' },
      `${number} ${verdict}`,
    );
    chip.addEventListener('click', () => {
      const isOn = !shownVerdicts.delete(verdict);
      if (isOn) shownVerdicts.add(verdict);
      chip.setAttribute('aria-pressed', String(isOn));
      filter();
    });
    return [chip];
  });
  const heads = columns.map((column) =>
    html('th', { scope: 'col', class: column.show && 'number' }, html('button', { type: 'button' }, column.title)),
  );
  const sortBy = (at: number, isDescending: boolean) => {
    const column = columns[at];
    if (column === undefined) return;
    for (const head of heads) head.removeAttribute('aria-sort');
    heads[at]?.setAttribute('aria-sort', isDescending ? 'descending' : 'ascending');
    rows.sort((a, b) => compare(column.value(a.about), column.value(b.about), isDescending));
    body.append(...rows.map(({ row }) => row));
  };
  for (const [at, head] of heads.entries()) {
    head.querySelector('button')?.addEventListener('click', () => {
      const before = head.getAttribute('aria-sort');
      // Numbers are looked at from the greatest on.
      const isNumber = columns[at]?.show !== undefined;
      sortBy(at, before === null ? isNumber : before === 'ascending');
    });
  }
  selection.onChange(filter);
  filter();
  sortBy(
    columns.findIndex(({ title }) => title === 'time'),
    true,
  );
  return section(
    'packages',
    'Packages',
    html('div', { class: 'bar-head' }, html('div', { class: 'chips' }, ...chips), html('div', {}, ...legend, count)),
    html(
      'div',
      { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Table of packages' },
      html('table', {}, html('thead', {}, html('tr', {}, ...heads)), body),
    ),
  );
}

/** A column that has nothing to tell of this run is left out. */
function columnsFor({ packages, image }: RunRecord): Column[] {
  const all: readonly Column[] = [
    { title: 'package', value: ({ name }) => name, isAlwaysShown: true },
    { title: 'version', value: ({ version }) => version },
    { title: 'verdict', value: ({ verdict }) => verdict, isAlwaysShown: true },
    { title: 'time', value: ({ steps }) => workOf(steps) || undefined, show: duration, isAlwaysShown: true },
    { title: 'expected', value: ({ expected }) => expected, show: duration },
    { title: 'why', value: ({ reason }) => reason, isAlwaysShown: true },
    ...activities.map((activity): Column => {
      return { title: activity, value: ({ steps }) => secondsOf(steps, activity) || undefined, show: duration };
    }),
    { title: 'CPU', value: ({ usage }) => usage?.cpu, show: duration },
    { title: 'peak memory', value: ({ usage }) => usage?.memory, show: bytesText },
    { title: 'deploy tree', value: ({ size }) => size, show: bytesText },
    {
      title: 'of the image',
      value: ({ imageBytes }) => (imageBytes === undefined ? undefined : imageBytes / Math.max(1, image?.bytes ?? 1)),
      show: shareText,
    },
    { title: 'key', value: ({ key }) => key?.slice(0, 8) },
  ];
  return all.filter(
    ({ isAlwaysShown, value }) => isAlwaysShown || packages.some((about) => value(about) !== undefined),
  );
}

function rowOf(about: PackageRecord, columns: readonly Column[], marks: Marks, selection: Selection) {
  const { name, verdict } = about;
  const own = kinds.filter((kind) => marks[kind].has(name));
  const cells = columns.map((column) => {
    const value = column.value(about);
    if (column.title === 'package') {
      const button = html('button', { type: 'button', title: 'Show in the graph and the timeline' }, name);
      button.addEventListener('click', () => selection.choose(name));
      const shown = own.map((kind) => html('span', { class: `mark ${kind}`, title: markTexts[kind] }, signs[kind]));
      return html('th', { scope: 'row' }, button, ...shown);
    }
    if (column.title === 'verdict') return html('td', {}, html('span', { class: `verdict ${verdict}` }, verdict));
    if (typeof value === 'number') return html('td', { class: 'number' }, column.show?.(value) ?? String(value));
    return html('td', { class: column.title }, value ?? '');
  });
  return html('tr', { 'data-package': name, class: own.join(' ') }, ...cells);
}

function compare(a: number | string | undefined, b: number | string | undefined, isDescending: boolean): number {
  if (a === b) return 0;
  if (a === undefined) return 1;
  if (b === undefined) return -1;
  return (a < b ? -1 : 1) * (isDescending ? -1 : 1);
}
