import { join } from 'node:path';
import { Failure, throwCollected } from '../base/failure.ts';
import { didYouMean } from '../base/suggest.ts';
import { openWorkspace, type Workspace } from '../config/workspace.ts';
import { sourcesInApt } from '../fetch/apt.ts';
import type { Installation } from '../installation.ts';
import { openRecipes, type RecipeSet } from '../recipe/load.ts';
import { type Checking, checkPackage, type UpdateRow } from '../update/check.ts';
import { noConfig } from '../update/no-config.ts';
import { openPatterns } from '../update/patterns.ts';
import { updateTable } from '../update/table.ts';
import { openWeb } from '../update/web.ts';

export interface CheckUpdateOptions {
  /** Empty for all. */
  readonly packages: readonly string[];
  readonly layers: readonly string[];
  readonly json: boolean;
  readonly trusting: boolean;
  readonly archive: boolean;
  readonly installation: Installation;
}

/** Asks every upstream at once; a table on stdout. Returns 10 when there is something newer, else 1 when a check failed, else 0. */
export async function checkUpdateCommand(options: CheckUpdateOptions): Promise<number> {
  const { layers, installation } = options;
  const workspace = openWorkspace({ root: installation.root, layers, cwd: process.cwd(), env: process.env });
  const recipes = await openRecipes(workspace.packages, installation.root, join(workspace.storeDir, 'recipes'));
  const rows = await checkRecipes(recipes, workspace, options);
  process.stdout.write(options.json ? rows.map((row) => `${JSON.stringify(row)}\n`).join('') : updateTable(rows));
  if (rows.some(({ state }) => state === 'new')) return 10;
  return rows.some(({ state }) => state === 'failed') ? 1 : 0;
}

/** The rows of the packages that have a version, in the order of their names. */
async function checkRecipes(
  recipes: RecipeSet,
  workspace: Workspace,
  { packages, trusting, archive }: CheckUpdateOptions,
): Promise<readonly UpdateRow[]> {
  throwCollected(packages.filter((name) => !recipes.has(name)).map((name) => unknownPackage(name, recipes)));
  const names = [...new Set(packages.length > 0 ? packages : recipes.names)].sort();
  const aptDir = join(workspace.storeDir, 'apt');
  const web = openWeb({ cacheDir: join(workspace.storeDir, 'updates') });
  const patterns = openPatterns();
  const checking: Checking = {
    tools: {
      ...web,
      match: patterns.match,
      archived: async (source) => (await sourcesInApt(source, aptDir, () => {})).map(({ version }) => version),
      token: (name) => process.env[name] || undefined,
    },
    missing: web.missing,
    trusting,
    archive,
  };
  try {
    const rows = await Promise.all(
      names.map(async (name) => checkPackage(await recipes.load(name, noConfig), checking)),
    );
    return rows.filter((row) => row !== undefined);
  } finally {
    await patterns.close();
  }
}

const unknownPackage = (name: string, { names }: RecipeSet): Failure =>
  new Failure('package-unknown', `there is no package "${name}"`, { hint: didYouMean(name, names) });
