import { dirname, join } from 'node:path';
import pLimit from 'p-limit';
import { Failure, throwCollected } from '../base/failure.ts';
import { didYouMean } from '../base/suggest.ts';
import type { SandboxChoice } from '../build/sandbox.ts';
import { selectTarget } from '../config/target.ts';
import { openWorkspace, refuseBuildInside, type Workspace } from '../config/workspace.ts';
import { sourcesInApt } from '../fetch/apt.ts';
import type { Installation } from '../installation.ts';
import type { MakeOptions, TargetOptions } from '../options.ts';
import type { RecipeSet } from '../recipe/load.ts';
import { upstreamVersion } from '../update/apt.ts';
import { type Checking, checkPackage, type UpdateRow } from '../update/check.ts';
import { askHook } from '../update/hook.ts';
import { noConfig } from '../update/no-config.ts';
import { splitPart } from '../update/parts.ts';
import { openPatterns, type Patterns } from '../update/patterns.ts';
import { updateTable } from '../update/table.ts';
import { openWeb, type Web } from '../update/web.ts';
import { type Applied, type ApplySetting, applyUpdate } from './update/apply.ts';
import { openSoundRecipes } from './update/sound-recipes.ts';

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
 * check failed or something newer is only announced, else 0. With `write` newer versions are applied, one package after
 * the other: 1 when a check or an update failed, else 0.
 */
export async function checkUpdateCommand(options: CheckUpdateOptions): Promise<number> {
  const { layers, installation } = options;
  const open = () => openWorkspace({ root: installation.root, layers, cwd: process.cwd(), env: process.env });
  const workspace = open();
  if (options.build !== undefined) {
    selectTarget(workspace, options.build.board, options.build.product);
    refuseBuildInside(workspace);
  }
  const recipesOf = ({ packages, storeDir }: Workspace) =>
    openSoundRecipes(packages, installation.root, join(storeDir, 'recipes'));
  const recipes = await recipesOf(workspace);
  const web = openWeb({ cacheDir: join(workspace.storeDir, 'updates'), time: options.time });
  await using patterns = openPatterns();
  const rows = await checkRecipes(recipes, workspace, { web, patterns }, options);
  const say = (row: UpdateRow | Applied) => process.stdout.write(`${JSON.stringify(row)}\n`);
  if (options.json) for (const row of rows) say(row);
  else process.stdout.write(updateTable(rows));
  const failed = rows.some(({ state }) => state === 'failed' || state === 'announced');
  if (!options.write) return rows.some(({ state }) => state === 'new') ? 10 : failed ? 1 : 0;

  const setting: ApplySetting = {
    web,
    match: patterns.match,
    downloadDir: workspace.downloadDir,
    aptDir: join(workspace.storeDir, 'apt'),
    onlyArchive: options.archive,
    trusting: options.trusting,
    build: options.build && buildOptions(options, options.build),
    commit: options.commit,
    reload: async (name) => (await recipesOf(open())).load(name, noConfig),
  };
  let allApplied = true;
  for (const { state, newest, package: name, current } of rows) {
    if (state !== 'new' || newest === undefined) continue;
    const applied = await applyUpdate({ package: name, from: current, to: newest }, setting);
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
  ...{ sources: new Map(), offline: false, keepGoing: false, keepSources: false },
  ...{ events: undefined, quiet: false, verbose: [] },
});

/** Threads of recipes' own `checkUpdate` at a time. */
const hooksAtOnce = 4;

/** The rows of the packages that have a version, in the order of their names. */
async function checkRecipes(
  recipes: RecipeSet,
  workspace: Workspace,
  { web, patterns }: { readonly web: Web; readonly patterns: Patterns },
  { packages, trusting, archive, time, installation }: CheckUpdateOptions,
): Promise<readonly UpdateRow[]> {
  const named = packages.map((name) => name.replace(/\/$/, ''));
  const unknown = named.filter((name) => !recipes.has(splitPart(name).owner));
  throwCollected(unknown.map((name) => unknownPackage(name, recipes)));
  const names = [...new Set(named.length > 0 ? named : recipes.names)].sort();
  const hooks = pLimit(hooksAtOnce);
  const program = join(dirname(installation.runner), 'hook.js');
  const aptDir = join(workspace.storeDir, 'apt');
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
    async ownAnswer({ name, recipe: { version = '' } }, scheme) {
      const task = { recipes: recipes.bundlePath, package: name, version, scheme };
      const fetchText = async (url: string) => (await web.page(url)).text;
      return hooks(() => askHook(task, { program, time, fetchText }));
    },
    trusting,
    archive,
  };
  const rows = await Promise.all(
    names.map(async (name) => {
      const { owner, part } = splitPart(name);
      const found = await checkPackage(owner, () => recipes.load(owner, noConfig), checking, part && name);
      // Who names a package waits for an answer.
      return found.length === 0 && named.length > 0 ? [withoutVersion(name)] : found;
    }),
  );
  // Who names a package and one of its extra sources wants each once.
  return [...new Map(rows.flat().map((row) => [row.package, row])).values()];
}

const withoutVersion = (name: string): UpdateRow => ({
  ...{ package: name, current: '', state: 'unknown', newest: undefined, inSeries: undefined, overall: undefined },
  note: 'its recipe has no version of its own',
});

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
