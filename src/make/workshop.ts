import type { Triplet } from '../base/triplet.ts';
import type { AnswerValue, ConfigRequest } from '../build/action.ts';
import type { JobServer } from '../build/jobserver.ts';
import type { FindProvider } from '../build/log/missing.ts';
import type { SandboxLevel } from '../build/sandbox.ts';
import type { Meter } from '../build/usage.ts';
import type { Mirror } from '../fetch/mirror.ts';
import type { MakeOptions, TargetOptions } from '../options.ts';
import type { LoadedRecipe } from '../recipe/load.ts';
import type { MkEvent } from '../report/event.ts';
import type { Read, Store } from '../store/store.ts';
import type { Fetching } from './fetching.ts';
import type { PlacedPatches } from './patches.ts';
import type { PlannedTarget } from './plan-target.ts';
import type { Slots } from './slots.ts';
import type { Spending } from './spending.ts';
import type { BuildRoot } from './views.ts';
import type { WorkingTree } from './working-tree.ts';

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
  sourceReads(name: string): readonly Read[];
  /** Answers what hooks ask, and records it in `reads`; files go into `configDir`, which hooks see as `shownDir`. */
  answerer(reads: Read[], configDir: string, shownDir: string): (request: ConfigRequest) => AnswerValue;
}
