import { setTimeout as wait } from 'node:timers/promises';
import pLimit from 'p-limit';
import { throwCollected } from '../base/failure.ts';
import { refuseBuildInside } from '../config/workspace.ts';
import { parseMirrors } from '../fetch/mirror.ts';
import { partOf } from '../graph/graph.ts';
import { type Checking, checkPackage } from '../make/check-package.ts';
import { openElsewhere } from '../make/elsewhere.ts';
import { checkMachine, foreignPackage, type PlannedTarget, planTarget } from '../make/plan-target.ts';
import { makePackages } from '../make/run-plan.ts';
import { atSite, type Site } from '../make/site.ts';
import type { MakeOptions, TargetOptions } from '../options.ts';
import { runSchedule } from '../plan/schedule.ts';
import type { LoadedRecipe } from '../recipe/load.ts';
import type { CheckVerdict } from '../report/event.ts';

type Names = readonly [string, ...string[]];

/**
 * `mk check <board> <product> [package…]`: makes what is not there, builds each of the packages a second time elsewhere
 * and compares. Returns 0 when all are the same, 1 when one differs or fails, 130 when interrupted.
 */
export async function checkCommand(
  options: TargetOptions & MakeOptions & { readonly packages: readonly string[] },
): Promise<number> {
  const mirrors = parseMirrors(process.env['MK_MIRRORS']);
  const planned = await planTarget(options);
  refuseBuildInside(planned.workspace);
  const names = chosen(planned, options.packages);
  checkMachine(planned);
  const run = { ...planned, options, mirrors };
  return atSite(run, async (site) => {
    if (planned.sandbox.level === 'none') {
      const message = 'without a sandbox little is proved: both builds see the same machine, user, clock and files';
      site.tell({ event: 'warning', message });
    }
    const made = await makePackages(run, site, partOf(planned.graph, names));
    const { counts, seconds, status } = made;
    if (counts.built + counts.failed > 0) site.tell({ event: 'summary', ...counts, seconds, results: [] });
    if (status !== 0) return status;
    const started = performance.now();
    await fetchSources(names, run, site);
    if (counts.built > 0) await wait(clockTick, undefined, { signal: site.interrupt.signal }).catch(() => {});
    const elsewhere = openElsewhere(run, site, names);
    try {
      const verdicts = await checkAll({ run, site, elsewhere, results: made.results });
      site.tell({ event: 'check-summary', ...verdicts, seconds: (performance.now() - started) / 1000 });
      if (site.interrupt.isRequested()) return 130;
      return verdicts.differs + verdicts.failed > 0 ? 1 : 0;
    } finally {
      elsewhere.close();
    }
  });
}

/** As in a build. */
const downloadsAtOnce = 2;

/** A time stamp, of two seconds in a zip archive, must be another one in the second build: milliseconds. */
const clockTick = 2100;

/** Everything when nothing is named. */
function chosen(planned: PlannedTarget, packages: readonly string[]): Names {
  throwCollected(packages.flatMap((name) => foreignPackage(name, planned)));
  const { graph } = planned;
  const [first = graph.root, ...others] = packages.length === 0 ? graph.order.map(({ name }) => name) : packages;
  return [first, ...others];
}

/** Now, with the user's own environment: what is fetched is the same for both builds. */
async function fetchSources(names: Names, { graph }: PlannedTarget, { sources, interrupt }: Site): Promise<void> {
  const fetch = pLimit(downloadsAtOnce);
  const wanted = names.flatMap((name) => graph.node(name).source ?? []);
  // A failed download is told when the package's turn comes and it is tried again.
  const fetchOne = async (source: LoadedRecipe) => interrupt.isRequested() || sources.fetch(source).catch(() => {});
  await Promise.all(wanted.map((source) => fetch(() => fetchOne(source))));
}

async function checkAll(checking: Checking): Promise<Record<CheckVerdict, number>> {
  const { site, elsewhere } = checking;
  const counts: Record<CheckVerdict, number> = { same: 0, differs: 0, failed: 0, skipped: 0 };
  await runSchedule(elsewhere.graph, {
    keepGoing: true,
    isStopped: site.interrupt.isRequested,
    async work(node) {
      counts[await checkPackage(node, checking)]++;
      return 'done';
    },
    skip() {
      counts.skipped++;
    },
  });
  return counts;
}
