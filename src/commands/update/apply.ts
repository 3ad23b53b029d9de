import { readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Failure, failuresOf } from '../../base/failure.ts';
import { catchInterrupts, type Interrupts } from '../../base/interrupt.ts';
import { partsOf } from '../../make/sources.ts';
import type { MakeOptions, TargetOptions } from '../../options.ts';
import type { LoadedRecipe } from '../../recipe/load.ts';
import { splitPart, partsOf as versionedParts } from '../../update/parts.ts';
import { buildWithDependants, outputChanges, requireBuildable } from './build-both.ts';
import { commitUpdate, requireClean } from './commit.ts';
import { currentFile } from './current.ts';
import { examine, licenceChanges, strangeness } from './examine.ts';
import { type FetchSetting, fetchNewFile, type NewFile } from './fetch-new.ts';
import { type PatchOutcome, tryPatches } from './patches.ts';
import { type FileChanges, openFileChanges } from './put-back.ts';
import { editedRecipe, followVersion, refuseHalfUpdate } from './write-version.ts';

/** A newer version that a check has found. */
export interface Update {
  /** Or an extra source of one, such as `gcc/gmp`. */
  readonly package: string;
  readonly from: string;
  readonly to: string;
}

/** What came of applying one update. */
export interface Applied extends Update {
  readonly state: 'updated' | 'failed';
  /** What a reader wants to know before believing it: one line each. */
  readonly report: readonly string[];
}

export interface ApplySetting extends FetchSetting {
  /** Take a source that looks like another project's. */
  readonly trusting: boolean;
  /** The target whose packages are built before and after. */
  readonly build: (TargetOptions & MakeOptions) | undefined;
  readonly commit: boolean;
  /** Loads a recipe as its file is now. */
  reload(name: string): Promise<LoadedRecipe>;
}

/**
 * Writes another version and its digests into a recipe, removes patches that upstream has taken, builds and commits as
 * asked. Whatever goes wrong is in the report, and then the recipe's directory is as it was before, but for what
 * somebody else has changed there meanwhile.
 */
export async function applyUpdate(update: Update, setting: ApplySetting): Promise<Applied> {
  const report: string[] = [];
  const changes = openFileChanges();
  const putBack = () => changes.putBack();
  // The second Ctrl-C ends the process wherever it is.
  process.once('exit', putBack);
  const interrupts = catchInterrupts(() => {});
  try {
    await apply(update, { setting, report, changes, interrupts });
    return { ...update, state: 'updated', report };
  } catch (error) {
    const wasChanged = changes.paths.length > 0;
    const left = putBack();
    const failures = failuresOf(error);
    if (failures === undefined || failures.some(({ code }) => code === 'interrupted')) {
      for (const line of left) process.stderr.write(`warning: ${line}\n`);
      throw error;
    }
    for (const { message, detail, hint } of failures) {
      report.push(message, ...(detail?.split('\n') ?? []), ...(hint === undefined ? [] : [`hint: ${hint}`]));
    }
    if (wasChanged) report.push(...(left.length === 0 ? ['everything was put back'] : left));
    return { ...update, state: 'failed', report };
  } finally {
    process.off('exit', putBack);
    interrupts.forget();
  }
}

interface Work {
  readonly setting: ApplySetting;
  readonly report: string[];
  readonly changes: FileChanges;
  readonly interrupts: Interrupts;
}

async function apply(update: Update, work: Work): Promise<void> {
  const { package: name, to } = update;
  const { setting, report, changes, interrupts } = work;
  const { build, commit } = setting;
  const { owner } = splitPart(name);
  const loaded = await setting.reload(owner);
  const { dir } = loaded;
  const subject = versionedParts(loaded).find((part) => part.name === name);
  if (subject?.recipe.sha256 === undefined)
    throw new Failure('recipe-invalid', `${name}: has no source to fetch a version of`, {
      hint: 'change its version in build.ts by hand',
    });
  if (commit) await requireClean(owner, dir);
  if (build !== undefined) await requireBuildable(owner, build);

  const { file, differences } = await newSource(subject, to, work);
  const patches = await tryPatches(loaded, { name, file }, setting);
  report.push(...patches.map(outcomeText));
  refusePatches(loaded, to, patches);

  const buildFile = join(dir, 'build.ts');
  const source = textOf(buildFile);
  const edited = editedRecipe(source, subject, to, file);
  const before = build === undefined ? undefined : await buildWithDependants(owner, build);
  refuseInterrupted(interrupts);
  if (readFileSync(buildFile, 'utf8') !== source)
    throw new Failure('source-changed', `${owner}: build.ts was changed by somebody else meanwhile`, {
      hint: 'run it again',
    });
  changes.write(buildFile, edited);
  for (const { patch, state } of patches) if (state === 'upstream') changes.remove(join(dir, patch));
  const written = await setting.reload(owner);
  report.push(...(await followVersion(loaded, written, { to, setting, changes })));
  refuseHalfUpdate(name, { to, file }, loaded.recipe, (await setting.reload(owner)).recipe);

  if (build !== undefined && before !== undefined)
    report.push(...outputChanges(owner, before, await buildWithDependants(owner, build)));
  report.push(...differences);
  refuseInterrupted(interrupts);
  const [disturbed] = changes.disturbed();
  if (disturbed !== undefined)
    throw new Failure('source-changed', `${owner}: ${basename(disturbed)} is not what was tried any more`, {
      hint: 'run it again when nobody edits it',
    });
  if (!commit) return;
  const { part } = splitPart(name);
  const message = part === undefined ? `${owner}: update to ${to}` : `${owner}: update ${part} to ${to}`;
  report.push(`committed as ${await commitUpdate(dir, changes.paths, { subject: message, report })}`);
}

/** What is not read as it is written could not be written as it was. */
function textOf(file: string): string {
  const bytes = readFileSync(file);
  const text = bytes.toString('utf8');
  if (Buffer.from(text).equals(bytes)) return text;
  throw new Failure('recipe-invalid', `${file}: is not UTF-8`, { hint: 'save it as UTF-8, then run it again' });
}

function refuseInterrupted(interrupts: Interrupts): void {
  if (interrupts.isRequested()) throw new Failure('interrupted', 'interrupted while updating');
}

/** Fetches the source of another version and compares it with the one that the recipe has. */
async function newSource(
  subject: LoadedRecipe,
  to: string,
  { setting, report }: Work,
): Promise<{ readonly file: NewFile; readonly differences: readonly string[] }> {
  const [own] = partsOf(subject);
  const old = own && (await currentFile(subject.name, own, setting));
  const before = old && (await examine(old));
  const file = await fetchNewFile(subject, to, setting);
  report.push(`sha256: ${file.sha256}`, ...file.notes);
  const after = await examine(file);
  if (before === undefined)
    return { file, differences: ['the source was not compared with the old one, which cannot be had'] };
  // A file that is no archive has another name in each version.
  const strange = file.plain === undefined ? strangeness(before, after) : undefined;
  if (strange !== undefined && !setting.trusting) {
    rmSync(file.path);
    throw new Failure('digest-mismatch', `${basename(file.path)}: ${strange}`, {
      hint: 'look at the file; if it is the right one nevertheless, add --yes',
    });
  }
  const licences = licenceChanges(before, after);
  if (licences.length === 0 && after.licences.size > 0) report.push('licence files as before');
  return {
    file,
    differences: [...(strange === undefined ? [] : [`the source ${strange}`]), ...licences],
  };
}

const words = { applies: 'applies', upstream: 'is already upstream, removed', fails: 'does not apply' } as const;

const outcomeText = ({ patch, state, why }: PatchOutcome): string =>
  `${patch}: ${words[state]}${why === undefined ? '' : `: ${why}`}`;

/** A patch that does not fit is a matter for somebody who knows it, and so is one that a hook applies by its name. */
function refusePatches({ name, dir, modules }: LoadedRecipe, to: string, patches: readonly PatchOutcome[]): void {
  const failing = patches.filter(({ state }) => state === 'fails');
  if (failing.length > 0) {
    const names = failing.map(({ patch }) => patch).join(', ');
    throw new Failure('patch-rejected', `${name} ${to} needs other patches: ${names}`, {
      detail: failing.map(({ printed = '' }) => printed.trimEnd()).join('\n'),
    });
  }
  const texts = [join(dir, 'build.ts'), ...modules.map(({ path }) => path)].map((file) => ({
    file,
    text: readFileSync(file, 'utf8'),
  }));
  for (const { patch, state } of patches) {
    const by = texts.find(({ text }) => text.includes(patch));
    if (state !== 'upstream' || by === undefined) continue;
    throw new Failure('patch-rejected', `${name} ${to} has ${patch} already, and ${basename(by.file)} names it`, {
      hint: `take ${patch} out of ${by.file} and of the directory, then run it again`,
    });
  }
}
