import { duration } from '../duration.ts';
import { html } from './dom.ts';

interface Zoom {
  /** The view with an axis of time above the content. */
  readonly view: HTMLElement;
  readonly controls: HTMLElement;
}

/** What browsers still lay out exactly. */
const widest = 4_000_000;

/**
 * Shows `content`, whose width is that of `seconds`, in a view that can be zoomed with Ctrl and the wheel, with buttons
 * and with + - 0, and be moved by scrolling, dragging and the arrow keys.
 */
export function openZoom(content: HTMLElement, seconds: number): Zoom {
  let factor = 1;
  const axis = html('div', { class: 'axis', 'aria-hidden': 'true' });
  const inner = html('div', { class: 'inner' }, axis, content);
  const view = html(
    'div',
    { class: 'view', tabindex: 0, role: 'region', 'aria-label': 'Timeline; + and - zoom' },
    inner,
  );
  const range = html('output', { class: 'range', 'aria-live': 'polite' });

  const refresh = () => {
    const width = inner.clientWidth;
    if (width === 0) return;
    const [from, to] = [view.scrollLeft, view.scrollLeft + view.clientWidth].map((x) => (x / width) * seconds);
    const [begin, end] = [from ?? 0, Math.min(seconds, to ?? 0)];
    range.textContent = `${duration(begin)} – ${duration(end)}`;
    view.dataset['from'] = begin.toFixed(3);
    view.dataset['to'] = end.toFixed(3);
    axis.replaceChildren(...ticks(begin, end, (view.clientWidth || 1) / 90, seconds));
  };
  /** The time at `anchor`, in pixels from the left of the view, stays where it is. */
  const zoomTo = (wanted: number, anchor = view.clientWidth / 2) => {
    const part = (view.scrollLeft + anchor) / inner.clientWidth;
    factor = Math.min(Math.max(1, wanted), Math.max(1, widest / Math.max(1, view.clientWidth)));
    inner.style.width = `${factor * 100}%`;
    view.scrollLeft = part * inner.clientWidth - anchor;
    refresh();
  };
  view.addEventListener('scroll', refresh, { passive: true });
  new ResizeObserver(refresh).observe(view);
  view.addEventListener(
    'wheel',
    (event) => {
      // A wheel alone scrolls the page; pinching on a touchpad comes as a wheel with Ctrl.
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      zoomTo(factor * Math.exp(-event.deltaY / 200), event.clientX - view.getBoundingClientRect().left);
    },
    { passive: false },
  );
  view.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const wanted = { '+': factor * 1.5, '=': factor * 1.5, '-': factor / 1.5, '0': 1 }[event.key];
    if (wanted === undefined) return;
    event.preventDefault();
    zoomTo(wanted);
  });
  drag(view);
  const button = (label: string, text: string, act: () => void) => {
    const made = html('button', { type: 'button', 'aria-label': label, title: label }, text);
    made.addEventListener('click', act);
    return made;
  };
  const controls = html(
    'div',
    { class: 'controls' },
    range,
    button('Zoom out', '−', () => zoomTo(factor / 1.5)),
    button('Zoom in', '+', () => zoomTo(factor * 1.5)),
    button('Show all', 'all', () => zoomTo(1)),
  );
  return { view, controls };
}

const stepsOfAxis = [
  0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400,
];

function ticks(from: number, to: number, most: number, seconds: number): HTMLElement[] {
  const step = stepsOfAxis.find((each) => (to - from) / each <= most) ?? Math.max(to, 1);
  const first = Math.floor(from / step);
  const count = Math.ceil((to - from) / step) + 1;
  return Array.from({ length: count }, (_, at) => (first + at) * step).flatMap((time) => {
    if (time > seconds) return [];
    const tick = html(
      'span',
      {},
      time === 0 ? '0' : step < 1 ? `${time.toFixed(1)} s` : duration(time).replace('.00', ''),
    );
    tick.style.left = `${(time / seconds) * 100}%`;
    return [tick];
  });
}

/** With the pointer on the background, as touch screens do it by themselves. */
function drag(view: HTMLElement): void {
  view.addEventListener('pointerdown', (down) => {
    if (down.pointerType === 'touch' || down.button !== 0) return;
    const start = view.scrollLeft;
    const move = (event: PointerEvent) => {
      const moved = event.clientX - down.clientX;
      if (Math.abs(moved) > 3) view.classList.add('dragging');
      view.scrollLeft = start - moved;
    };
    const end = () => {
      removeEventListener('pointermove', move);
      view.classList.remove('dragging');
    };
    addEventListener('pointermove', move);
    addEventListener('pointerup', end, { once: true });
  });
}
