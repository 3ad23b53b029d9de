import { longestChain, waitedFor } from '../critical-path.ts';
import { barsOf } from '../lanes.ts';
import type { RunRecord } from '../run-record.ts';
import { details } from './details.ts';
import { html } from './dom.ts';
import { graphSection } from './graph.ts';
import { failureSection, header, warningSection } from './header.ts';
import { openSelection } from './selection.ts';
import { tableSection } from './table.ts';
import { timelineSection } from './timeline.ts';

const record = JSON.parse(document.getElementById('record')?.textContent ?? '') as RunRecord;
const selection = openSelection();
const bars = barsOf(record.packages);
const paths = { waited: waitedFor(record.packages), chain: longestChain(record.packages) };

const search = html('input', {
  type: 'search',
  placeholder: 'Search packages',
  'aria-label': 'Search packages by name, verdict, reason or key',
  'aria-keyshortcuts': '/',
});
search.addEventListener('input', () => selection.seek(search.value));
document.addEventListener('keydown', (event) => {
  const isTyping = event.target instanceof HTMLInputElement;
  if (event.key === '/' && !isTyping && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    search.focus();
  } else if (event.key === 'Escape') {
    search.value = '';
    selection.seek('');
    selection.choose(undefined);
  }
});

const sections = [
  failureSection(record),
  bars.length > 0 && timelineSection(record, bars, paths, selection),
  tableSection(record, paths, selection),
  graphSection(record, selection),
  warningSection(record),
].filter((each) => each !== undefined && each !== false);

const links = sections.map((each) => {
  const title = each.querySelector('h2')?.firstChild?.textContent ?? '';
  return html('a', { href: `#${each.id}` }, title);
});
const footer = html(
  'footer',
  {},
  html(
    'p',
    {},
    'This page is of the last run here that built something or failed: a run that finds everything done leaves it as it is. ',
    ...(record.before === undefined
      ? []
      : ['The report before it is ', html('a', { href: record.before }, record.before), '. ']),
    'The same run as a trace, for ui.perfetto.dev or chrome://tracing, is in trace.json beside it.',
  ),
);
document.body.replaceChildren(
  header(record, paths.chain),
  html('nav', { 'aria-label': 'Parts of the report' }, html('div', { class: 'links' }, ...links), search),
  html('main', {}, ...sections),
  footer,
  details(record, selection),
);
document.documentElement.dataset['ready'] = 'true';
