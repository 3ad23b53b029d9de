import { nodeHeight } from '../graph-layers.ts';
import { layoutGraph } from '../graph-layout.ts';
import { boxWidth, styleOf } from '../graph-text.ts';
import { reachable, relationsAmong, withoutImplied } from '../relations.ts';
import type { RunRecord } from '../run-record.ts';
import { html, section, svg } from './dom.ts';
import type { Selection } from './selection.ts';

/** Up to this many packages a graph can be read as a whole. */
const mostAtOnce = 60;

const kinds = { build: 'to build', run: 'only to run', contains: 'held by the image' };

/** Who needs whom: the whole target when it is small, else what is near to one package. */
export function graphSection(record: RunRecord, selection: Selection): HTMLElement {
  const { packages } = record;
  const relations = relationsAmong(packages);
  const names = packages.map(({ name }) => name);
  const verdicts = new Map(packages.map(({ name, verdict }) => [name, verdict]));
  const root = names.at(-1) ?? '';
  const isSmall = packages.length <= mostAtOnce;
  const picker = html('select', { 'aria-label': 'Package in the middle' });
  picker.append(...names.toSorted().map((name) => html('option', { value: name }, name)));
  picker.value = root;
  const reach = html('select', { 'aria-label': 'How much is shown' });
  reach.append(
    ...[
      ['1', 'its direct neighbours'],
      ['2', 'up to two steps away'],
      ['all', 'all that it needs and that needs it'],
      ['target', 'the whole target'],
    ].map(([value, text]) => html('option', { value }, text)),
  );
  reach.value = isSmall ? 'target' : '1';
  const view = html('div', { class: 'scroll graph', tabindex: 0, role: 'region', 'aria-label': 'Dependency graph' });
  const note = html('p', { class: 'facts' });

  const draw = () => {
    const focus = picker.value;
    const steps = reach.value === 'all' || reach.value === 'target' ? Number.POSITIVE_INFINITY : Number(reach.value);
    const near = new Set([
      ...reachable(focus, relations, 'needs', steps),
      ...reachable(focus, relations, 'needed by', steps),
    ]);
    const inside = names.filter((name) => reach.value === 'target' || near.has(name));
    const own = new Set(inside);
    const among = relations.filter(({ from, to }) => own.has(from) && own.has(to));
    const direct = withoutImplied(inside, among);
    const layout = layoutGraph(
      inside.map((name) => ({ name, width: boxWidth(name) })),
      direct,
    );
    const styles = new Map(direct.map((relation) => [`${relation.from}\n${relation.to}`, styleOf(relation)]));
    const lines = layout.edges.map(({ from, to, path }) =>
      svg('path', { class: styles.get(`${from}\n${to}`), d: path, 'data-from': from, 'data-to': to }),
    );
    const boxes = layout.nodes.map(({ name, x, y, width }) => {
      const box = svg(
        'g',
        {
          class: `node ${verdicts.get(name) ?? ''}`,
          'data-package': name,
          tabindex: 0,
          role: 'button',
          'aria-label': `${name}: needs ${among.filter(({ from }) => from === name).length}, needed by ${among.filter(({ to }) => to === name).length}`,
        },
        svg('rect', { x, y, width, height: nodeHeight, rx: 6 }),
        svg('text', { x: x + width / 2, y: y + 17.5, 'text-anchor': 'middle' }, name),
      );
      box.addEventListener('click', () => selection.choose(name));
      box.addEventListener('keydown', (event) => {
        if (event.key !== 'Enter' && event.key !== ' ') return;
        event.preventDefault();
        selection.choose(name);
      });
      return box;
    });
    const { width, height } = layout;
    view.replaceChildren(svg('svg', { width, height, viewBox: `0 0 ${width} ${height}` }, ...lines, ...boxes));
    const left = among.length - direct.length;
    note.textContent = [
      `${inside.length} of ${names.length} packages; what is needed stands to the left of who needs it`,
      left > 0 ? `${left} lines that follow from others are left out` : '',
    ]
      .filter(Boolean)
      .join('; ');
    mark();
    const middle = layout.nodes.find(({ name }) => name === focus);
    if (middle === undefined) return;
    view.scrollTop = middle.y - view.clientHeight / 2;
    view.scrollLeft = middle.x + middle.width / 2 - view.clientWidth / 2;
  };
  const mark = () => {
    const { chosen, sought } = selection;
    const needed = chosen === undefined ? undefined : reachable(chosen, relations, 'needs');
    const users = chosen === undefined ? undefined : reachable(chosen, relations, 'needed by');
    const isNear = (name: string) => needed?.has(name) === true || users?.has(name) === true;
    const isFaint = (name: string) =>
      (needed !== undefined && !isNear(name)) || (sought !== '' && !name.toLowerCase().includes(sought));
    for (const box of view.querySelectorAll<SVGElement>('.node')) {
      const name = box.dataset['package'] ?? '';
      box.classList.toggle('chosen', name === chosen);
      box.classList.toggle('faint', isFaint(name));
    }
    for (const line of view.querySelectorAll<SVGElement>('path')) {
      const [from = '', to = ''] = [line.dataset['from'], line.dataset['to']];
      const isOn = (needed?.has(from) && needed.has(to)) || (users?.has(from) && users.has(to));
      line.classList.toggle('on', isOn === true);
      line.classList.toggle('faint', needed !== undefined && isOn !== true);
    }
  };
  picker.addEventListener('change', () => {
    if (reach.value === 'target') mark();
    selection.choose(picker.value);
  });
  reach.addEventListener('change', draw);
  selection.onChange(() => {
    const { chosen } = selection;
    const isElsewhere = chosen !== undefined && chosen !== picker.value;
    if (chosen !== undefined) picker.value = chosen;
    if (!isDrawn) return;
    if (isElsewhere && reach.value !== 'target') draw();
    else mark();
  });
  // A large one takes its time, and most readers begin further up.
  let isDrawn = false;
  const seen = new IntersectionObserver(
    (entries) => {
      if (isDrawn || !entries.some(({ isIntersecting }) => isIntersecting)) return;
      isDrawn = true;
      seen.disconnect();
      draw();
    },
    { rootMargin: '400px' },
  );
  seen.observe(view);
  const legend = Object.entries(kinds).map(([kind, text]) =>
    html('li', {}, svg('svg', { width: 28, height: 8 }, svg('path', { class: kind, d: 'M1 4H27' })), text),
  );
  return section(
    'graph',
    'Graph',
    html(
      'div',
      { class: 'bar-head' },
      html('ul', { class: 'legend lines' }, ...legend),
      html('div', { class: 'controls' }, picker, reach),
    ),
    view,
    note,
  );
}
