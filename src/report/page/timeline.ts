import { duration } from '../duration.ts';
import { type Bar, type BarKind, laneCount } from '../lanes.ts';
import type { RunRecord } from '../run-record.ts';
import { charts } from './charts.ts';
import { html, section } from './dom.ts';
import { marksOf, markTexts, type Paths, pathLists } from './paths.ts';
import type { Selection } from './selection.ts';
import { openZoom } from './zoom.ts';

/** Pixels from one lane to the next. */
const rowHeights = { job: 24, fetch: 15, wait: 15 };
const steps = ['fetch', 'unpack', 'prepare', 'build', 'deploy', 'store', 'wait'] as const;

/** What was at work when, in lanes, below how busy the machine was; it can be zoomed and moved. */
export function timelineSection(
  record: RunRecord,
  bars: readonly Bar[],
  paths: Paths,
  selection: Selection,
): HTMLElement {
  const marks = marksOf(paths);
  const verdicts = new Map(record.packages.map(({ name, verdict }) => [name, verdict]));
  const { tops, bottom, labels } = groupsOf(bars);
  const buttons = bars.map((bar, at) => {
    const own = bar.kind === 'job' ? kinds.filter((kind) => marks[kind].has(bar.package)) : [];
    const what = bar.kind === 'wait' ? reasonsOf(bar) : bar.steps.map(({ activity }) => activity).join(', ');
    const button = html(
      'button',
      {
        type: 'button',
        class: `bar ${bar.kind} ${[verdicts.get(bar.package), ...own].join(' ')}`,
        'data-package': bar.package,
        'aria-label': [bar.package, what, duration(bar.to - bar.from), ...own.map((kind) => markTexts[kind])].join(
          ', ',
        ),
        title: bar.kind === 'wait' && what,
        // One stop for the Tab key; the arrow keys go on from there.
        tabindex: at === 0 ? 0 : -1,
      },
      html('span', {}, bar.package),
    );
    const width = Math.max(bar.to - bar.from, 0);
    button.style.left = percent(bar.from / record.seconds);
    button.style.width = percent(width / record.seconds);
    button.style.top = `${tops[bar.kind] + bar.lane * rowHeights[bar.kind]}px`;
    if (bar.kind !== 'wait') button.style.backgroundImage = colours(bar);
    button.addEventListener('click', () => selection.choose(bar.package));
    return button;
  });
  moveByArrows(bars, buttons);
  const lanes = html(
    'div',
    { class: 'lanes', role: 'group', 'aria-label': 'Packages at work, in order of their beginning' },
    ...buttons,
    ...labels,
  );
  lanes.style.height = `${bottom}px`;
  const content = html('div', { class: 'content' }, ...charts(record), lanes);
  const zoom = openZoom(content, record.seconds);
  selection.onChange(() => {
    for (const [at, button] of buttons.entries()) {
      const name = bars[at]?.package ?? '';
      button.classList.toggle('chosen', name === selection.chosen);
      button.classList.toggle('faint', selection.sought !== '' && !name.toLowerCase().includes(selection.sought));
    }
  });
  return section(
    'timeline',
    'Timeline',
    html('div', { class: 'bar-head' }, legend(bars, paths), zoom.controls),
    zoom.view,
    ...pathLists(paths, selection),
  );
}

const groupGap = 22;
const kinds = ['waited', 'chain'] as const;

/** Where the lanes of each kind begin; jobs need no name. */
function groupsOf(bars: readonly Bar[]) {
  const tops: Record<BarKind, number> = { job: 0, fetch: 0, wait: 0 };
  const labels: HTMLElement[] = [];
  let bottom = laneCount(bars, 'job') * rowHeights.job;
  for (const [kind, text] of [
    ['fetch', 'downloads'],
    ['wait', 'waiting'],
  ] as const) {
    const count = laneCount(bars, kind);
    if (count === 0) continue;
    const label = html('span', { class: 'group' }, text);
    label.style.top = `${bottom}px`;
    labels.push(label);
    tops[kind] = bottom + groupGap;
    bottom = tops[kind] + count * rowHeights[kind];
  }
  return { tops, bottom, labels };
}

const reasonsOf = ({ steps: waits }: Bar): string =>
  [...new Set(waits.map(({ detail }) => (detail === undefined ? 'waiting' : `waiting for ${detail}`)))].join(', then ');

const percent = (part: number): string => `${Number.isFinite(part) ? part * 100 : 0}%`;

/** Each step in its colour, as hard stops of a gradient: one element for each bar is enough. */
function colours({ steps: parts, from, to }: Bar): string {
  const length = Math.max(to - from, 1e-9);
  const stops = parts.map(
    (step) => `var(--${step.activity}) ${percent((step.from - from) / length)} ${percent((step.to - from) / length)}`,
  );
  return `linear-gradient(to right, ${stops.join(', ')})`;
}

function legend(bars: readonly Bar[], paths: Paths): HTMLElement {
  const seen = new Set(bars.flatMap((bar) => bar.steps.map(({ activity }) => activity)));
  const items = steps.filter((step) => seen.has(step)).map((step) => html('li', { class: step }, step));
  const marks = marksOf(paths);
  const own = kinds.filter((kind) => marks[kind].size > 0);
  return html('ul', { class: 'legend' }, ...items, ...own.map((kind) => html('li', { class: kind }, markTexts[kind])));
}

function moveByArrows(bars: readonly Bar[], buttons: readonly HTMLButtonElement[]): void {
  const moves: Readonly<Record<string, (at: number) => number>> = {
    ArrowRight: (at) => at + 1,
    ArrowLeft: (at) => at - 1,
    ArrowDown: (at) => nearest(bars, at, 1),
    ArrowUp: (at) => nearest(bars, at, -1),
    Home: () => 0,
    End: () => buttons.length - 1,
  };
  for (const [at, button] of buttons.entries()) {
    button.addEventListener('keydown', (event) => {
      const to = buttons[moves[event.key]?.(at) ?? -1];
      if (to === undefined) return;
      event.preventDefault();
      button.tabIndex = -1;
      to.tabIndex = 0;
      to.focus();
    });
  }
}

/** The bar of the next lane that begins nearest to this one. */
function nearest(bars: readonly Bar[], at: number, lanes: 1 | -1): number {
  const from = bars[at];
  if (from === undefined) return -1;
  let best = -1;
  for (const [other, bar] of bars.entries()) {
    if (bar.kind !== from.kind || bar.lane !== from.lane + lanes) continue;
    const known = bars[best];
    if (known === undefined || Math.abs(bar.from - from.from) < Math.abs(known.from - from.from)) best = other;
  }
  return best;
}
