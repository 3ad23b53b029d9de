import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeTree } from '../../src/base/files.ts';
import { htmlOf } from '../../src/report/html.ts';
import { recordRun } from '../../src/report/record.ts';
import { openReport, type Page } from './browser.ts';
import { partsIn } from './report.ts';
import type { ToldRun } from './told-runs.ts';
import { toy, workspace } from './workspace.ts';

/** Reports of told runs, with the page that mk itself has written. */
export interface ReportPages {
  /** Where the one that was shown last lies. */
  readonly file: string;
  /** A browser with the report of a run. */
  shown(run: ToldRun): Promise<Page>;
  close(): void;
}

export async function reportPages(): Promise<ReportPages> {
  const dir = mkdtempSync(join(tmpdir(), 'mk-report-'));
  const file = join(dir, 'report.html');
  await using ws = await workspace({ 'pkg/a/build.ts': toy('build() {}') });
  await ws.build();
  const parts = partsIn(ws.built('report.html') ?? '');
  return {
    file,
    async shown({ events, about }) {
      writeFileSync(file, htmlOf(recordRun(events, about), parts));
      const page = await openReport(file);
      await page.emulate({});
      return page;
    },
    close: () => removeTree(dir),
  };
}
