import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isTemporary, removeTree } from '../base/files.ts';
import { catchInterrupts, type Interrupts } from '../base/interrupt.ts';
import { awaitLock } from '../base/lock.ts';
import { startJobServer } from '../build/jobserver.ts';
import type { MkEvent } from '../report/event.ts';
import { openListeners } from './listeners.ts';
import { openWorkshop, sourcesOf } from './open-workshop.ts';
import { openRunReport } from './run-report.ts';
import type { Sources } from './sources.ts';
import type { PlannedRun, Workshop } from './workshop.ts';

/** A build root that is ours alone, with all that work on it needs. */
export interface Site {
  readonly workshop: Workshop;
  readonly sources: Sources;
  readonly interrupt: Interrupts;
  tell(event: MkEvent): void;
  /** Leaves the build root and the terminal to others; everything else stays until the work is done. */
  leave(): void;
}

/**
 * Does work on the build root of a target, and closes everything that was opened for it, however the work ends.
 * When another mk has the build root, this one says so and waits. On the terminal only those events are seen that `isShown`
 * lets through.
 */
export async function atSite<T>(
  run: PlannedRun,
  work: (site: Site) => Promise<T>,
  isShown: (event: MkEvent) => boolean = () => true,
): Promise<T> {
  const { options, store, buildRoot } = run;
  const report = openRunReport(
    run,
    (message, detail) => tell({ event: 'warning', message, detail }),
    (file) => note(`report: ${file}`),
  );
  const { tell, note, leaveTerminal, close } = openListeners(options, { buildRoot, isShown, more: [report.listener] });
  const interrupt = catchInterrupts(() =>
    tell({
      event: 'warning',
      message: 'interrupted: finishing what runs; once more stops it',
      isInterrupt: true,
    }),
  );
  try {
    const lock = await awaitLock(join(buildRoot.dir, '.mk', 'lock'), {
      signal: interrupt.signal,
      onWait: (holder) => tell({ event: 'waiting', for: `${buildRoot.dir}, in use by another mk (process ${holder})` }),
    });
    let isOurs = true;
    const leave = () => {
      if (!isOurs) return;
      isOurs = false;
      leaveTerminal();
      report.close();
      lock.release();
    };
    removeLeftovers(buildRoot.dir);
    const jobServer = startJobServer(store.workDir('.jobs'), options.jobs);
    try {
      tell({
        event: 'start',
        board: run.target.board,
        product: run.target.product,
        release: run.reading.osRelease,
        jobs: options.jobs,
        store: store.dir,
        sandbox: run.sandbox.level === 'namespaces' ? 'sandbox: namespaces' : `no sandbox (${run.sandbox.why})`,
      });
      if (run.sandbox.level === 'none' && options.sandbox === 'auto')
        tell({
          event: 'warning',
          message: 'hooks see all of this machine: results are not used where there is a sandbox',
        });
      const workshop = openWorkshop(run, jobServer, tell);
      return await work({ workshop, sources: sourcesOf(run, workshop, interrupt.signal), interrupt, tell, leave });
    } finally {
      jobServer.close();
      store.close();
      leave();
    }
  } finally {
    interrupt.forget();
    close();
  }
}

/** What mk was writing into the build root when it was killed. */
function removeLeftovers(dir: string): void {
  for (const part of ['.', '.mk', '.mk/packages', 'deploy']) {
    const path = join(dir, part);
    if (!existsSync(path)) continue;
    for (const name of readdirSync(path)) if (isTemporary(name)) removeTree(join(path, name));
  }
}
