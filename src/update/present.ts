import type { LoadedRecipe } from '../recipe/load.ts';

/** The newest version that can be had, or the newest of all when none that is newer than the recipe's can. */
export interface Present {
  readonly newest: string;
  /** No file was found for anything newer than the recipe's version, although there is something newer. */
  readonly isOnlyAnnounced: boolean;
  /** Why newer ones were passed over: one for each. */
  readonly notes: readonly string[];
}

/** Versions that are tried until one has its file. */
const announcedLookedAt = 3;

/**
 * Looks which of the versions, the newest first, has its file; what is not newer than the recipe's is believed without
 * asking. Fails when a server cannot tell.
 */
export async function firstPresent(
  acceptable: readonly [string, ...string[]],
  { recipe }: LoadedRecipe,
  order: (a: string, b: string) => number,
  missing: ((version: string) => Promise<string | undefined>) | undefined,
): Promise<Present> {
  const { version: current = '' } = recipe;
  const newer = acceptable.filter((version) => order(version, current) > 0);
  const [first] = newer;
  if (first === undefined || missing === undefined) return { newest: acceptable[0], isOnlyAnnounced: false, notes: [] };
  const notes: string[] = [];
  for (const version of newer.slice(0, announcedLookedAt)) {
    const why = await missing(version);
    if (why === undefined) return { newest: version, isOnlyAnnounced: false, notes };
    notes.push(`${version} is announced, but ${why}`);
  }
  return { newest: first, isOnlyAnnounced: true, notes };
}
