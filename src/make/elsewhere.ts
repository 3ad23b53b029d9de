import { chmodSync, copyFileSync, lstatSync, mkdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { emptyDir, linkEntry, removeTree, walkTree } from '../base/files.ts';
import { startJobServer } from '../build/jobserver.ts';
import type { Graph, Node } from '../graph/graph.ts';
import type { LoadedRecipe } from '../recipe/load.ts';
import { sourcesOf } from './open-workshop.ts';
import type { Site } from './site.ts';
import { openSlots } from './slots.ts';
import type { Sources } from './sources.ts';
import type { PlannedRun, Workshop } from './workshop.ts';

/** A name that a careless script takes apart or cannot write, and longer than those of the first build. */
const oddName = '.built a second time, in another place with a lönger name';

/** A second place to build packages of a run, where whatever must not matter is different. */
export interface Elsewhere {
  readonly workshop: Workshop;
  readonly sources: Sources;
  /** The packages as they are built here, none of which waits for another. */
  readonly graph: Graph;
  close(): void;
}

/**
 * Opens it for some packages of the run: with other paths, one job more, source trees that are unpacked and prepared
 * again, copies of the recipes' directories with other modes and times, and dependencies staged in another order. Until
 * `close`, this process has another umask, time zone, language, home and user name, which what it starts could inherit.
 */
export function openElsewhere(run: PlannedRun, site: Site, names: readonly [string, ...string[]]): Elsewhere {
  const { store, buildRoot, workspace, options } = run;
  const dir = store.workDir(oddName);
  const jobServer = startJobServer(store.workDir('.jobs elsewhere'), options.jobs + 1);
  const workshop: Workshop = {
    ...site.workshop,
    jobServer,
    slots: openSlots(jobServer, site.tell),
    store: { ...store, workDir: (name) => emptyDir(join(dir, 'work', name)) },
    buildRoot: {
      ...buildRoot,
      buildDir: (name) => join(dir, 'build', name),
      logFile: (name, hook) => join(buildRoot.dir, 'log', 'check', `${name}-${hook}.log`),
    },
  };
  const moved = movedRecipes(join(dir, 'pkg'));
  const graph = apart(run.graph, names, (node) => ({
    ...node,
    // Without a sandbox a recipe can lead to files around its directory, which a copy would not have.
    ...(workshop.sandbox === 'namespaces' && {
      loaded: moved(node.loaded),
      source: node.source && moved(node.source),
    }),
    staged: node.staged.toReversed(),
    stagedAt: node.stagedAt.toReversed(),
  }));
  const sourcesRun = { ...run, graph, workspace: { ...workspace, sourcesDir: join(dir, 'src') } };
  const restore = becomeAnother();
  return {
    workshop,
    graph,
    sources: sourcesOf({ ...sourcesRun, options: { ...options, keepSources: false } }, workshop, site.interrupt.signal),
    close() {
      restore();
      jobServer.close();
      removeTree(dir);
    },
  };
}

/** These packages as a graph without edges: what they need is there. */
function apart(graph: Graph, names: readonly [string, ...string[]], change: (node: Node) => Node): Graph {
  const nodes = new Map(names.map((name) => [name, change(graph.node(name))]));
  const node = (name: string) => nodes.get(name) ?? graph.node(name);
  return {
    root: names[0],
    names: graph.names,
    order: [...nodes.values()],
    node,
    nodeAt: (place) => node(graph.names[place] ?? ''),
    needs: () => [],
    needCountAt: () => 0,
    neededBy: () => [],
    eachNeededBy() {},
  };
}

/** The same recipes with copies of their directories, as another user with a strict umask would have checked them out. */
function movedRecipes(to: string): (loaded: LoadedRecipe) => LoadedRecipe {
  const copies = new Map<string, LoadedRecipe>();
  return (loaded) => {
    const known = copies.get(loaded.name);
    if (known !== undefined) return known;
    const dir = join(to, loaded.name);
    mkdirSync(dir, { recursive: true });
    for (const { path, kind } of walkTree(loaded.dir)) {
      const [from, copy] = [join(loaded.dir, path), join(dir, path)];
      if (kind === 'file') copyFile(from, copy);
      else linkEntry(from, copy, kind);
    }
    copies.set(loaded.name, { ...loaded, dir });
    return { ...loaded, dir };
  };
}

function copyFile(from: string, to: string): void {
  const { mode, mtimeMs } = lstatSync(from);
  copyFileSync(from, to);
  chmodSync(to, mode & 0o700);
  // Not later: make would take everything for out of date.
  const yearEarlier = mtimeMs / 1000 - 365 * 86_400;
  utimesSync(to, yearEarlier, yearEarlier);
}

const another: Readonly<Record<string, string>> = {
  TZ: 'Pacific/Kiritimati',
  LANG: 'tr_TR.UTF-8',
  LC_ALL: 'tr_TR.UTF-8',
  HOME: '/nonexistent',
  USER: 'somebody-else',
  LOGNAME: 'somebody-else',
};

/** Changes what programs inherit from this process; returns a function that changes it back. */
function becomeAnother(): () => void {
  const before = Object.keys(another).map((name) => [name, process.env[name]] as const);
  const umask = process.umask();
  process.umask(umask === 0o077 ? 0o002 : 0o077);
  Object.assign(process.env, another);
  return () => {
    process.umask(umask);
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
}
