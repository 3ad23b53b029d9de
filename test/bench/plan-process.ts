/** Plans as many packages as the first argument says, in the shape that the second names, and prints what it took. */
import { digestOf } from '../../src/base/digest.ts';
import { resolveGraph } from '../../src/graph/resolve.ts';
import { makePlan } from '../../src/plan/plan.ts';
import { runSchedule } from '../../src/plan/schedule.ts';
import type { Config } from '../../src/recipe/config.ts';
import type { LoadedRecipe, RecipeSet } from '../../src/recipe/load.ts';
import type { ChosenRecipe } from '../../src/recipe/recipe.ts';
import type { Result, Store } from '../../src/store/store.ts';

/** Seconds, and bytes at the most. */
export interface Planned {
  readonly resolve: number;
  readonly plan: number;
  readonly schedule: number;
  /** CPU time of all three, with that of the garbage collector's threads. */
  readonly cpu: number;
  readonly memory: number;
  /** How many packages a package's build sees: of the one in the middle, and the most. */
  readonly middle: number;
  readonly most: number;
}

const libraries = 2000;
const [count = 0, shape = 'wide'] = [Number(process.argv[2]), process.argv[3]];
const recipes = recipesOf(count, shape);
const result = {
  package: 'any',
  version: '1',
  output: digestOf('output'),
  size: 1,
  permissions: {},
  license: undefined,
  whenLinked: false,
  reads: [],
  seconds: 1,
  sandboxed: true,
} satisfies Result;
const store = { find: () => result } as unknown as Store;
const inputs = {
  store,
  now: () => undefined,
  previous: () => undefined,
  circumstances: {
    target: 'x86_64-linux-musl',
    machine: digestOf('machine'),
    sandboxed: true,
    fieldReads: () => [],
    sourceReads: () => [],
  },
};

const started = process.cpuUsage();
let time = performance.now();
const lap = () => {
  const before = time;
  time = performance.now();
  return (time - before) / 1000;
};
const graph = resolveGraph('release', recipes, () => ({}) as Config, []);
const resolve = lap();
const steps = makePlan(graph, inputs);
const plan = lap();
let worked = 0;
await runSchedule(graph, {
  keepGoing: false,
  isStopped: () => false,
  skip() {},
  async work() {
    worked++;
    return 'done';
  },
});
const schedule = lap();
const { user, system } = process.cpuUsage(started);
const cpu = (user + system) / 1e6;
if (steps.size !== worked || worked !== count + 1) throw new Error(`${worked} of ${count} packages were planned`);
const memory = process.resourceUsage().maxRSS * 1024;
const staged = graph.order.map(({ stagedAt }) => stagedAt.length).sort((a, b) => a - b);
const [middle = 0, most = 0] = [staged[staged.length >> 1], staged.at(-1)];
process.stdout.write(JSON.stringify({ resolve, plan, schedule, cpu, memory, middle, most } satisfies Planned));

/**
 * Like a distribution: two thousand libraries, each with two others, and programs that depend on two to five of them, most
 * on the well-known ones. Wide: each depends on up to three others, at half and a quarter of its number and forty before.
 * Chain: each needs the last for its build. Flat: none needs any.
 */
function recipesOf(packages: number, kind: string): RecipeSet {
  // As in a bundle of recipes, a name is one text wherever it is written.
  const all = Array.from({ length: packages }, (_, at) => `package-${at}`);
  const places = new Map(all.map((name, at) => [name, at]));
  const namesAt = (numbers: readonly number[]) => [...new Set(numbers)].map((at) => all[at] ?? '');
  const recipeOf = (at: number): ChosenRecipe => {
    if (kind === 'flat') return {};
    if (kind === 'distribution' && at >= libraries) return { depends: namesAt(librariesOf(at)) };
    const near =
      kind === 'chain' ? [at - 1] : [at >> 1, at >> 2, at - 40].filter((_, which) => which < 2 || at % 16 > 12);
    const few = kind === 'distribution' ? near.slice(0, 2) : near;
    const needed = namesAt(few.filter((other) => other >= 0 && other < at));
    return kind === 'chain' ? { buildDepends: needed } : { depends: needed };
  };
  const digest = digestOf('recipe');
  const place = () => undefined;
  // They are loaded before a graph is made of them.
  const loaded = (name: string, recipe: ChosenRecipe): LoadedRecipe => {
    return { name, dir: '/pkg', recipe, digest, modules: [], place };
  };
  const release = loaded('release', { contains: all });
  const recipes = all.map((name, at) => loaded(name, recipeOf(at)));
  return {
    bundlePath: '',
    names: ['release', ...all],
    has: (name) => name === 'release' || places.has(name),
    load: (name) => recipes[places.get(name) ?? -1] ?? release,
  };
}

/** Two to five, the same ones in every run. */
function librariesOf(at: number): readonly number[] {
  return Array.from({ length: 2 + (at % 4) }, (_, which) => {
    const fraction = (Math.imul(5 * at + which, 2654435761) >>> 0) / 2 ** 32;
    return Math.floor(libraries * fraction ** 3);
  });
}
