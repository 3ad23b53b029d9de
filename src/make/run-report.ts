import { existsSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { usableCores } from '../base/cgroup.ts';
import type { Digest } from '../base/digest.ts';
import { writeAtomic } from '../base/files.ts';
import type { Listener, MkEvent } from '../report/event.ts';
import { htmlOf } from '../report/html.ts';
import { recordRun } from '../report/record.ts';
import type { ImageRecord, TimedEvent } from '../report/run-record.ts';
import { traceOf } from '../report/trace.ts';
import { measureImage, relatedPackages } from './target-image.ts';
import type { PlannedRun } from './workshop.ts';

/** Listens to a run, to leave its report in the build root. */
export interface RunReport {
  readonly listener: Listener;
  /** To be called before the build root is left to others. */
  close(): void;
}

/**
 * Leaves `report.html` and `trace.json` in the build root of a run that built something or failed, as soon as it has told
 * its summary, or else when it ends in whatever way. The report that was there becomes `report-before.html`. Where nothing was
 * to be done, all stays as it is. `onFailed` hears where the report of a failed run is. A report that cannot be written is
 * told with `warn`, and is no failure.
 */
export function openRunReport(
  run: PlannedRun,
  warn: (message: string, detail: string) => void,
  onFailed: (file: string) => void,
): RunReport {
  const startedAt = Date.now();
  const heard: TimedEvent[] = [];
  let isNews = false;
  let isWritten = false;
  const write = () => {
    if (!isNews || isWritten) return;
    isWritten = true;
    try {
      const { file, outcome } = writeReport(run, heard, startedAt);
      if (outcome === 'failed') onFailed(file);
    } catch (error) {
      warn('the report of this run could not be written', error instanceof Error ? error.message : String(error));
    }
  };
  // A second interrupt ends the process at once.
  process.on('exit', write);
  return {
    listener(event, at) {
      // How far a download is, is for the screen only.
      if (event.event === 'transfer' && !event.isEnded) return;
      heard.push({ event, at });
      isNews ||= isWork(event);
      if (event.event === 'summary') write();
    },
    close() {
      process.off('exit', write);
      write();
    },
  };
}

/** Whether an event says that the run did, or could not do, what it was asked for. */
function isWork(event: MkEvent): boolean {
  if (event.event === 'package') return event.verdict !== 'cached';
  return event.event === 'activity' && event.activity !== 'fetch' && event.activity !== 'wait';
}

function writeReport(run: PlannedRun, heard: readonly TimedEvent[], startedAt: number) {
  const { graph, buildRoot, options } = run;
  const file = join(buildRoot.dir, 'report.html');
  const before = existsSync(file) ? 'report-before.html' : undefined;
  const about = {
    packages: relatedPackages(graph),
    cores: usableCores(),
    startedAt,
    before,
    image: imageRecord(run, heard),
  };
  const record = recordRun(heard, about);
  const { script, style } = options.installation.page;
  const page = htmlOf(record, { script: readFileSync(script, 'utf8'), style: readFileSync(style, 'utf8') });
  if (before !== undefined) renameSync(file, join(buildRoot.dir, before));
  writeAtomic(file, page);
  writeAtomic(join(buildRoot.dir, 'trace.json'), traceOf(record));
  return { file, outcome: record.outcome };
}

/** Only a run that made all of it knows what is in the image. */
function imageRecord({ graph, store }: PlannedRun, heard: readonly TimedEvent[]): ImageRecord | undefined {
  const outputs = new Map(
    heard.flatMap(({ event }) => (event.event === 'package' ? [[event.package, event.output] as const] : [])),
  );
  if (graph.order.some(({ name }) => outputs.get(name) === undefined)) return undefined;
  const image = measureImage(graph, (name) => store.tree(outputs.get(name) as Digest));
  const packages = Object.fromEntries(image.packages.map(({ package: name, bytes }) => [name, bytes]));
  return { name: image.name, bytes: image.bytes, packed: image.packed, packages };
}
