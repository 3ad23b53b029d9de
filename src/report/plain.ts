import { diagnostic } from './diagnostic.ts';
import { duration } from './duration.ts';
import type { Listener, MkEvent } from './event.ts';

/** One line for each change, written with `write`; long work is told when it starts, not only when it ends. */
export function plainLines(write: (text: string) => void): Listener {
  return (event) => {
    const text = lineOf(event);
    if (text !== undefined) write(`${text}\n`);
  };
}

/** What somebody hears who wants to hear of nothing but trouble and the end. */
export function isEssential(event: MkEvent): boolean {
  switch (event.event) {
    case 'warning':
    case 'failure':
    case 'summary':
    case 'check-summary':
      return true;
    case 'package':
      return event.verdict === 'failed';
    case 'checked':
      return event.verdict === 'failed' || event.verdict === 'differs';
    default:
      return false;
  }
}

/** An event in words, on one line or more, of which quoted ones fit into a window of so many columns; undefined for one that is no news. */
export function lineOf(event: MkEvent, columns?: number): string | undefined {
  switch (event.event) {
    case 'start':
      return `mk ${event.board} ${event.product} (${event.release}), ${event.jobs} jobs, ${event.sandbox}, store ${event.store}`;
    case 'plan':
    case 'transfer':
    case 'sample':
      return undefined;
    case 'activity':
      // Neither takes long, or is what anybody looks for in a log.
      if (event.activity === 'wait' || event.activity === 'store') return undefined;
      return `${event.activity.padEnd(7)} ${event.package}${event.detail === undefined ? '' : `  ${event.detail}`}`;
    case 'waiting':
      return `waiting ${event.package === undefined ? '' : `${event.package}  `}for ${event.for}`;
    case 'warning':
      return `warning: ${event.message}${event.detail === undefined ? '' : `\n  | ${event.detail.replaceAll('\n', '\n  | ')}`}`;
    case 'package': {
      const name = event.version === undefined ? event.package : `${event.package} ${event.version}`;
      const after = event.verdict === 'built' || event.verdict === 'failed' ? duration(event.seconds) : event.reason;
      return `${event.verdict.padEnd(7)} ${name.padEnd(28)} ${after}`.trimEnd();
    }
    case 'checked': {
      const name = event.version === undefined ? event.package : `${event.package} ${event.version}`;
      const detail = event.detail.map((text) => `\n  | ${text}`).join('');
      return `${event.verdict.padEnd(7)} ${name.padEnd(28)} ${duration(event.seconds)}${detail}`;
    }
    case 'check-summary': {
      const { same, differs, failed, skipped, seconds } = event;
      const others = [failed > 0 && `, ${failed} failed`, skipped > 0 && `, ${skipped} skipped`].filter(Boolean);
      return `${same} ${same === 1 ? 'package' : 'packages'} the same, ${differs} differ${others.join('')} in ${duration(seconds)}`;
    }
    case 'failure':
      return diagnostic(event, columns);
    case 'summary': {
      const counts = (['built', 'cached', 'failed', 'skipped'] as const)
        .filter((verdict) => event[verdict] > 0)
        .map((verdict) => `${event[verdict]} ${verdict}`);
      return `${counts.join(', ') || 'nothing to do'} in ${duration(event.seconds)}`;
    }
  }
}
