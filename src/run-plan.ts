import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { failuresOf } from './base/failure.ts';
import { catchInterrupts } from './base/interrupt.ts';
import { takeLock } from './base/lock.ts';
import { buildTriplet } from './base/triplet.ts';
import { startJobServer } from './build/jobserver.ts';
import type { SandboxLevel } from './build/sandbox.ts';
import { buildPackage, prepareSource, type Workshop } from './build-package.ts';
import type { Target } from './config/target.ts';
import type { Workspace } from './config/workspace.ts';
import { type FetchOptions, fetchDistfile } from './fetch/distfile.ts';
import type { Mirror } from './fetch/mirror.ts';
import type { Graph, Node } from './graph/graph.ts';
import type { MkOptions } from './options.ts';
import { versionOf } from './plan/key.ts';
import { decide, type PlanInputs, type Step } from './plan/plan.ts';
import { runSchedule, type StepEnd } from './plan/schedule.ts';
import type { Reading } from './reading.ts';
import type { LoadedRecipe, RecipeSet } from './recipe/load.ts';
import type { MkEvent, Verdict } from './report/event.ts';
import { jsonLines } from './report/json.ts';
import { plainLines } from './report/plain.ts';
import { openSources, type Sources } from './sources.ts';
import type { Result, Store } from './store/store.ts';
import type { BuildRoot } from './views.ts';

/** Everything that planning has found out. */
export interface PlannedRun {
  readonly options: MkOptions;
  readonly workspace: Workspace;
  readonly target: Target;
  readonly recipes: RecipeSet;
  readonly reading: Reading;
  readonly graph: Graph;
  readonly store: Store;
  readonly sandbox: { readonly level: SandboxLevel; readonly why: string | undefined };
  readonly buildRoot: BuildRoot;
  readonly inputs: PlanInputs;
  readonly plan: ReadonlyMap<string, Step>;
  readonly mirrors: readonly Mirror[];
}

/** Downloads that run ahead of the builds at a time. */
const downloadsAtOnce = 2;

/** Does what the plan says and returns the exit status: 0, 1 when a package failed, 130 when interrupted. */
export async function runPlan(run: PlannedRun): Promise<number> {
  const { options, graph, store, buildRoot, plan } = run;
  const lock = takeLock(join(buildRoot.dir, '.mk', 'lock'), buildRoot.dir);
  const events = options.events === undefined ? undefined : jsonLines(options.events);
  const listeners = [
    plainLines((text) => process.stderr.write(text)),
    ...(events === undefined ? [] : [events.listener]),
  ];
  const tell = (event: MkEvent) => {
    for (const listener of listeners) listener(event);
  };
  const interrupt = catchInterrupts(() =>
    tell({ event: 'warning', message: 'interrupted: finishing what runs; once more stops it' }),
  );
  const jobServer = startJobServer(join(store.workDir('jobs'), 'fifo'), options.jobs);
  const started = performance.now();
  const counts: Record<Verdict, number> = { built: 0, cached: 0, failed: 0, skipped: 0 };
  const results = new Map<string, Result>();
  tell({
    event: 'start',
    board: run.target.board,
    product: run.target.product,
    release: run.reading.osRelease,
    jobs: options.jobs,
    store: store.dir,
    sandbox: run.sandbox.level === 'namespaces' ? 'sandbox: namespaces' : `no sandbox (${run.sandbox.why})`,
  });
  try {
    const workshop = workshopFor(run, jobServer, tell);
    const sources = sourcesFor(run, workshop);
    const prefetch = pLimit(downloadsAtOnce);
    for (const { kind, node } of plan.values()) {
      // A failed download is told when the package's turn comes and it is tried again.
      if (kind === 'run' && node.source) prefetch(() => node.source && sources.fetch(node.source)).catch(() => {});
    }
    const finish = (node: Node, verdict: Verdict, seconds: number, reason: string, key?: string) => {
      counts[verdict]++;
      const output = results.get(node.name)?.output;
      tell({ event: 'package', package: node.name, version: versionOf(node), verdict, seconds, reason, key, output });
      if (node.source) sources.finished(node.source, verdict !== 'failed' && verdict !== 'skipped');
    };
    await runSchedule(graph, {
      keepGoing: options.keepGoing,
      isStopped: interrupt.isRequested,
      skip: (node, because) => finish(node, 'skipped', 0, because),
      work: (node, priority) => makeOne(node, priority, { run, workshop, sources, results, finish, tell }),
    });
    prefetch.clearQueue();
    buildRoot.finish(graph, (name) => results.get(name));
    const seconds = (performance.now() - started) / 1000;
    const made = counts.failed + counts.skipped === 0 ? [join(buildRoot.dir, 'deploy', graph.root)] : [];
    tell({ event: 'summary', ...counts, seconds, results: made });
    for (const path of made) if (options.events !== '-') process.stdout.write(`${path}\n`);
    if (interrupt.isRequested()) return 130;
    return counts.failed + counts.skipped > 0 ? 1 : 0;
  } finally {
    interrupt.forget();
    jobServer.close();
    events?.close();
    lock.release();
  }
}

interface Making {
  readonly run: PlannedRun;
  readonly workshop: Workshop;
  readonly sources: Sources;
  readonly results: Map<string, Result>;
  readonly finish: (node: Node, verdict: Verdict, seconds: number, reason: string, key?: string) => void;
  readonly tell: (event: MkEvent) => void;
}

/** One package: its stored result if there is one, else a build. */
async function makeOne(
  node: Node,
  priority: number,
  { run, workshop, sources, results, finish, tell }: Making,
): Promise<StepEnd> {
  const { graph, store, buildRoot, inputs, plan } = run;
  let started = performance.now();
  const elapsed = () => (performance.now() - started) / 1000;
  const resultOf = (name: string): Result => {
    const result = results.get(name);
    if (result === undefined) throw new TypeError(`${name} has no result`);
    return result;
  };
  try {
    const planned = plan.get(node.name);
    const step = planned?.kind === 'cached' ? planned : decide(node, resultOf, inputs);
    if (step.kind === 'cached') {
      results.set(node.name, step.result);
      buildRoot.show(node, step.document, step.result);
      finish(node, 'cached', elapsed(), step.reason, step.key);
      return 'done';
    }
    const sourceDir = node.source === undefined ? undefined : await sources.prepared(node.source, priority);
    const asked = performance.now();
    const slot = await workshop.jobServer.take(priority);
    // Waiting for others is no part of what this package takes.
    started += performance.now() - asked;
    try {
      const built = await buildPackage(
        node,
        (name) => ({ node: graph.node(name), result: resultOf(name) }),
        sourceDir,
        workshop,
      );
      const { recipe } = node.loaded;
      const { reads, seconds } = built;
      const { license, permissions = {}, whenLinked = false } = recipe;
      const sandboxed = workshop.sandbox === 'namespaces';
      const version = versionOf(node);
      const result = await store.commit(step.key, built.deployDir, {
        package: node.name,
        version,
        permissions,
        license,
        whenLinked,
        reads,
        seconds,
        sandboxed,
      });
      built.cleanUp();
      results.set(node.name, result);
      buildRoot.show(node, step.document, result);
    } finally {
      slot.release();
    }
    finish(node, 'built', elapsed(), planned?.reason ?? step.reason, step.key);
    return 'done';
  } catch (error) {
    const failures = failuresOf(error);
    if (failures === undefined) throw error;
    for (const failure of failures) tell({ event: 'failure', package: node.name, ...failure.record() });
    finish(node, 'failed', elapsed(), failures[0]?.message ?? 'failed');
    return 'failed';
  }
}

function workshopFor(run: PlannedRun, jobServer: Workshop['jobServer'], tell: Workshop['tell']): Workshop {
  const { workspace, target, recipes, reading, store, sandbox, buildRoot, options } = run;
  return {
    store,
    buildRoot,
    jobServer,
    sandbox: sandbox.level,
    recipesModule: recipes.bundlePath,
    runner: options.installation.runner,
    node: options.installation.node,
    buildTriplet: buildTriplet(),
    targetTriplet: target.triplet,
    downloadDir: workspace.downloadDir,
    tell,
    answerer: reading.answerer,
  };
}

function sourcesFor(run: PlannedRun, workshop: Workshop): Sources {
  const { workspace, reading, graph, store, options } = run;
  const users = new Map<string, number>();
  for (const { source } of graph.order) if (source) users.set(source.name, (users.get(source.name) ?? 0) + 1);
  mkdirSync(workspace.downloadDir, { recursive: true });
  const fetchOptions = (source: LoadedRecipe): FetchOptions => ({
    downloadDir: workspace.downloadDir,
    mirrors: run.mirrors,
    offline: options.offline,
    aptDir: join(store.dir, 'apt'),
    tell: (detail) => workshop.tell({ event: 'activity', package: source.name, activity: 'fetch', detail }),
    warn: (message, detail) => workshop.tell({ event: 'warning', message, detail }),
  });
  return openSources(
    {
      sourcesDir: workspace.sourcesDir,
      keep: options.keepSources,
      fieldReads: reading.fieldReads,
      fetch: (source, candidates) => {
        const place = source.place('sha256');
        return fetchDistfile({ package: source.name, candidates, ...(place && { place }) }, fetchOptions(source));
      },
      prepare: (source, sourceDir, unpack, priority) => prepareSource(source, sourceDir, unpack, priority, workshop),
    },
    users,
  );
}
