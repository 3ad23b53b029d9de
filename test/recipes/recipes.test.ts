import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { digestOf } from '../../src/base/digest.ts';
import { failuresOf } from '../../src/base/failure.ts';
import { readIfPresent, walkTree } from '../../src/base/files.ts';
import { configFor } from '../../src/config/config.ts';
import { selectTarget, type Target } from '../../src/config/target.ts';
import { openWorkspace } from '../../src/config/workspace.ts';
import { resolveGraph } from '../../src/graph/resolve.ts';
import { diskSettings } from '../../src/image/disk-settings.ts';
import type { RecipeSet } from '../../src/recipe/load.ts';
import type { Alternative, ChosenRecipe, ComputedRecipe, Recipe } from '../../src/recipe/recipe.ts';
import { chooseRelations } from '../../src/recipe/relations.ts';
import { recipeFaults } from '../../src/recipe/validate.ts';

const root = join(import.meta.dirname, '../..');
const workspace = openWorkspace({ root, layers: [], cwd: '/', env: process.env });

/** A recipe before it knows its board, with the text it was written in. */
interface Written {
  readonly name: string;
  readonly dir: string;
  readonly text: string;
  readonly recipe: Recipe | ComputedRecipe;
}

const written: readonly Written[] = await Promise.all(
  [...workspace.packages].map(async ([name, dir]) => {
    const file = join(dir, 'build.ts');
    const { default: recipe } = (await import(file)) as { readonly default: Recipe | ComputedRecipe };
    return { name, dir, text: readFileSync(file, 'utf8'), recipe };
  }),
);
const recipes = new Map(written.map(({ name, recipe }) => [name, recipe]));

/** Every board with every product that it can be built for. */
const targets: readonly Target[] = workspace.boards.flatMap((board) =>
  workspace.products.flatMap((product) => {
    try {
      return [selectTarget(workspace, board, product)];
    } catch (error) {
      if (failuresOf(error)?.every(({ code }) => code === 'board-unsupported')) return [];
      throw error;
    }
  }),
);

const recipeFor = (name: string, target: Target): ChosenRecipe | undefined => {
  const found = recipes.get(name);
  const config = configFor(target, () => undefined);
  return found && chooseRelations(typeof found === 'function' ? found(config) : found, () => config);
};

/** The package of a name, itself or through what it provides; undefined when there is none. */
function providerOf(name: string, target: Target): string | undefined {
  if (recipes.has(name)) return name;
  const fixed = [...recipes].filter(([, recipe]) => typeof recipe !== 'function').map(([provider]) => provider);
  return fixed.find((provider) => recipeFor(provider, target)?.provides?.includes(name));
}

const related = ({ depends = [], buildDepends = [], runDepends = [], contains = [], sourceOf }: ChosenRecipe) => [
  ...new Set([...depends, ...buildDepends, ...runDepends, ...contains, ...(sourceOf === undefined ? [] : [sourceOf])]),
];

/** What does not fit when a package is built for a target, and the recipes that are needed for it, by name. */
function needed(
  wanted: string,
  target: Target,
): { readonly faults: string[]; readonly found: Map<string, ChosenRecipe> } {
  const faults: string[] = [];
  const found = new Map<string, ChosenRecipe>();
  const visit = (name: string, by: string) => {
    const provider = providerOf(name, target);
    const recipe = provider === undefined ? undefined : recipeFor(provider, target);
    if (provider === undefined || recipe === undefined) faults.push(`${by} names ${name}, which no recipe provides`);
    else if (!found.has(provider)) {
      found.set(provider, recipe);
      for (const other of related(recipe)) visit(other, provider);
    }
  };
  visit(wanted, `${target.board} ${target.product}`);
  return { faults, found };
}

const fits = (name: string, target: Target): boolean => {
  try {
    return needed(name, target).faults.length === 0;
  } catch {
    return false;
  }
};

/** The recipes as they are for the first target that needs them; one that no product has yet, for the first that it fits. */
const known = new Map<string, ChosenRecipe>();
const faults = new Set<string>();
const learn = (wanted: string, target: Target) => {
  const { faults: more, found } = needed(wanted, target);
  for (const fault of more) faults.add(fault);
  for (const [name, recipe] of found) if (!known.has(name)) known.set(name, recipe);
};
for (const target of targets) learn('release', target);
const unneeded = written.map(({ name }) => name).filter((name) => !known.has(name));
for (const name of unneeded) {
  const target = targets.find((each) => fits(name, each)) ?? targets[0];
  if (target !== undefined) learn(name, target);
}

test('every product can be built for some board, and every board has some product', () => {
  expect([...new Set(targets.map(({ product }) => product))].sort()).toEqual(workspace.products);
  expect([...new Set(targets.map(({ board }) => board))].sort()).toEqual(workspace.boards);
});

test('every package that a recipe names exists, for every board and product', () => {
  expect([...faults]).toEqual([]);
});

/** The graph of what a package needs on a target. */
function graphOf(wanted: string, target: Target) {
  const set: RecipeSet = {
    bundlePath: '',
    names: [...recipes.keys()],
    has: (name) => recipes.has(name),
    load: (name) => ({
      ...{
        name,
        dir: '',
        recipe: recipeFor(name, target) ?? {},
        digest: digestOf(name),
        modules: [],
        place: () => undefined,
      },
    }),
  };
  const config = configFor(target, () => undefined);
  return resolveGraph(wanted, set, () => config, config.list('PREFER'));
}

test.each(targets)('$board with $product is a graph without cycles that its release is the end of', async (target) => {
  const graph = await graphOf('release', target);
  expect(graph.order.at(-1)?.name).toBe('release');
  expect(graph.order.map(({ name }) => name)).toEqual(expect.arrayContaining(['rootfs', 'busybox', 'toolchain']));
});

test('a recipe that no product needs yet fits some target, without cycles', async () => {
  for (const name of unneeded) {
    const target = targets.find((each) => fits(name, each));
    expect(target, name).toBeDefined();
    if (target !== undefined) expect((await graphOf(name, target)).order.map((each) => each.name)).toContain(name);
  }
});

describe.each(written.map((each) => ({ ...each, title: each.name })))('the recipe of $title', ({ name, dir, text }) => {
  const recipe: ChosenRecipe = known.get(name) ?? {};

  test('has the fields of a recipe with values of the right kinds', () => {
    expect(recipeFaults(name, join(dir, 'build.ts'), recipe).map(({ message }) => message)).toEqual([]);
  });

  test('names its licence when it makes anything', () => {
    const makes = recipe.url !== undefined || recipe.build !== undefined || recipe.deploy !== undefined;
    expect(makes && recipe.license === undefined).toBe(false);
    expect(recipe.license ?? 'MIT').toMatch(spdx);
  });

  test('downloads over https, from addresses that follow the version', () => {
    const { url, alternatives = [], extraSources = {} } = recipe;
    const further = Object.values(extraSources);
    const others = [...alternatives, ...further.flatMap((each) => each.alternatives ?? [])];
    const addresses = [...further, ...others].flatMap((each) => each.url ?? []);
    for (const address of [...addresses, ...(url === undefined ? [] : [url('7.65.4')])]) {
      expect(new URL(address).protocol).toBe('https:');
    }
    // In the name of the file; sqlite has its own way to write a version.
    if (url !== undefined) expect(url('7.65.4')).toMatch(/(7\.65\.4|7650400)[^/]*$/);
  });

  test('has digests of 64 hexadecimal digits, each once', () => {
    const { sha256, alternatives = [], extraSources = {} } = recipe;
    const digestsOf = (own: string | undefined, rest: readonly Alternative[] | undefined = []) => [
      ...(own === undefined ? [] : [own]),
      ...rest.map((each) => each.sha256),
    ];
    const digests = [
      ...digestsOf(sha256, alternatives),
      ...Object.values(extraSources).flatMap((each) => digestsOf(each.sha256, each.alternatives)),
    ];
    for (const digest of digests) expect(digest).toMatch(/^[0-9a-f]{64}$/);
    expect(new Set(digests).size).toBe(digests.length);
  });

  test('has no file that nothing mentions, and numbers its patches', () => {
    const files = [...walkTree(dir)].filter(({ kind, path }) => kind === 'file' && path !== 'build.ts');
    const patches = files.filter(({ path }) => path.endsWith('.patch'));
    for (const { path } of patches) expect(path).toMatch(/^\d{4}-[a-z0-9][\w.+-]*\.patch$/);
    const isUsed = (path: string) =>
      path.endsWith('.patch') ||
      // The source of a package that has no upstream, and what the kconfig style reads.
      (recipe.url === undefined && path.startsWith('src/')) ||
      // The keys of those who sign upstream's files.
      recipe.update?.keys === path ||
      text.includes(`config: '${path.replace(/\.(fragment|config)$/, '')}'`) ||
      path.split('/').some((_part, at, parts) => text.includes(`/${parts.slice(0, at + 1).join('/')}`));
    expect(files.map(({ path }) => path).filter((path) => !isUsed(path))).toEqual([]);
  });

  test('begins with its version, its url and its digest when it has a source', () => {
    const fields = [...text.matchAll(/^ {2,4}(?:async )?(\w+)(?=[:,(])/gm)].map(([, field]) => field);
    if (recipe.url !== undefined) expect(fields.slice(0, 3)).toEqual(['version', 'url', 'sha256']);
  });

  test('has hooks of at most 40 lines', () => {
    const hooks = text.matchAll(/^( *)(?:async )?(prepare|build|deploy|checkUpdate)\(.*\n(?:(?!\1\},?$).*\n)*/gm);
    const long = [...hooks].filter(([body]) => body.split('\n').length > 40).map(([, , hook]) => hook);
    expect(long).toEqual([]);
  });

  test('imports only the two public doors and Node, and calls no style in a hook, where runMake runs make', () => {
    expect(text).not.toMatch(/\bawait (autotools|cmake|kconfig|make|meson|recipe)\(/);
    const imported = [...text.matchAll(/^(?:import|export)[^;]*?from '([^']+)'/gm)].map(([, from = '']) => from);
    expect(imported.filter((from) => !/^(#mk(\/image)?|node:[\w/]+|\.\.?\/(?!.*\bsrc\/).*)$/.test(from))).toEqual([]);
  });
});

/** An SPDX expression of identifiers; whether the identifiers exist is for a reader to see. */
const spdx = /^\(*[\w.+-]+\)*(?: (?:AND|OR|WITH) \(*[\w.+-]+\)*)*$/;

describe('boards and products', () => {
  test('have a description of the toolchain for every board, and packages for every product', () => {
    for (const board of workspace.boards) expect(filesIn('board', board)).toContain('TOOLCHAIN');
    for (const product of workspace.products) expect(filesIn('product', product)).toContain('ROOTFS');
  });

  test('name only boards that exist in BOARDS', () => {
    for (const product of workspace.products) {
      const text = (readIfPresent(join(root, 'product', product, 'BOARDS')) ?? '').replace(/#.*$/gm, '');
      expect(workspace.boards).toEqual(expect.arrayContaining(text.split(/\s+/).filter(Boolean)));
    }
  });

  test('have files of variables that can be read', () => {
    for (const target of targets) {
      const config = configFor(target, () => undefined);
      for (const file of ['TOOLCHAIN', 'INIT', 'QEMU']) expect(() => config.variables(file)).not.toThrow();
      expect(() => diskSettings(config.variables('DISK'))).not.toThrow();
    }
  });
});

const filesIn = (...dir: readonly string[]) => readdirSync(join(root, ...dir));
