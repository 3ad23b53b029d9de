import { expect, test } from 'vitest';
import { htmlOf } from '../../../src/report/html.ts';
import { recordRun } from '../../../src/report/record.ts';
import { toldRun } from '../../support/told-runs.ts';

const parts = { script: 'draw()', style: 'body {}' };

function recordWith(name: string) {
  const { events, about } = toldRun([{ name, seconds: 1 }]);
  return recordRun(events, about);
}

test('whatever a name holds, nothing in the data ends the script element or begins a comment', () => {
  const name = '</script><script>alert(1)</script><!--';
  const page = htmlOf(recordWith(name), parts);
  const [, data = ''] = /<script type="application\/json" id="record">(.*?)<\/script>/s.exec(page) ?? [];
  expect(JSON.parse(data).packages[0].name).toBe(name);
  expect(data).not.toContain('<');
  expect(page.match(/<script/g)).toHaveLength(2);
});

test('the page may run its own script and nothing else, and asks nobody for anything', () => {
  const page = htmlOf(recordWith('a'), parts);
  expect(page).toContain("default-src 'none'; script-src 'sha256-");
  expect(page).not.toMatch(/unsafe-inline|https?:|src="/);
});
