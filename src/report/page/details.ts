import { duration } from '../duration.ts';
import type { PackageRecord, RunRecord } from '../run-record.ts';
import { secondsOf } from '../steps.ts';
import { html } from './dom.ts';
import { bytesText, shareText } from './figures.ts';
import type { Selection } from './selection.ts';

/** A panel that says what is known of the package that the pointer or the focus is on, or that was chosen. */
export function details(record: RunRecord, selection: Selection): HTMLElement {
  const byName = new Map(record.packages.map((each) => [each.name, each]));
  const panel = html('aside', { class: 'details', 'aria-live': 'polite', hidden: true });
  let shown: string | undefined;
  const show = (name: string | undefined) => {
    if (name === shown) return;
    shown = name;
    const about = name === undefined ? undefined : byName.get(name);
    panel.hidden = about === undefined;
    if (about) panel.replaceChildren(...contentOf(about, record));
  };
  const follow = (event: Event) => {
    const { target } = event;
    const name = target instanceof Element ? target.closest('[data-package]')?.getAttribute('data-package') : undefined;
    show(name ?? selection.chosen);
  };
  for (const kind of ['pointerover', 'focusin']) document.addEventListener(kind, follow);
  selection.onChange(() => show(selection.chosen));
  return panel;
}

function contentOf(about: PackageRecord, { image }: RunRecord): HTMLElement[] {
  const { name, version, verdict, reason, steps, expected, isGuess, usage, size, imageBytes, key } = about;
  const rows: (readonly [string, string] | false | undefined)[] = [
    ['why', reason],
    ...[...Map.groupBy(steps, ({ activity, detail }) => [activity, detail].filter(Boolean).join(' for ')).values()].map(
      (parts) => {
        const [{ activity, detail } = { activity: 'wait', detail: undefined } as const] = parts;
        const seconds = secondsOf(parts, activity);
        const time = duration(seconds);
        return seconds >= 0.005 && ([activity, detail === undefined ? time : `${time} for ${detail}`] as const);
      },
    ),
    expected !== undefined && [isGuess ? 'expected (guess)' : 'expected', duration(expected)],
    usage && ['CPU', duration(usage.cpu)],
    usage && ['peak memory', bytesText(usage.memory)],
    size !== undefined && ['deploy tree', bytesText(size)],
    imageBytes !== undefined &&
      image && ['in the image', `${bytesText(imageBytes)}, ${shareText(imageBytes / Math.max(1, image.bytes))}`],
    key !== undefined && ['key', key.slice(0, 16)],
  ];
  return [
    html(
      'h3',
      {},
      [name, version].filter(Boolean).join(' '),
      ' ',
      html('span', { class: `verdict ${verdict}` }, verdict),
    ),
    html(
      'dl',
      {},
      ...rows.flatMap((row) => (row && row[1] !== '' ? [html('dt', {}, row[0]), html('dd', {}, row[1])] : [])),
    ),
  ];
}
