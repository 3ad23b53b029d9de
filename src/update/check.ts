import { failuresOf } from '../base/failure.ts';
import { compareVersions, greatestVersion } from '../base/version.ts';
import type { LoadedRecipe } from '../recipe/load.ts';
import { listingOf, newestIn } from './listing.ts';

/** What upstream has, compared with a recipe. */
export interface UpdateRow {
  readonly package: string;
  readonly current: string;
  readonly newest: string | undefined;
  readonly state: 'new' | 'same' | 'older' | 'unknown' | 'failed';
  /** Why nothing is known, or what went wrong. */
  readonly note: string | undefined;
}

/** Asks one recipe's upstream; whatever goes wrong is in the row and never thrown. */
export async function checkPackage(
  { name, recipe }: LoadedRecipe,
  fetchText: (url: string) => Promise<string>,
): Promise<UpdateRow | undefined> {
  const { version, url, update, checkUpdate } = recipe;
  if (version === undefined) return undefined;
  const row = (state: UpdateRow['state'], newest?: string, note?: string): UpdateRow => ({
    package: name,
    current: version,
    newest,
    state,
    note,
  });
  if (checkUpdate === undefined && update?.from === 'nowhere') return row('unknown', undefined, update.because);
  try {
    const listing = update?.from === 'listing' ? update : url && listingOf(url(version), version);
    const newest = checkUpdate
      ? await checkUpdate({ name, version, fetchText, greatest: greatestVersion })
      : listing && newestIn(await fetchText(listing.url), listing);
    if (newest === undefined) return row('failed', undefined, 'upstream names no version');
    const order = compareVersions(newest, version);
    return row(order > 0 ? 'new' : order < 0 ? 'older' : 'same', newest);
  } catch (error) {
    const [failure] = failuresOf(error) ?? [];
    return row('failed', undefined, failure?.message ?? (error instanceof Error ? error.message : String(error)));
  }
}
