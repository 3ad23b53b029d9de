import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { removeTree } from '../../src/base/files.ts';
import { longestChain } from '../../src/report/critical-path.ts';
import type { Activity } from '../../src/report/event.ts';
import { htmlOf, type PageParts } from '../../src/report/html.ts';
import { recordRun, type TimedEvent } from '../../src/report/record.ts';
import { hasBrowser, openReport, type Page } from '../support/browser.ts';
import { partsIn } from '../support/report.ts';
import { manyPackages, smallSystem, type ToldRun, toldRun } from '../support/told-runs.ts';
import { toy, workspace } from '../support/workspace.ts';

let dir: string;
let parts: PageParts;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'mk-report-'));
  await using ws = await workspace({ 'pkg/a/build.ts': toy('build() {}') });
  await ws.build();
  parts = partsIn(ws.built('report.html') ?? '');
});
afterAll(() => removeTree(dir));

/** A browser with the report of a run. */
async function shown({ events, about }: ToldRun): Promise<Page> {
  const file = join(dir, 'report.html');
  writeFileSync(file, htmlOf(recordRun(events, about), parts));
  const page = await openReport(file);
  await page.emulate({});
  return page;
}

const rows = `[...document.querySelectorAll('#packages tbody tr')].filter((row) => !row.hidden).map((row) => row.dataset.package)`;
const range = `['from', 'to'].map((name) => Number(document.querySelector('.view').dataset[name]))`;

describe.skipIf(!hasBrowser)('the report in a browser', () => {
  test('is drawn without a complaint and asks for nothing', async () => {
    await using page = await shown(toldRun(smallSystem));
    expect(await page.evaluate(`document.querySelector('h1').textContent`)).toBe('qemu-x86_64 minimal');
    expect(await page.evaluate(`document.querySelectorAll('#graph .node').length`)).toBe(0);
    await page.evaluate(`document.getElementById('graph').scrollIntoView()`);
    // It is drawn when it comes into sight.
    await page.evaluate(`new Promise((done) => {
      const look = () => (document.querySelector('#graph .node') ? done() : requestAnimationFrame(look));
      look();
    })`);
    expect(await page.evaluate(`document.querySelectorAll('#graph .node').length`)).toBe(smallSystem.length);
    expect(page.complaints).toEqual([]);
    expect(page.requests).toEqual([pathToFileURL(join(dir, 'report.html')).href]);
  });

  test('searching leaves the packages that match, by name, version or reason', async () => {
    await using page = await shown(toldRun(smallSystem));
    expect(await page.evaluate<string[]>(rows)).toHaveLength(smallSystem.length);
    await page.press('/');
    await page.type('Linux');
    expect((await page.evaluate<string[]>(rows)).sort()).toEqual(['linux', 'linux-headers']);
    expect(await page.evaluate(`document.querySelector('.bar[data-package="gcc"]').classList.contains('faint')`)).toBe(
      true,
    );
    await page.press('Escape');
    expect(await page.evaluate<string[]>(rows)).toHaveLength(smallSystem.length);
  });

  test('a column sorts the table, and once more the other way round', async () => {
    await using page = await shown(toldRun(smallSystem));
    const names = smallSystem.map(({ name }) => name).sort();
    await page.evaluate(`document.querySelector('#packages thead button').click()`);
    expect(await page.evaluate<string[]>(rows)).toEqual(names);
    await page.evaluate(`document.querySelector('#packages thead button').click()`);
    expect(await page.evaluate<string[]>(rows)).toEqual(names.toReversed());
  });

  test('the timeline zooms by button, key and wheel, and a wheel keeps the time under the pointer', async () => {
    await using page = await shown(toldRun(smallSystem));
    const [from = 0, to = 0] = await page.evaluate<number[]>(range);
    expect(from).toBe(0);
    await page.evaluate(`document.querySelector('[aria-label="Zoom in"]').click()`);
    const [left = 0, right = 0] = await page.evaluate<number[]>(range);
    expect(right - left).toBeCloseTo((to - from) / 1.5, 0);
    expect((left + right) / 2).toBeCloseTo((from + to) / 2, 0);

    await page.evaluate(`document.querySelector('.view').focus()`);
    await page.press('0');
    expect(await page.evaluate<number[]>(range)).toEqual([from, to]);
    await page.press('+');
    expect((await page.evaluate<number[]>(range))[1]).toBeLessThan(to);
    await page.press('0');

    const { x, y, width } = await page.evaluate<{ x: number; y: number; width: number }>(
      `document.querySelector('.view').scrollIntoView({ block: 'center' }), document.querySelector('.view').getBoundingClientRect().toJSON()`,
    );
    await page.wheel(x + width / 4, y + 40, -200);
    const [begin = 0, end = 0] = await page.evaluate<number[]>(`new Promise((done) => {
      const view = document.querySelector('.view');
      const look = () => (Number(view.dataset.to) < ${to} ? done(${range}) : requestAnimationFrame(look));
      look();
    })`);
    expect(begin + (end - begin) / 4).toBeCloseTo(to / 4, -1);
  });

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

  test('the keyboard goes from bar to bar, and what it is on is told', async () => {
    await using page = await shown(toldRun(smallSystem));
    await page.evaluate(`document.querySelector('.bar[tabindex="0"]').focus()`);
    const focused = `document.activeElement.dataset.package`;
    const first = await page.evaluate<string>(focused);
    await page.press('End');
    expect(await page.evaluate(focused)).toBe('release');
    expect(await page.evaluate(`document.querySelector('.details').textContent`)).toContain('release');
    await page.press('Home');
    expect(await page.evaluate(focused)).toBe(first);
    expect(await page.evaluate(`document.querySelectorAll('.bar[tabindex="0"]').length`)).toBe(1);
  });

  test('a package that is chosen in the table is shown in its neighbourhood of a large graph', async () => {
    await using page = await shown(toldRun(manyPackages(300)));
    await page.evaluate(`document.getElementById('graph').scrollIntoView()`);
    const drawn = `[...document.querySelectorAll('#graph .node')].map((each) => each.dataset.package)`;
    await page.evaluate(`new Promise((done) => {
      const look = () => (document.querySelector('#graph .node') ? done() : requestAnimationFrame(look));
      look();
    })`);
    await page.evaluate(`document.querySelector('tr[data-package="package-40"] button').click()`);
    const names = await page.evaluate<string[]>(drawn);
    expect(names).toEqual(
      expect.arrayContaining(['package-40', 'package-20', 'package-33', 'package-80', 'package-47']),
    );
    expect(names.length).toBeLessThan(10);
    expect(await page.evaluate(`document.querySelector('#graph .chosen').dataset.package`)).toBe('package-40');
  });

  test('a thousand packages are drawn too', async () => {
    await using page = await shown(toldRun(manyPackages(1000), { jobs: 8 }));
    expect(await page.evaluate<string[]>(rows)).toHaveLength(1000);
    expect(await page.evaluate(`document.querySelectorAll('.bar.job').length`)).toBe(1000);
    expect(page.complaints).toEqual([]);
  });

  test('nothing that a package, a reason or a log says is run or drawn as HTML', async () => {
    const attack = `</script><img src=x onerror="window.hit=1"><script>window.hit=1</script>"'><b>bold`;
    const hostile = smallSystem.map((part) =>
      part.name === 'openssl' ? { ...part, version: attack, fails: true } : part,
    );
    const { events, about } = toldRun(hostile, { reason: attack });
    const warned = { at: 1, event: { event: 'warning', message: attack, detail: attack } } as const;
    const printed = events.map((each) =>
      each.event.event === 'failure'
        ? { ...each, event: { ...each.event, message: attack, detail: attack, hint: attack } }
        : each,
    );
    await using page = await shown({ events: [...printed, warned], about });
    await page.evaluate(`document.querySelector('tr[data-package="openssl"] button').click()`);
    expect(await page.evaluate(`document.querySelectorAll('img, b:not(.path b)').length`)).toBe(0);
    expect(await page.evaluate(`document.querySelector('#failures pre').textContent`)).toBe(attack);
    expect(await page.evaluate(`document.querySelector('.details').textContent`)).toContain(attack);
    expect(await page.evaluate(`String(window.hit)`)).toBe('undefined');
    expect(page.complaints).toEqual([]);
  });

  test.for([
    { width: 1280, dark: false },
    { width: 400, dark: true },
  ])('fits into its window: %j', async (media) => {
    await using page = await shown(toldRun(smallSystem));
    await page.emulate(media);
    expect(await page.evaluate(`document.documentElement.scrollWidth <= innerWidth`)).toBe(true);
    const ground = await page.evaluate<string>(`getComputedStyle(document.body).backgroundColor`);
    expect(ground).toBe(media.dark ? 'rgb(18, 22, 28)' : 'rgb(246, 247, 249)');
  });
});
