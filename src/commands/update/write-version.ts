import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../../base/failure.ts';
import type { LoadedRecipe } from '../../recipe/load.ts';
import type { ChosenRecipe, ExtraSource, Recipe } from '../../recipe/recipe.ts';
import { editRecipe } from '../../update/edit-recipe.ts';
import { splitPart } from '../../update/parts.ts';
import { examine } from './examine.ts';
import { type FetchSetting, fetchNewFile, type NewFile } from './fetch-new.ts';
import type { FileChanges } from './put-back.ts';

/** The text of a build.ts with another version of the recipe itself, or of one of its extra sources. */
export function editedRecipe(source: string, subject: LoadedRecipe, to: string, file: NewFile): string {
  const { name, recipe } = subject;
  const { version = '', url } = recipe;
  const { owner, part } = splitPart(name);
  return editRecipe(owner, source, {
    version: { from: version, to },
    ...(recipe.git !== undefined && { commit: { from: recipe.git.commit, to: file.commit ?? recipe.git.commit } }),
    ...(part !== undefined && url !== undefined && { url: { from: url(version), to: url(to) } }),
    ...digestEdit(recipe, file),
  });
}

const digestEdit = ({ sha256 = '', alternatives = [] }: Pick<Recipe, 'sha256' | 'alternatives'>, file: NewFile) => ({
  sha256: { from: sha256, to: file.sha256 },
  oldAlternatives: alternatives.map((each) => ({ file: each.file, sha256: each.sha256 })),
  alternative: alternatives[0]?.inside === undefined ? file.alternative : undefined,
});

interface Following {
  readonly to: string;
  readonly setting: FetchSetting;
  readonly changes: FileChanges;
}

/**
 * Extra sources whose address has changed with the version of the recipe are fetched, and their digests written. Returns
 * what is to be told of them.
 */
export async function followVersion(
  before: LoadedRecipe,
  after: LoadedRecipe,
  following: Following,
): Promise<string[]> {
  const { to, setting, changes } = following;
  const { name, dir } = before;
  const report: string[] = [];
  for (const [part, extra] of Object.entries(after.recipe.extraSources ?? {})) {
    const old = before.recipe.extraSources?.[part];
    if (old === undefined || old.url === extra.url || old.sha256 !== extra.sha256) continue;
    const { sha256, alternatives = [], unpack = true } = old;
    const recipe: ChosenRecipe = { version: to, url: () => extra.url, sha256, alternatives, unpack };
    const file = await fetchNewFile({ ...after, name: `${name}/${part}`, recipe }, to, setting);
    await examine(file);
    report.push(`${part}: sha256: ${file.sha256}`, ...file.notes.map((note) => `${part}: ${note}`));
    const buildFile = join(dir, 'build.ts');
    const source = readFileSync(buildFile, 'utf8');
    changes.write(buildFile, editRecipe(name, source, { version: undefined, ...digestEdit(old, file) }));
  }
  return report;
}

/** What goes by the new version must be the new version through and through, and all else as it was. */
export function refuseHalfUpdate(
  name: string,
  { to, file }: { readonly to: string; readonly file: NewFile },
  before: Recipe,
  after: Recipe,
): void {
  const { owner, part } = splitPart(name);
  const by = (why: string, hint: string) => new Failure('recipe-invalid', `${owner}: ${why}`, { hint });
  const [was, is] = [sourceOf(before, part), sourceOf(after, part)];
  if (is?.version !== to || is.sha256 !== file.sha256)
    throw by('build.ts has another version or digest than was written into it', 'update this recipe by hand');
  if (was?.url === is.url)
    throw by(
      'its url is the same for every version',
      `write the version of the url as ${part === undefined ? '${v}' : 'a text'}`,
    );
  if (was?.sha256 === is.sha256)
    throw by('the file of the new version is that of the old one', 'look what upstream has done');
  for (const [other, extra] of Object.entries(after.extraSources ?? {})) {
    if (other === part) continue;
    const old = before.extraSources?.[other];
    if (old?.url !== extra.url && old?.sha256 === extra.sha256)
      throw by(`its extra source ${other} has the digest of the old version`, 'update this recipe by hand');
    refuseStale(old, extra, by);
  }
  refuseStale(was, is, by);
  if (part !== undefined && (before.version !== after.version || before.sha256 !== after.sha256))
    throw by(`a change of ${part} changed its own version or digest`, 'update this recipe by hand');
}

interface Source extends Pick<ExtraSource, 'url' | 'sha256' | 'alternatives'> {
  readonly version?: string | undefined;
}

function sourceOf(recipe: Recipe, part: string | undefined): Source | undefined {
  if (part !== undefined) return recipe.extraSources?.[part];
  if (recipe.sha256 === undefined) return undefined;
  const { version, sha256, alternatives = [] } = recipe;
  const url = recipe.git === undefined ? recipe.url(version) : `${recipe.git.url} ${recipe.git.commit}`;
  return { version, url, sha256, alternatives };
}

/** An alternative of another file than before cannot be the same, nor can it be that of the new version. */
function refuseStale(before: Source | undefined, after: Source, by: (why: string, hint: string) => Failure): void {
  if (before?.sha256 === after.sha256) return;
  const stale = (after.alternatives ?? []).find(({ file, sha256 }) => {
    const old = before?.alternatives?.find((each) => each.file === file);
    return old !== undefined && (old.sha256 === sha256 || sha256 === after.sha256);
  });
  if (stale !== undefined)
    throw by(`its alternative ${stale.file} is of the old version`, 'update this recipe by hand');
}
