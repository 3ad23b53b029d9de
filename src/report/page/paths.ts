import type { Chain, Pause, Waited } from '../critical-path.ts';
import { duration } from '../duration.ts';
import { html } from './dom.ts';
import type { Selection } from './selection.ts';

/** Two ways through a run: what its end really waited for, and what would hold it up whatever the number of jobs. */
export interface Paths {
  readonly waited: readonly Waited[];
  readonly chain: Chain;
}

/** The names of the packages on each of them. */
export type Marks = Readonly<Record<keyof Paths, ReadonlySet<string>>>;

/** What the marks of each are called. */
export const markTexts = { waited: 'what the end waited for', chain: 'longest chain' } as const;

export const marksOf = ({ waited, chain }: Paths): Marks => ({
  waited: new Set(waited.map((each) => each.package)),
  chain: new Set(chain.links.map((each) => each.package)),
});

/** Both as lists from the first package to the last, with what each took. */
export function pathLists({ waited, chain }: Paths, selection: Selection): HTMLElement[] {
  const lists = [
    list(
      'waited',
      'What the end waited for',
      waited.map(({ package: name, pauses, seconds }) => [
        ...pauses.filter((pause) => pause.seconds >= shortest).map(pauseOf),
        link(name, seconds, selection),
      ]),
    ),
    list(
      'chain',
      'The longest chain of packages that need each other',
      chain.links.map(({ package: name, seconds }) => [link(name, seconds, selection)]),
    ),
  ];
  return lists.filter((each) => each !== undefined);
}

/** Shorter pauses, in seconds, tell nobody anything. */
const shortest = 0.5;

function list(kind: keyof Paths, title: string, items: readonly (readonly HTMLElement[])[]): HTMLElement | undefined {
  if (items.length === 0) return undefined;
  const list = html('ol', {}, ...items.map((parts) => html('li', {}, ...parts)));
  return html('div', { class: `path ${kind}` }, html('h3', {}, title), list);
}

function link(name: string, seconds: number, selection: Selection): HTMLElement {
  const time = html('b', {}, duration(seconds));
  const button = html('button', { type: 'button', 'data-package': name }, name, ' ', time);
  button.addEventListener('click', () => selection.choose(name));
  return button;
}

const pauseOf = ({ for: reason, seconds }: Pause): HTMLElement =>
  html('span', { class: 'pause' }, `${duration(seconds)} waiting${reason === undefined ? '' : ` for ${reason}`}`);
