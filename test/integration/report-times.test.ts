import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { longestChain } from '../../src/report/critical-path.ts';
import type { Activity } from '../../src/report/event.ts';
import { recordRun } from '../../src/report/record.ts';
import type { TimedEvent } from '../../src/report/run-record.ts';
import { hasBrowser } from '../support/browser.ts';
import { type ReportPages, reportPages } from '../support/report-pages.ts';
import { smallSystem, type ToldRun, toldRun } from '../support/told-runs.ts';

let reports: ReportPages;
beforeAll(async () => {
  reports = await reportPages();
});
afterAll(() => reports.close());

const shown = (run: ToldRun) => reports.shown(run);

describe.skipIf(!hasBrowser)('where the time of a run went', () => {
  test('what the end waited for is marked in the timeline and the table, and told in order', async () => {
    await using page = await shown(toldRun(smallSystem));
    const listed = await page.evaluate<string[]>(
      `[...document.querySelectorAll('.path.waited li button')].map((each) => each.dataset.package)`,
    );
    expect(listed[0]).toBe('binutils');
    expect(listed).toContain('gcc');
    expect(listed.at(-1)).toBe('release');
    const marked = (what: string) =>
      page.evaluate<string[]>(
        `[...new Set([...document.querySelectorAll('${what}')].map((each) => each.dataset.package))].sort()`,
      );
    expect(await marked('tr.waited')).toEqual(listed.toSorted());
    expect(await marked('.bar.waited')).toEqual(listed.toSorted());
    expect(await page.evaluate(`document.querySelector('.legend .waited').textContent`)).toBe(
      'what the end waited for',
    );
  });

  test('the longest chain has marks, a list and a figure of its own', async () => {
    const run = toldRun(smallSystem);
    await using page = await shown(run);
    const names = longestChain(recordRun(run.events, run.about).packages).links.map((link) => link.package);
    expect(names).toContain('gcc');
    const listed = (what: string) =>
      page.evaluate<string[]>(
        `[...new Set([...document.querySelectorAll('${what}')].map((each) => each.dataset.package))]`,
      );
    expect(await listed('.path.chain li button')).toEqual(names);
    expect((await listed('.bar.chain')).sort()).toEqual(names.toSorted());
    expect((await listed('tr.chain')).sort()).toEqual(names.toSorted());
    expect(await page.evaluate(`document.body.innerText`)).not.toMatch(/critical path/i);
    expect(await page.evaluate(`document.querySelector('.figures').textContent`)).toContain('Longest chain');
  });

  test('what a package waited for is a hatched bar that says so, and no work in the list', async () => {
    const about = toldRun([{ name: 'a' }]).about;
    const activity = (at: number, what: Activity, detail?: string) =>
      ({ at, event: { event: 'activity', package: 'a', activity: what, ...(detail && { detail }) } }) as const;
    const { events } = toldRun([{ name: 'a', seconds: 10 }]);
    const [start] = events;
    if (start === undefined) throw new Error('there is a start');
    const ended = { ...events.findLast(({ event }) => event.event === 'package'), at: 436 } as TimedEvent;
    const told = [start, activity(1, 'unpack'), activity(2, 'wait', 'process 7 in /b'), activity(426, 'build'), ended];
    await using page = await shown({ events: told, about });
    const [bar = '', background] = await page.evaluate<string[]>(
      `[document.querySelector('.bar.wait').title, getComputedStyle(document.querySelector('.bar.wait')).backgroundImage]`,
    );
    expect(bar).toBe('waiting for process 7 in /b');
    expect(background).toContain('repeating-linear-gradient');
    expect(await page.evaluate(`document.querySelector('.path.waited li').innerText`)).toMatch(
      /1.00 s waiting.*7:04 waiting for process 7 in \/b.*a 11 s/s,
    );
  });

  test('a run that did all has a ratio to the least possible, and one that failed none; both say to the second when', async () => {
    const texts = async (parts: Parameters<typeof toldRun>[0]) => {
      await using page = await shown(toldRun(parts));
      return await page.evaluate<[string, string]>(
        `['header .figures', 'header .facts'].map((each) => document.querySelector(each).textContent)`,
      );
    };
    const [done, facts] = await texts(smallSystem);
    expect(done).toContain('Wall / bound');
    expect(facts).toMatch(/:04:00.*(UTC|GMT|[A-Z]{3,4})/);
    const [failed] = await texts(smallSystem.map((part) => ({ ...part, fails: part.name === 'musl' })));
    expect(failed).toContain('Longest chain');
    expect(failed).not.toContain('Wall / bound');
  });

  test('time in which nobody looked at the machine is a gap, and idle in the average of the whole run', async () => {
    const { events, about } = toldRun([{ name: 'a', seconds: 97 }]);
    const rest = events.filter(({ event }) => event.event !== 'sample');
    const samples = [1, 2, 3, 50, 51, 52, 53].map(
      (at): TimedEvent => ({ at, event: { event: 'sample', busy: 2, free: 4e9, seconds: 1 } }),
    );
    await using page = await shown({ events: [...samples, ...rest].sort((a, b) => a.at - b.at), about });
    expect(await page.evaluate(`document.querySelector('.chart.cpu .line').getAttribute('d').split('M').length`)).toBe(
      3,
    );
    expect(await page.evaluate(`document.querySelector('.chart.cpu span').textContent`)).toMatch(
      /machine: at least 0\.1 of 2 cores/,
    );
  });
});
