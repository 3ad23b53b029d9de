import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser } from '../support/browser.ts';
import { type ReportPages, reportPages } from '../support/report-pages.ts';
import { manyPackages, smallSystem, type ToldRun, toldRun } from '../support/told-runs.ts';

let reports: ReportPages;
beforeAll(async () => {
  reports = await reportPages();
});
afterAll(() => reports.close());

const shown = (run: ToldRun) => reports.shown(run);

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
    expect(page.requests).toEqual([pathToFileURL(reports.file).href]);
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

  test('all columns of the table are seen in a window of 1400 pixels', async () => {
    await using page = await shown(toldRun(smallSystem));
    await page.emulate({ width: 1400 });
    const heads = await page.evaluate<string[]>(
      `[...document.querySelectorAll('#packages thead th')].map((each) => each.textContent)`,
    );
    expect(heads).toEqual(expect.arrayContaining(['wait', 'fetch', 'prepare', 'store', 'peak memory', 'of the image']));
    expect(heads.at(-1)).toBe('key');
    expect(
      await page.evaluate(
        `(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)(document.querySelector('#packages .scroll'))`,
      ),
    ).toBe(0);
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
