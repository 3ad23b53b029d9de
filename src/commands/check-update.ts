import { join } from 'node:path';
import { Failure, throwCollected } from '../base/failure.ts';
import { didYouMean } from '../base/suggest.ts';
import type { SandboxChoice } from '../build/sandbox.ts';
import { openWorkspace, type Workspace } from '../config/workspace.ts';
import { sourcesInApt } from '../fetch/apt.ts';
import type { Installation } from '../installation.ts';
import type { MakeOptions, TargetOptions } from '../options.ts';
import { openRecipes, type RecipeSet } from '../recipe/load.ts';
import { upstreamVersion } from '../update/apt.ts';
import { type Checking, checkPackage, type UpdateRow } from '../update/check.ts';
import { noConfig } from '../update/no-config.ts';
import { openPatterns } from '../update/patterns.ts';
import { updateTable } from '../update/table.ts';
import { openWeb, type Web } from '../update/web.ts';
import { type Applied, type ApplySetting, applyUpdate } from './update/apply.ts';

export interface CheckUpdateOptions {
  /** Empty for all. */
  readonly packages: readonly string[];
  readonly layers: readonly string[];
  readonly json: boolean;
  readonly trusting: boolean;
  readonly archive: boolean;
  /** Milliseconds for one page. */
  readonly time: number;
  /** Apply what is newer, instead of only telling it. */
  readonly write: boolean;
  readonly build: { readonly board: string; readonly product: string } | undefined;
  readonly commit: boolean;
  readonly sandbox: SandboxChoice;
  readonly jobs: number;
  readonly installation: Installation;
}

/**
 * Asks every upstream at once and tells it in a table on stdout. Returns 10 when there is something newer, else 1 when a
 * check failed, else 0. With `write` newer versions are applied, one package after the other: 1 when a check or an update
 * failed, else 0.
 */
export async function checkUpdateCommand(options: CheckUpdateOptions): Promise<number> {
  const { layers, installation } = options;
  const open = () => openWorkspace({ root: installation.root, layers, cwd: process.cwd(), env: process.env });
  const workspace = open();
  const recipesOf = ({ packages, storeDir }: Workspace) =>
    openRecipes(packages, installation.root, join(storeDir, 'recipes'));
  const recipes = await recipesOf(workspace);
  const web = openWeb({ cacheDir: join(workspace.storeDir, 'updates'), time: options.time });
  const rows = await checkRecipes(recipes, workspace, web, options);
  const say = (row: UpdateRow | Applied) => process.stdout.write(`${JSON.stringify(row)}\n`);
  if (options.json) for (const row of rows) say(row);
  else process.stdout.write(updateTable(rows));
  const failed = rows.some(({ state }) => state === 'failed');
  if (!options.write) return rows.some(({ state }) => state === 'new') ? 10 : failed ? 1 : 0;

  const setting: ApplySetting = {
    web,
    downloadDir: workspace.downloadDir,
    aptDir: join(workspace.storeDir, 'apt'),
    onlyArchive: options.archive,
    build: options.build && buildOptions(options, options.build),
    commit: options.commit,
    reload: async (name) => (await recipesOf(open())).load(name, noConfig),
  };
  let allApplied = true;
  for (const { state, newest, package: name } of rows) {
    if (state !== 'new' || newest === undefined) continue;
    const applied = await applyUpdate(await recipes.load(name, noConfig), newest, setting);
    allApplied &&= applied.state === 'updated';
    if (options.json) say(applied);
    else process.stdout.write(appliedText(applied));
  }
  return failed || !allApplied ? 1 : 0;
}

const buildOptions = (
  { layers, sandbox, jobs, installation }: CheckUpdateOptions,
  target: { readonly board: string; readonly product: string },
): TargetOptions & MakeOptions => ({
  ...target,
  ...{ layers, sandbox, jobs, installation },
  ...{ sources: new Map(), offline: false, keepGoing: false, keepSources: false, events: undefined },
});

/** The rows of the packages that have a version, in the order of their names. */
async function checkRecipes(
  recipes: RecipeSet,
  workspace: Workspace,
  web: Web,
  { packages, trusting, archive }: CheckUpdateOptions,
): Promise<readonly UpdateRow[]> {
  throwCollected(packages.filter((name) => !recipes.has(name)).map((name) => unknownPackage(name, recipes)));
  const names = [...new Set(packages.length > 0 ? packages : recipes.names)].sort();
  const aptDir = join(workspace.storeDir, 'apt');
  const patterns = openPatterns();
  const checking: Checking = {
    tools: {
      ...web,
      match: patterns.match,
      archived: async (source) => (await sourcesInApt(source, aptDir, () => {})).map(({ version }) => version),
      token: (name) => process.env[name] || undefined,
    },
    missing: web.missing,
    missingInArchive: async (source, version) => {
      const files = (await sourcesInApt(source, aptDir, () => {})).filter(
        (file) => upstreamVersion(file.version) === version,
      );
      return firstReason(
        files.map(({ uri }) => uri),
        web,
      );
    },
    trusting,
    archive,
  };
  try {
    const rows = await Promise.all(
      names.map((name) => checkPackage(name, () => recipes.load(name, noConfig), checking)),
    );
    return rows.filter((row) => row !== undefined);
  } finally {
    await patterns.close();
  }
}

/** Why none of these addresses has its file; one that only apt knows how to ask is believed. */
async function firstReason(addresses: readonly string[], web: Web): Promise<string | undefined> {
  const reasons = await Promise.all(
    addresses.map((address) => (/^https?:/.test(address) ? web.missing(address).catch(() => undefined) : undefined)),
  );
  return reasons.includes(undefined) ? undefined : reasons[0];
}

const unknownPackage = (name: string, { names }: RecipeSet): Failure =>
  new Failure('package-unknown', `there is no package "${name}"`, { hint: didYouMean(name, names) });

function appliedText({ package: name, from, to, state, report }: Applied): string {
  const head =
    state === 'updated'
      ? `updated ${name} from ${from} to ${to}`
      : `failed  ${name} stays at ${from}: ${to} was not applied`;
  return [`\n${head}`, ...report.map((line) => `        ${line}`), ''].join('\n');
}
