import type { RunRecord } from '../../src/report/run-record.ts';

/** What a report.html holds; fails when it is none. */
export function recordIn(page: string): RunRecord {
  const [, data] = /<script type="application\/json" id="record">(.*?)<\/script>/s.exec(page) ?? [];
  if (data === undefined) throw new Error('this is no report');
  return JSON.parse(data) as RunRecord;
}

/** The script and the style of a report.html. */
export function partsIn(page: string): { readonly script: string; readonly style: string } {
  const [, style = ''] = /<style>(.*?)<\/style>/s.exec(page) ?? [];
  const script = page.slice(page.lastIndexOf('<script>') + '<script>'.length, page.lastIndexOf('</script>'));
  return { script, style };
}
