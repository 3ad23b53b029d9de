import { join } from 'node:path';
import { makeDirectory } from '../base/files.ts';
import { buildTriplet } from '../base/triplet.ts';
import type { JobServer } from '../build/jobserver.ts';
import { namesJobServer } from '../build/make-version.ts';
import { openMeter } from '../build/usage.ts';
import { type FetchOptions, fetchDistfile } from '../fetch/distfile.ts';
import { copyCode } from '../recipe/code.ts';
import type { LoadedRecipe } from '../recipe/load.ts';
import { itsTurn } from '../report/steps.ts';
import type { Store } from '../store/store.ts';
import { prepareSource } from './build-package.ts';
import { openFetching } from './fetching.ts';
import { placePatches } from './patches.ts';
import { providersFor } from './providers.ts';
import { openSlots } from './slots.ts';
import { openSources, type Sources } from './sources.ts';
import { openSpending } from './spending.ts';
import { copyWorkingTree, expectUnchanged } from './working-tree.ts';

import type { PlannedRun, Workshop } from './workshop.ts';

/** Opens what building the packages of a run needs. */
export function openWorkshop(run: PlannedRun, jobServer: JobServer, tell: Workshop['tell']): Workshop {
  const { workspace, target, recipes, reading, store, sandbox, buildRoot, workingTrees, options } = run;
  const shownAs = new Map<string, string>();
  let isNamed: boolean | undefined;
  return {
    store,
    buildRoot,
    jobServer,
    slots: openSlots(jobServer, tell),
    meter: openMeter((sample) => tell({ event: 'sample', ...sample })),
    spending: openSpending(),
    fetching: openFetching((source) =>
      tell({ event: 'activity', package: shownAs.get(source) ?? source, activity: 'wait', detail: itsTurn }),
    ),
    shownAs,
    isJobServerNamed: () => (isNamed ??= namesJobServer()),
    sandbox: sandbox.level,
    recipesModule: recipes.bundlePath,
    runner: options.installation.runner,
    node: options.installation.node,
    buildTriplet: buildTriplet(),
    targetTriplet: target.triplet,
    downloadDir: workspace.downloadDir,
    workingTrees,
    recipeDir: recipeCopies(store),
    placePatches: (source, dir) =>
      placePatches(target, source, reading.sourceReads(source.name), {
        dir,
        isIsolated: sandbox.level === 'namespaces',
      }),
    providersFor: (runsOn) => providersFor(run, runsOn),
    tell,
    sourceReads: reading.sourceReads,
    answerer: reading.answerer,
  };
}

function recipeCopies(store: Store): Workshop['recipeDir'] {
  const copies = new Map<string, string>();
  return (loaded) => {
    const known = copies.get(loaded.dir);
    if (known !== undefined) return known;
    const copy = store.workDir(`.recipe-${copies.size}-${loaded.name}`);
    copyCode(loaded, copy);
    copies.set(loaded.dir, copy);
    return copy;
  };
}

/** The sources of all packages of the run, fetched as its options say; `signal` ends waiting for the downloads of others. */
export function sourcesOf(run: PlannedRun, workshop: Workshop, signal: AbortSignal): Sources {
  const { workspace, reading, graph, store, options } = run;
  const users = new Map<string, number>();
  for (const { source } of graph.order) if (source) users.set(source.name, (users.get(source.name) ?? 0) + 1);
  makeDirectory(workspace.downloadDir);
  const shownName = ({ name }: LoadedRecipe) => workshop.shownAs.get(name) ?? name;
  const fetchOptions = (source: LoadedRecipe): FetchOptions => ({
    downloadDir: workspace.downloadDir,
    mirrors: run.mirrors,
    offline: options.offline,
    aptDir: join(store.dir, 'apt'),
    tell(detail) {
      workshop.fetching.begun(source.name);
      workshop.tell({ event: 'activity', package: shownName(source), activity: 'fetch', detail });
    },
    transfer: (transfer) => workshop.tell({ event: 'transfer', package: shownName(source), ...transfer }),
    warn: (message, detail) => workshop.tell({ event: 'warning', message, detail }),
    signal,
  });
  return openSources(
    {
      sourcesDir: workspace.sourcesDir,
      keep: options.keepSources,
      workingTree: ({ name }) => workshop.workingTrees.get(name),
      // What a sandbox does not protect is copied.
      inPlace: workshop.sandbox === 'namespaces',
      expectUnchanged,
      copyWorkingTree,
      sourceReads: reading.sourceReads,
      fetch: (source, candidates) => {
        const place = source.place('sha256');
        return workshop.fetching.fetch(source.name, () =>
          fetchDistfile({ package: source.name, candidates, ...(place && { place }) }, fetchOptions(source)),
        );
      },
      prepare: (source, sourceDir, unpack, priority) => prepareSource(source, sourceDir, unpack, priority, workshop),
    },
    users,
  );
}
