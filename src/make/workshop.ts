import { join } from 'node:path';
import { makeDirectory } from '../base/files.ts';
import { buildTriplet, type Triplet } from '../base/triplet.ts';
import type { AnswerValue, ConfigRequest } from '../build/action.ts';
import type { JobServer } from '../build/jobserver.ts';
import type { FindProvider } from '../build/log/missing.ts';
import { namesJobServer } from '../build/make-version.ts';
import type { SandboxLevel } from '../build/sandbox.ts';
import { type Meter, openMeter } from '../build/usage.ts';
import { type FetchOptions, fetchDistfile } from '../fetch/distfile.ts';
import type { Mirror } from '../fetch/mirror.ts';
import type { MakeOptions, TargetOptions } from '../options.ts';
import { copyCode } from '../recipe/code.ts';
import type { LoadedRecipe } from '../recipe/load.ts';
import type { MkEvent } from '../report/event.ts';
import { itsTurn } from '../report/steps.ts';
import type { Read, Store } from '../store/store.ts';
import { prepareSource } from './build-package.ts';
import { type Fetching, openFetching } from './fetching.ts';
import { type PlacedPatches, placePatches } from './patches.ts';
import type { PlannedTarget } from './plan-target.ts';
import { providersFor } from './providers.ts';
import { openSlots, type Slots } from './slots.ts';
import { openSources, type Sources } from './sources.ts';
import { openSpending, type Spending } from './spending.ts';
import type { BuildRoot } from './views.ts';
import { copyWorkingTree, expectUnchanged, type WorkingTree } from './working-tree.ts';

/** A planned target with how it is to be made. */
export interface PlannedRun extends PlannedTarget {
  readonly options: TargetOptions & MakeOptions;
  readonly mirrors: readonly Mirror[];
}

/** What building any package of a run needs. */
export interface Workshop {
  readonly store: Store;
  readonly buildRoot: BuildRoot;
  readonly jobServer: JobServer;
  readonly slots: Slots;
  readonly meter: Meter;
  readonly spending: Spending;
  readonly fetching: Fetching;
  /** The package for which work on a source tree is told, where that is not the one that it is the source of. */
  readonly shownAs: Map<string, string>;
  /** Whether this machine's make opens a job server by its name. */
  isJobServerNamed(): boolean;
  readonly sandbox: SandboxLevel;
  readonly recipesModule: string;
  readonly runner: string;
  readonly node: string;
  readonly buildTriplet: Triplet;
  readonly targetTriplet: Triplet;
  readonly downloadDir: string;
  /** Working directories that packages are built from, by the name of the package whose source they are. */
  readonly workingTrees: ReadonlyMap<string, WorkingTree>;
  /** A copy of a recipe's directory as this run knows it; hooks see that, whatever is edited meanwhile. */
  recipeDir(loaded: LoadedRecipe): string;
  /** Copies the patches that the board and the product have for a source. */
  placePatches(source: LoadedRecipe, dir: string): PlacedPatches;
  /** Finds packages that have what a failed build for this machine lacks. */
  providersFor(runsOn: 'build' | 'target'): FindProvider;
  tell(event: MkEvent): void;
  fieldReads(name: string): readonly Read[];
  /** Answers what hooks ask, and records it in `reads`; files go into `configDir`, which hooks see as `shownDir`. */
  answerer(reads: Read[], configDir: string, shownDir: string): (request: ConfigRequest) => AnswerValue;
}

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
      placePatches(target, source, reading.fieldReads(source.name), {
        dir,
        isIsolated: sandbox.level === 'namespaces',
      }),
    providersFor: (runsOn) => providersFor(run, runsOn),
    tell,
    fieldReads: reading.fieldReads,
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
      fieldReads: reading.fieldReads,
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
