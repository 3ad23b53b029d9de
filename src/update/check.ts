import { Failure, failuresOf } from '../base/failure.ts';
import { greatestVersion } from '../base/version.ts';
import { orders } from '../base/version-schemes.ts';
import type { LoadedRecipe } from '../recipe/load.ts';
import type { UpdateSource } from '../recipe/update-source.ts';
import { askUpstream, schemeOf } from './ask.ts';
import { type Chosen, chooseVersions } from './choose.ts';
import type { Tools } from './strategy.ts';

/** What upstream has, compared with a recipe. */
export interface UpdateRow {
  readonly package: string;
  readonly current: string;
  readonly state: 'new' | 'same' | 'older' | 'unknown' | 'failed';
  /** What the recipe would be updated to; the newest that it accepts. */
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
  /** Take versions that look like mistakes. */
  readonly trusting: boolean;
  /** Ask the source archive of the machine's distribution, whatever the recipes say. */
  readonly archive: boolean;
}

/** Milliseconds that a recipe's own `checkUpdate` may take. */
const hookTime = 120_000;
/** Versions that are tried until one has its file. */
const announcedLookedAt = 3;

/**
 * Loads one recipe and asks its upstream; whatever goes wrong is in the row and never thrown. Undefined for a package
 * without a version.
 */
export async function checkPackage(
  name: string,
  load: () => Promise<LoadedRecipe>,
  checking: Checking,
): Promise<UpdateRow | undefined> {
  try {
    return await checkLoaded(await load(), checking);
  } catch (error) {
    return rowOf(name, '', 'failed', { note: noteOf(error) });
  }
}

const rowOf = (name: string, current: string, state: UpdateRow['state'], rest: Partial<UpdateRow> = {}): UpdateRow => ({
  ...{ package: name, current, state, newest: undefined, inSeries: undefined, overall: undefined, note: undefined },
  ...rest,
});

const noteOf = (error: unknown): string =>
  failuresOf(error)?.[0]?.message ?? (error instanceof Error ? error.message : String(error));

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
    const [best] = chosen.acceptable;
    if (best === undefined) return row('failed', { note: heldNote(chosen) ?? 'upstream names no version' });
    const { newest, notes } = await firstPresent(chosen.acceptable, loaded, order, missingAt(loaded, source, checking));
    const state = order(newest, current);
    const others = {
      inSeries: chosen.inSeries === newest || chosen.inSeries === current ? undefined : chosen.inSeries,
      overall: chosen.overall === newest ? undefined : chosen.overall,
    };
    const note = [...notes, heldNote(chosen)].filter((each) => each !== undefined).join('; ') || undefined;
    return row(state > 0 ? 'new' : state < 0 ? 'older' : 'same', { newest, ...others, note });
  } catch (error) {
    return row('failed', { note: noteOf(error) });
  }
}

function sourceOf(loaded: LoadedRecipe, { archive }: Checking): Exclude<UpdateSource, { from: 'nowhere' }> {
  const { update } = loaded.recipe;
  if (update?.from === 'nowhere') return { from: 'listing' };
  if (!archive || update?.from === 'apt') return update ?? { from: 'listing' };
  const { series, channel, ignore, evenMinor } = update ?? {};
  const choice = { ...(series && { series }), ...(channel && { channel }), ...(ignore && { ignore }) };
  return { from: 'apt', source: archiveName(loaded), ...choice, ...(evenMinor && { evenMinor }) };
}

/** What the source archive calls a package: as its recipe says, else as the name of a file of it there begins. */
export function archiveName({ name, recipe }: LoadedRecipe): string {
  if (recipe.update?.from === 'apt') return recipe.update.source;
  return recipe.alternatives?.map(({ file }) => /^([^_]+)_/.exec(file)?.[1]).find(Boolean) ?? name;
}

async function chooseFor(
  { name, recipe }: LoadedRecipe,
  source: Exclude<UpdateSource, { from: 'nowhere' }>,
  { tools, trusting, archive }: Checking,
): Promise<Chosen> {
  const { version: current = '', url, checkUpdate } = recipe;
  const order = orders[schemeOf(source)];
  if (checkUpdate !== undefined && !archive) {
    const fetchText = async (address: string) => (await tools.page(address)).text;
    const asked = Promise.resolve(
      checkUpdate({ name, version: current, fetchText, greatest: (versions) => greatestVersion(versions, order) }),
    );
    const version = await withinTime(asked);
    // The hook has chosen by its own rules.
    const acceptable = version === undefined ? [] : [version];
    return { acceptable, inSeries: version, overall: version, held: [] };
  }
  const found = await askUpstream(source, tools, { name, version: current, url });
  return chooseVersions(found, { current, choice: source, order, trusting });
}

async function withinTime<T>(work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const message = `checkUpdate has not come to an end within ${hookTime / 1000} seconds`;
  const timer = setTimeout(() => reject(new Failure('hook-failed', message)), hookTime);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Who can tell whether a version's file is there; nobody for a package without one. */
function missingAt({ recipe: { url } }: LoadedRecipe, source: UpdateSource, { missing, missingInArchive }: Checking) {
  if (source.from === 'apt') return (version: string) => missingInArchive(source.source, version);
  return url && ((version: string) => missing(url(version)));
}

/** The newest version whose file is there; what is not newer than the recipe's is believed without asking. */
async function firstPresent(
  acceptable: readonly string[],
  { recipe }: LoadedRecipe,
  order: (a: string, b: string) => number,
  missing: ((version: string) => Promise<string | undefined>) | undefined,
): Promise<{ readonly newest: string; readonly notes: readonly string[] }> {
  const { version: current = '' } = recipe;
  const newer = acceptable.filter((version) => order(version, current) > 0);
  const notes: string[] = [];
  if (missing === undefined) return { newest: acceptable[0] ?? current, notes };
  for (const version of newer.slice(0, announcedLookedAt)) {
    const why = await missing(version);
    if (why === undefined) return { newest: version, notes };
    notes.push(`${version} is announced, but ${why}`);
  }
  if (newer.length > announcedLookedAt) throw new Failure('download-failed', notes.join('; '));
  return { newest: acceptable[newer.length] ?? current, notes };
}

function heldNote({ held: [first] }: Chosen): string | undefined {
  return first === undefined ? undefined : `${first.version} ${first.why} (--yes takes it)`;
}
