import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ComputedRecipe, Recipe } from '../../src/recipe/recipe.ts';
import { noConfig } from '../../src/update/no-config.ts';
import { partsOf } from '../../src/update/parts.ts';
import { loadedRecipe } from '../support/recipes.ts';
import { rowOf } from '../support/upstream.ts';
import { upstreams } from './upstreams.ts';

const pkg = join(import.meta.dirname, '../../pkg');

const recipes: readonly (readonly [string, Recipe])[] = await Promise.all(
  readdirSync(pkg).map(async (name) => {
    const exported = (await import(join(pkg, name, 'build.ts'))) as { readonly default: Recipe | ComputedRecipe };
    const { default: found } = exported;
    return [name, typeof found === 'function' ? found(noConfig) : found] as const;
  }),
);
/** With the extra sources that have a version of their own. */
const parts = recipes.flatMap(([name, recipe]) =>
  partsOf(loadedRecipe(name, recipe)).map((part) => [part.name, part.recipe] as const),
);
const asked = parts.filter(([, { version, update }]) => version !== undefined && update?.from !== 'nowhere');

test('every package with a version has an upstream that is asked, or a reason why not', () => {
  const reasons = parts.flatMap(([, { update }]) => (update?.from === 'nowhere' ? [update.because] : []));
  expect(reasons.filter((because) => because.length < 10)).toEqual([]);
  expect(asked.length).toBeGreaterThan(5);
  // An extra source goes by the recipe's version, or has one of its own that somebody looks after.
  const forgotten = recipes.flatMap(([name, { version = '', extraSources = {} }]) =>
    Object.entries(extraSources)
      .filter(([, extra]) => extra.version === undefined && !extra.url.includes(version))
      .map(([part]) => `${name}/${part}`),
  );
  expect(forgotten).toEqual([]);
  // Whoever adds a package adds here what its upstream answers; what belongs to no package is to be removed.
  expect(Object.keys(upstreams).sort()).toEqual(asked.map(([name]) => name).sort());
});

describe.each(asked)('the check of %s', (name, recipe) => {
  const { pages = {}, newest = '' } = upstreams[name] ?? {};
  const upstream = recipe.url === undefined ? undefined : new URL(recipe.url('98765.4')).host;

  test('finds the newest version that upstream would show', async () => {
    expect(await rowOf(recipe, pages)).toMatchObject({ state: 'new', newest, note: undefined });
  });

  test('finds nothing newer once the recipe has it', async () => {
    const updated = { ...recipe, version: newest } as Recipe;
    expect(await rowOf(updated, pages)).toMatchObject({ state: 'same', newest });
  });

  test('fails when upstream is empty, moves or shows something else, and never calls that up to date', async () => {
    const empty = Object.fromEntries(Object.keys(pages).map((url) => [url, '<html><body></body></html>']));
    expect(await rowOf(recipe, {})).toMatchObject({ state: 'failed' });
    expect(await rowOf(recipe, empty)).toMatchObject({ state: 'failed' });
  });

  test('does not claim what is not there', async () => {
    if (recipe.url === undefined) return;
    const missing = { [recipe.url(newest)]: `nothing at ${upstream}` };
    expect(await rowOf(recipe, pages, { missing })).toMatchObject({ note: expect.stringContaining('is announced') });
  });
});
