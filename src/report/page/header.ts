import type { Chain } from '../critical-path.ts';
import { duration } from '../duration.ts';
import type { RecordedFailure, RunRecord } from '../run-record.ts';
import { html, section } from './dom.ts';
import { bytesText } from './figures.ts';

const outcomes = { done: 'Done', failed: 'Failed', interrupted: 'Interrupted' };

/** What was built, how it ended, and the figures of the whole run. */
export function header(record: RunRecord, chain: Chain): HTMLElement {
  const { board, product, release, outcome, startedAt, jobs, cores, sandbox } = record;
  const started = new Date(startedAt).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'long' });
  const facts = [release, started, `${jobs} ${jobs === 1 ? 'job' : 'jobs'} on ${cores} cores`, sandbox];
  return html(
    'header',
    {},
    html(
      'div',
      { class: 'title' },
      html('h1', {}, html('span', { class: 'board' }, board), ' ', product),
      html('span', { class: `outcome ${outcome}` }, outcomes[outcome]),
    ),
    html('p', { class: 'facts' }, facts.filter(Boolean).join(' · ')),
    html('dl', { class: 'figures' }, ...figuresOf(record, chain).map(figure)),
  );
}

interface Figure {
  readonly name: string;
  readonly value: string;
  readonly note: string;
}

function figuresOf({ seconds, outcome, cores, packages, image }: RunRecord, chain: Chain): Figure[] {
  const cpu = packages.reduce((sum, { usage }) => sum + (usage?.cpu ?? 0), 0);
  const bound = Math.max(chain.seconds, cpu / cores);
  const verdicts = (['built', 'cached', 'failed', 'skipped', 'unfinished'] as const).flatMap((verdict) => {
    const count = packages.filter((each) => each.verdict === verdict).length;
    return count === 0 ? [] : [`${count} ${verdict}`];
  });
  return [
    { name: 'Wall time', value: duration(seconds), note: '' },
    cpu > 0 && {
      name: 'CPU time',
      value: duration(cpu),
      note: `${(cpu / Math.max(seconds, 0.001)).toFixed(1)} of ${cores} cores busy with packages on average`,
    },
    chain.seconds > 0 && {
      name: 'Longest chain',
      value: duration(chain.seconds),
      note: `${chain.links.length === 1 ? 'one package' : `${chain.links.length} packages that need each other`}: endless jobs would take as long`,
    },
    // What was left out would have taken time as well.
    outcome === 'done' &&
      bound > 0 && {
        name: 'Wall / bound',
        value: (seconds / bound).toFixed(2),
        note: `the least possible here is ${duration(bound)}: longest chain, or CPU time over cores`,
      },
    { name: 'Packages', value: String(packages.length), note: verdicts.join(', ') },
    image && {
      name: 'Image',
      value: bytesText(image.packed),
      note: `${bytesText(image.bytes)} of files in ${image.name}`,
    },
  ].filter((each) => each !== false && each !== undefined);
}

const figure = ({ name, value, note }: Figure): HTMLElement =>
  html('div', {}, html('dt', {}, name), html('dd', { class: 'value' }, value), html('dd', { class: 'note' }, note));

/** Every failure with what is known of it; undefined when there was none. */
export function failureSection({ failures }: RunRecord): HTMLElement | undefined {
  if (failures.length === 0) return undefined;
  return section('failures', failures.length === 1 ? 'Failure' : `${failures.length} failures`, ...failures.map(card));
}

/** Everything that the run warned of; undefined for nothing. */
export function warningSection({ warnings }: RunRecord): HTMLElement | undefined {
  if (warnings.length === 0) return undefined;
  return section(
    'warnings',
    warnings.length === 1 ? 'Warning' : `${warnings.length} warnings`,
    html('ul', { class: 'warnings' }, ...warnings.map((text) => html('li', {}, text))),
  );
}

function card({ package: name, code, message, place, detail, log, hint }: RecordedFailure): HTMLElement {
  const logged = log && [log.file, log.line].filter((part) => part !== undefined).join(':');
  return html(
    'article',
    { class: 'failure' },
    html('h3', {}, message),
    html('p', { class: 'facts' }, [name, code, place, logged].filter(Boolean).join(' · ')),
    detail !== undefined && html('pre', { tabindex: 0, 'aria-label': 'What was printed' }, detail),
    hint !== undefined && html('p', { class: 'hint' }, hint),
  );
}
