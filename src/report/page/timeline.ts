import type { Waited } from '../critical-path.ts';
import { type Bar, laneCount } from '../lanes.ts';
import type { RunRecord } from '../record.ts';
import { charts } from './charts.ts';
import { html, section } from './dom.ts';
import { durationText } from './figures.ts';
import type { Selection } from './selection.ts';
import { openZoom } from './zoom.ts';

/** Pixels from one lane to the next. */
const rowHeights = { job: 24, fetch: 15 };
const steps = ['fetch', 'unpack', 'prepare', 'build', 'deploy', 'store'] as const;

/** What was at work when, in lanes, below how busy the machine was; it can be zoomed and moved. */
export function timelineSection(
  record: RunRecord,
  bars: readonly Bar[],
  path: readonly Waited[],
  selection: Selection,
): HTMLElement {
  const critical = new Set(path.map((each) => each.package));
  const versions = new Map(record.packages.map(({ name, verdict }) => [name, verdict]));
  const [jobs, fetches] = [laneCount(bars, 'job'), laneCount(bars, 'fetch')];
  const jobsBottom = jobs * rowHeights.job;
  const buttons = bars.map((bar, at) => {
    const isCritical = bar.kind === 'job' && critical.has(bar.package);
    const button = html(
      'button',
      {
        type: 'button',
        class: `bar ${bar.kind} ${versions.get(bar.package) ?? ''}${isCritical ? ' critical' : ''}`,
        'data-package': bar.package,
        'aria-label': `${bar.package}, ${bar.steps.map(({ activity }) => activity).join(', ')}, ${durationText(bar.to - bar.from)}${isCritical ? ', on the critical path' : ''}`,
        // One stop for the Tab key; the arrow keys go on from there.
        tabindex: at === 0 ? 0 : -1,
      },
      html('span', {}, bar.package),
    );
    const width = Math.max(bar.to - bar.from, 0);
    button.style.left = percent(bar.from / record.seconds);
    button.style.width = percent(width / record.seconds);
    button.style.top = `${bar.kind === 'job' ? bar.lane * rowHeights.job : jobsBottom + groupGap + bar.lane * rowHeights.fetch}px`;
    button.style.backgroundImage = colours(bar);
    button.addEventListener('click', () => selection.choose(bar.package));
    return button;
  });
  moveByArrows(bars, buttons);
  const lanes = html(
    'div',
    { class: 'lanes', role: 'group', 'aria-label': 'Packages at work, in order of their beginning' },
    ...buttons,
  );
  lanes.style.height = `${jobsBottom + (fetches > 0 ? groupGap + fetches * rowHeights.fetch : 0)}px`;
  if (fetches > 0) {
    const label = html('span', { class: 'group' }, 'downloads');
    label.style.top = `${jobsBottom}px`;
    lanes.append(label);
  }
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
    html('div', { class: 'bar-head' }, legend(bars), zoom.controls),
    zoom.view,
    path.length > 0 && pathList(path, selection),
  );
}

const groupGap = 22;

const percent = (part: number): string => `${Number.isFinite(part) ? part * 100 : 0}%`;

/** Each step in its colour, as hard stops of a gradient: one element for each bar is enough. */
function colours({ steps: parts, from, to }: Bar): string {
  const length = Math.max(to - from, 1e-9);
  const stops = parts.map(
    (step) => `var(--${step.activity}) ${percent((step.from - from) / length)} ${percent((step.to - from) / length)}`,
  );
  return `linear-gradient(to right, ${stops.join(', ')})`;
}

function legend(bars: readonly Bar[]): HTMLElement {
  const seen = new Set(bars.flatMap((bar) => bar.steps.map(({ activity }) => activity)));
  const items = steps.filter((step) => seen.has(step)).map((step) => html('li', { class: step }, step));
  return html('ul', { class: 'legend' }, ...items, html('li', { class: 'critical' }, 'critical path'));
}

function pathList(path: readonly Waited[], selection: Selection): HTMLElement {
  const items = path.map(({ package: name, waited, seconds }) => {
    const button = html(
      'button',
      { type: 'button', 'data-package': name },
      name,
      ' ',
      html('b', {}, durationText(seconds)),
    );
    button.addEventListener('click', () => selection.choose(name));
    const pause = waited >= 0.5 && html('span', { class: 'pause' }, `${durationText(waited)} waiting`);
    return html('li', {}, pause, button);
  });
  return html('div', { class: 'path' }, html('h3', {}, 'What the end waited for'), html('ol', {}, ...items));
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
