import type { RunRecord, Sample } from '../run-record.ts';
import { html, svg } from './dom.ts';
import { bytesText } from './figures.ts';

const chartHeight = 48;

/** Seconds between two samples that nobody has to be told of. */
const shortGap = 0.5;

type Point = readonly [x: number, y: number];

/** How busy the machine's processors were and how much of its memory was in use, over the time of the run; nothing without samples. */
export function charts({ samples, seconds, cores }: RunRecord): HTMLElement[] {
  if (samples.length < 2 || seconds === 0) return [];
  const mostFree = samples.reduce((most, [, , free]) => Math.max(most, free), 1);
  const busiest = samples.reduce((most, [, busy]) => Math.max(most, busy), cores);
  const leastFree = samples.reduce((least, [, , free]) => Math.min(least, free), mostFree);
  const pieces = piecesOf(samples);
  const lines = (height: (sample: Sample) => number) =>
    pieces.map((piece): readonly Point[] => {
      const [first] = piece;
      const begin: Point[] = first === undefined ? [] : [[(first[0] - first[3]) / seconds, height(first)]];
      return [...begin, ...piece.map((sample): Point => [sample[0] / seconds, height(sample)])];
    });
  return [
    chart(
      'cpu',
      lines(([, busy]) => busy / busiest),
      `CPU of the machine: ${busyText(samples, seconds)} of ${cores} cores busy on average`,
    ),
    chart(
      'memory',
      lines(([, , free]) => 1 - free / mostFree),
      `memory of the machine: at most ${bytesText(mostFree - leastFree)} more in use than at the least`,
    ),
  ];
}

/** Of all the time of the run; what nobody looked at counts as idle. */
function busyText(samples: readonly Sample[], seconds: number): string {
  const work = samples.reduce((sum, [, busy, , span]) => sum + busy * span, 0);
  const seen = samples.reduce((sum, [, , , span]) => sum + span, 0);
  return `${seen < 0.95 * seconds ? 'at least ' : ''}${(work / seconds).toFixed(1)}`;
}

/** Samples that follow each other: between two pieces nobody looked. */
function piecesOf(samples: readonly Sample[]): readonly (readonly Sample[])[] {
  const pieces: Sample[][] = [];
  let end = Number.NEGATIVE_INFINITY;
  for (const sample of samples) {
    const [at, , , span] = sample;
    if (at - span - end > shortGap) pieces.push([]);
    pieces.at(-1)?.push(sample);
    end = at;
  }
  return pieces;
}

function chart(name: string, lines: readonly (readonly Point[])[], label: string): HTMLElement {
  const place = ([x, y]: Point) => `${(x * 1000).toFixed(2)} ${((1 - y) * chartHeight).toFixed(2)}`;
  const drawn = lines.map((line) => line.map(place).join('L'));
  const areas = lines.map((line, at) => {
    const [first = 0, last = 0] = [line[0]?.[0], line.at(-1)?.[0]].map((x) => (x ?? 0) * 1000);
    return `M${first.toFixed(2)} ${chartHeight}L${drawn[at]}L${last.toFixed(2)} ${chartHeight}Z`;
  });
  const drawing = svg(
    'svg',
    { viewBox: `0 0 1000 ${chartHeight}`, preserveAspectRatio: 'none', role: 'img', 'aria-label': label },
    svg('path', { class: 'area', d: areas.join('') }),
    svg('path', { class: 'line', d: drawn.map((line) => `M${line}`).join(''), 'vector-effect': 'non-scaling-stroke' }),
  );
  return html('div', { class: `chart ${name}` }, drawing, html('span', {}, label));
}
