import { readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Digest } from '../../base/digest.ts';
import { Failure, failuresOf } from '../../base/failure.ts';
import { writeAtomic } from '../../base/files.ts';
import { catchInterrupts, type Interrupts } from '../../base/interrupt.ts';
import { type Candidate, fetchDistfile } from '../../fetch/distfile.ts';
import { parseMirrors } from '../../fetch/mirror.ts';
import type { MakeOptions, TargetOptions } from '../../options.ts';
import type { LoadedRecipe } from '../../recipe/load.ts';
import type { Recipe } from '../../recipe/recipe.ts';
import { editRecipe } from '../../update/edit-recipe.ts';
import { buildWithDependants, outputChanges } from './build-both.ts';
import { commitUpdate, requireClean } from './commit.ts';
import { type FetchSetting, fetchNewFile } from './fetch-new.ts';
import { licenceChanges } from './licences.ts';
import { tryPatches } from './patches.ts';

/** What came of applying one update. */
export interface Applied {
  readonly package: string;
  readonly from: string;
  readonly to: string;
  readonly state: 'updated' | 'failed';
  /** What a reader wants to know before believing it: one line each. */
  readonly report: readonly string[];
}

export interface ApplySetting extends FetchSetting {
  /** The target whose packages are built before and after. */
  readonly build: (TargetOptions & MakeOptions) | undefined;
  readonly commit: boolean;
  /** Loads a recipe again, after its file has changed. */
  reload(name: string): Promise<LoadedRecipe>;
}

/**
 * Writes another version and its digests into a recipe, removes patches that upstream has taken, builds and commits as
 * asked. Whatever goes wrong is in the report, and then the recipe's directory is as it was before.
 */
export async function applyUpdate(loaded: LoadedRecipe, to: string, setting: ApplySetting): Promise<Applied> {
  const { name, recipe } = loaded;
  const report: string[] = [];
  const undo: (() => void)[] = [];
  const putBack = () => {
    for (const step of undo.splice(0).reverse()) step();
  };
  // The second Ctrl-C ends the process wherever it is.
  process.once('exit', putBack);
  const interrupts = catchInterrupts(() => {});
  try {
    await apply(loaded, to, { setting, report, undo, interrupts });
    return { package: name, from: recipe.version ?? '', to, state: 'updated', report };
  } catch (error) {
    const wasChanged = undo.length > 0;
    putBack();
    const failures = failuresOf(error);
    if (failures === undefined || failures.some(({ code }) => code === 'interrupted')) throw error;
    for (const { message, detail } of failures) report.push(message, ...(detail?.split('\n') ?? []));
    if (wasChanged) report.push('everything was put back');
    return { package: name, from: recipe.version ?? '', to, state: 'failed', report };
  } finally {
    process.off('exit', putBack);
    interrupts.forget();
  }
}

interface Work {
  readonly setting: ApplySetting;
  readonly report: string[];
  /** What takes back the changes made so far, in the order of making them. */
  readonly undo: (() => void)[];
  readonly interrupts: Interrupts;
}

async function apply(loaded: LoadedRecipe, to: string, { setting, report, undo, interrupts }: Work): Promise<void> {
  const { name, dir, recipe } = loaded;
  const { build, commit } = setting;
  const { version = '', sha256 = '' } = recipe;
  if (commit) await requireClean(name, dir);
  const file = await fetchNewFile(loaded, to, setting);
  report.push(`sha256: ${file.sha256}`, ...file.notes);

  const patches = await tryPatches(dir, file.path);
  report.push(
    ...patches.map(({ patch, state, why }) => `${patch}: ${words[state]}${why === undefined ? '' : `: ${why}`}`),
  );
  const failing = patches.filter(({ state }) => state === 'fails');
  if (failing.length > 0) {
    const names = failing.map(({ patch }) => patch).join(', ');
    throw new Failure('patch-rejected', `${name} ${to} needs other patches: ${names}`, {
      detail: failing.map(({ printed = '' }) => printed.trimEnd()).join('\n'),
    });
  }
  const buildFile = join(dir, 'build.ts');
  const source = readFileSync(buildFile, 'utf8');
  const edited = editRecipe(name, source, {
    version: { from: version, to },
    sha256: { from: sha256, to: file.sha256 },
    oldAlternatives: recipe.alternatives?.map((each) => ({ file: each.file, sha256: each.sha256 })) ?? [],
    alternative: recipe.alternatives?.[0]?.inside === undefined ? file.alternative : undefined,
  });
  const before = build === undefined ? undefined : await buildWithDependants(name, build);
  if (interrupts.isRequested()) throw new Failure('interrupted', 'interrupted while updating');

  undo.push(() => writeAtomic(buildFile, source));
  writeAtomic(buildFile, edited);
  for (const { patch, state } of patches) {
    if (state !== 'upstream') continue;
    const content = readFileSync(join(dir, patch));
    undo.push(() => writeAtomic(join(dir, patch), content));
    rmSync(join(dir, patch));
  }
  const reloaded = await setting.reload(name);
  if (reloaded.recipe.version !== to || reloaded.recipe.sha256 !== file.sha256) {
    throw new Failure('recipe-invalid', `${name}: build.ts has another version or digest than was written into it`);
  }
  refuseHalfUpdate(name, recipe, reloaded.recipe);
  if (build !== undefined && before !== undefined) {
    const after = await buildWithDependants(name, build);
    report.push(...outputChanges(name, before, after), ...(await licences(loaded, file.path, setting)));
  }
  if (interrupts.isRequested()) throw new Failure('interrupted', 'interrupted while updating');
  if (commit) report.push(`committed as ${await commitUpdate(dir, `${name}: update to ${to}`, report)}`);
}

/** What goes by the new version must be the new version through and through. */
function refuseHalfUpdate(name: string, before: Recipe, after: Recipe): void {
  const by = (why: string, hint: string) => new Failure('recipe-invalid', `${name}: ${why}`, { hint });
  if (before.url !== undefined && before.url(before.version) === after.url?.(after.version))
    throw by('its url is the same for every version', 'write the version of the url as ${v}');
  if (before.sha256 === after.sha256)
    throw by('the file of the new version is that of the old one', 'look what upstream has done');
  const extra = ({ extraSources = {} }: Recipe) => JSON.stringify(extraSources);
  if (extra(before) !== extra(after))
    throw by('its extra sources change with the version', 'update this recipe by hand: their digests are not known');
  const stale = (after.alternatives ?? []).find(({ file, sha256 }) => {
    const old = before.alternatives?.find((each) => each.file === file);
    return old !== undefined && (old.sha256 === sha256 || sha256 === after.sha256);
  });
  if (stale !== undefined)
    throw by(`its alternative ${stale.file} is of the old version`, 'update this recipe by hand');
}

const words = { applies: 'applies', upstream: 'is already upstream, removed', fails: 'does not apply' } as const;

/** Compared only where the old source can be had: what is built may have come out of the store. */
async function licences({ name, recipe }: LoadedRecipe, fresh: string, setting: ApplySetting): Promise<string[]> {
  if (recipe.url === undefined) return [];
  const url = recipe.url(recipe.version);
  const upstream: Candidate = { file: basename(new URL(url).pathname), sha256: recipe.sha256 as Digest, url };
  const quiet = () => {};
  try {
    const options = {
      downloadDir: setting.downloadDir,
      aptDir: setting.aptDir,
      offline: false,
      tell: quiet,
      warn: quiet,
    };
    const mirrors = parseMirrors(process.env['MK_MIRRORS']);
    const old = await fetchDistfile({ package: name, candidates: [upstream] }, { ...options, mirrors });
    return await licenceChanges(old.path, fresh);
  } catch (error) {
    if (failuresOf(error) === undefined) throw error;
    return ['licence files were not compared: the old source cannot be had'];
  }
}
