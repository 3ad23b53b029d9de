import { Failure, failuresOf } from '../base/failure.ts';
import { orders, type VersionScheme } from '../base/version-schemes.ts';
import type { LoadedRecipe } from '../recipe/load.ts';
import type { UpdateSource } from '../recipe/update-source.ts';
import { askUpstream, schemeOf } from './ask.ts';
import { type Chosen, chooseVersions } from './choose.ts';
import { tagsOf } from './git.ts';
import { walkTo } from './listing.ts';
import { partsOf, splitPart } from './parts.ts';
import { firstPresent } from './present.ts';
import type { Tools } from './strategy.ts';

/** What upstream has, compared with a recipe. */
export interface UpdateRow {
  readonly package: string;
  readonly current: string;
  /** `announced`: there is something newer, and no file of it. `unknown`: the recipe says that nobody can be asked. */
  readonly state: 'new' | 'same' | 'older' | 'announced' | 'unknown' | 'failed';
  /** The newest that the recipe accepts; for `new` what it would be updated to. */
  readonly newest: string | undefined;
  /** The newest of the recipe's series, and the newest of all, where they tell more than `newest` and `current`. */
  readonly inSeries: string | undefined;
  readonly overall: string | undefined;
  /** Why nothing is known, what went wrong, or what was not taken. */
  readonly note: string | undefined;
}

export interface Checking {
  readonly tools: Tools;
  /** Why there is no file at this address; undefined when there is one. */
  missing(url: string): Promise<string | undefined>;
  /** The same for an upstream version of a source package in the distribution's archive, which may list what it lacks. */
  missingInArchive(source: string, version: string): Promise<string | undefined>;
  /** What a recipe's own `checkUpdate` answers, within some time. */
  ownAnswer(loaded: LoadedRecipe, scheme: VersionScheme): Promise<string | undefined>;
  /** Take versions that look like mistakes. */
  readonly trusting: boolean;
  /** Ask the source archive of the machine's distribution, whatever the recipes say. */
  readonly archive: boolean;
}

/**
 * Loads one recipe and asks its upstream, and those of its extra sources; whatever goes wrong is in the rows and never
 * thrown. Empty for a package without a version. `only` names one part, such as `gcc/gmp`.
 */
export async function checkPackage(
  name: string,
  load: () => LoadedRecipe,
  checking: Checking,
  only?: string,
): Promise<readonly UpdateRow[]> {
  try {
    const parts = partsOf(load());
    const wanted = only === undefined ? parts : parts.filter((part) => part.name === only);
    if (wanted.length === 0) {
      const known = parts.map((part) => part.name).join(', ');
      throw new Failure('recipe-invalid', `it has no extra source "${only}" with a version; there is ${known}`);
    }
    const rows = await Promise.all(wanted.map((part) => checkLoaded(part, checking)));
    return rows.filter((row) => row !== undefined);
  } catch (error) {
    return [rowOf(only ?? name, '', 'failed', { note: noteOf(error) })];
  }
}

const rowOf = (name: string, current: string, state: UpdateRow['state'], rest: Partial<UpdateRow> = {}): UpdateRow => ({
  ...{ package: name, current, state, newest: undefined, inSeries: undefined, overall: undefined, note: undefined },
  ...rest,
});

/** What is wrong, with its place in the recipe if it has one. */
function noteOf(error: unknown): string {
  const [first, ...others] = failuresOf(error) ?? [];
  if (first === undefined) return error instanceof Error ? error.message : String(error);
  const { place, message } = first;
  const at = place && `${place.file}:${place.line}:${place.column}`;
  const own = place && message.startsWith(`${place.file}: `) ? message.slice(place.file.length + 2) : message;
  return `${at === undefined ? '' : `${at}: `}${own}${others.length === 0 ? '' : ` (and ${others.length} more faults)`}`;
}

async function checkLoaded(loaded: LoadedRecipe, checking: Checking): Promise<UpdateRow | undefined> {
  const { name, recipe } = loaded;
  const { version: current, update } = recipe;
  if (current === undefined) return undefined;
  const row = (state: UpdateRow['state'], rest: Partial<UpdateRow> = {}) => rowOf(name, current, state, rest);
  const asksUpstream = recipe.checkUpdate === undefined || checking.archive;
  if (asksUpstream && update?.from === 'nowhere') return row('unknown', { note: update.because });
  try {
    const source = sourceOf(loaded, checking);
    const order = orders[schemeOf(source)];
    const chosen = await chooseFor(loaded, source, checking);
    const [best, ...others] = chosen.acceptable;
    if (best === undefined) return row('failed', { note: nothingNote(chosen, loaded, source, checking) });
    const present = await firstPresent([best, ...others], loaded, order, missingAt(loaded, source, checking));
    const { newest, isOnlyAnnounced, notes } = present;
    const beside = {
      inSeries: chosen.inSeries === newest || chosen.inSeries === current ? undefined : chosen.inSeries,
      overall: chosen.overall === newest ? undefined : chosen.overall,
    };
    const note = [...notes, heldNote(chosen)].filter((each) => each !== undefined).join('; ') || undefined;
    const age = order(newest, current);
    const state = isOnlyAnnounced ? 'announced' : age > 0 ? 'new' : age < 0 ? 'older' : 'same';
    return row(state, { newest, ...beside, note });
  } catch (error) {
    return row('failed', { note: noteOf(error) });
  }
}

function sourceOf(loaded: LoadedRecipe, { archive }: Checking): Exclude<UpdateSource, { from: 'nowhere' }> {
  const { update, git } = loaded.recipe;
  if (update?.from === 'nowhere') return { from: 'listing' };
  if (!archive || update?.from === 'apt') return update ?? (git === undefined ? { from: 'listing' } : tagsOf(git));
  const { series, channel, ignore, evenMinor } = update ?? {};
  const choice = { ...(series && { series }), ...(channel && { channel }), ...(ignore && { ignore }) };
  return { from: 'apt', source: archiveName(loaded), ...choice, ...(evenMinor && { evenMinor }) };
}

/** What the source archive calls a package: as its recipe says, else as the name of a file of it there begins. */
export function archiveName({ name, recipe }: LoadedRecipe): string {
  if (recipe.update?.from === 'apt') return recipe.update.source;
  if (recipe.update?.archive !== undefined) return recipe.update.archive;
  const { owner, part } = splitPart(name);
  return recipe.alternatives?.map(({ file }) => /^([^_]+)_/.exec(file)?.[1]).find(Boolean) ?? part ?? owner;
}

async function chooseFor(
  loaded: LoadedRecipe,
  source: Exclude<UpdateSource, { from: 'nowhere' }>,
  { tools, ownAnswer, trusting, archive }: Checking,
): Promise<Chosen> {
  const { name, recipe } = loaded;
  const { version: current = '', url, checkUpdate } = recipe;
  const scheme = schemeOf(source);
  const choosing = { current, choice: source, order: orders[scheme], trusting };
  if (checkUpdate === undefined || archive) {
    return chooseVersions(await askUpstream(source, tools, { name, version: current, url }), choosing);
  }
  const answer = await ownAnswer(loaded, scheme);
  if (answer === undefined) throw new Failure('hook-failed', 'checkUpdate has found no version');
  const chosen = chooseVersions([{ version: answer }], choosing);
  const [refused] = [...chosen.refused, ...chosen.held];
  if (refused === undefined) return chosen;
  const shown = JSON.stringify(answer.length > 60 ? `${answer.slice(0, 60)}…` : answer);
  const hint = chosen.held.length > 0 ? ' (--yes takes it)' : '';
  throw new Failure('hook-failed', `checkUpdate answers ${shown}, which ${refused.why}${hint}`);
}

/** Who can tell whether a version's file is there; nobody for a package without one. */
function missingAt({ recipe: { url } }: LoadedRecipe, source: UpdateSource, { missing, missingInArchive }: Checking) {
  if (source.from === 'apt') return (version: string) => missingInArchive(source.source, version);
  return url && ((version: string) => missing(url(version)));
}

/** Why there is no version to speak of, and where none was found. */
function nothingNote(
  { held, refused }: Chosen,
  { name, recipe }: LoadedRecipe,
  source: UpdateSource,
  { archive }: Checking,
): string {
  const [first] = [...held, ...refused];
  if (held.length > 0 && first !== undefined) return `${first.version} ${first.why} (--yes takes it)`;
  if (first !== undefined)
    return `none of the ${refused.length} versions that upstream has is for this recipe: ${first.version} ${first.why}`;
  const { version = '', url } = recipe;
  if (source.from === 'listing' && source.url === undefined && url === undefined)
    return 'nobody knows where to look: the recipe has neither `url` nor `update`';
  const place = 'url' in source ? source.url : walkTo({ name, version, url })?.root;
  if (source.from === 'listing') return `no version of it is listed at ${place}`;
  if (source.from === 'apt')
    return `the source archive${archive ? ' of this machine' : ''} has no source package "${source.source}"`;
  return `no version was found where \`update\` looks (from ${source.from}${'url' in source ? `, ${source.url}` : ''})`;
}

function heldNote({ held: [first] }: Chosen): string | undefined {
  return first === undefined ? undefined : `${first.version} ${first.why} (--yes takes it)`;
}
