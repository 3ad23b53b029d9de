import type { RunRecord } from '../record.ts';
import { html, svg } from './dom.ts';
import { bytesText } from './figures.ts';

const chartHeight = 48;

/** How busy the processors were and how much memory was in use, over the time of the run; nothing without samples. */
export function charts({ samples, seconds, cores }: RunRecord): HTMLElement[] {
  if (samples.length < 2 || seconds === 0) return [];
  const mostFree = samples.reduce((most, [, , free]) => Math.max(most, free), 1);
  const busiest = samples.reduce((most, [, busy]) => Math.max(most, busy), cores);
  const mean = samples.reduce((sum, [, busy]) => sum + busy, 0) / samples.length;
  const leastFree = samples.reduce((least, [, , free]) => Math.min(least, free), mostFree);
  return [
    chart(
      'cpu',
      samples.map(([at, busy]) => [at / seconds, busy / busiest]),
      [`CPU: ${mean.toFixed(1)} of ${cores} cores busy on average`],
    ),
    chart(
      'memory',
      samples.map(([at, , free]) => [at / seconds, 1 - free / mostFree]),
      [`memory: at most ${bytesText(mostFree - leastFree)} more in use than at the least`],
    ),
  ];
}

function chart(
  name: string,
  points: readonly (readonly [x: number, y: number])[],
  [label = '']: readonly string[],
): HTMLElement {
  const place = ([x, y]: readonly [number, number]) => `${(x * 1000).toFixed(2)} ${((1 - y) * chartHeight).toFixed(2)}`;
  const line = points.map(place).join('L');
  const [first, last] = [points[0]?.[0] ?? 0, points.at(-1)?.[0] ?? 0];
  const area = `M${first * 1000} ${chartHeight}L${line}L${(last * 1000).toFixed(2)} ${chartHeight}Z`;
  const drawing = svg(
    'svg',
    { viewBox: `0 0 1000 ${chartHeight}`, preserveAspectRatio: 'none', role: 'img', 'aria-label': label },
    svg('path', { class: 'area', d: area }),
    svg('path', { class: 'line', d: `M${line}`, 'vector-effect': 'non-scaling-stroke' }),
  );
  return html('div', { class: `chart ${name}` }, drawing, html('span', {}, label));
}
