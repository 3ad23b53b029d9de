import { fitsGlob } from '../base/glob.ts';
import { isPreRelease } from '../base/version.ts';
import type { UpdateChoice } from '../recipe/update-source.ts';
import { jumpsIn } from './jumps.ts';
import type { Found } from './strategy.ts';
import { isVersion } from './tags.ts';

/** A version that was not taken although it is greater than what was, and why. */
export interface Held {
  readonly version: string;
  readonly why: string;
}

export interface Chosen {
  /** What the recipe may be updated to, the newest first; also versions that are not newer than its own. */
  readonly acceptable: readonly string[];
  /** The newest of the series that the recipe names, or that its version belongs to. */
  readonly inSeries: string | undefined;
  /** The newest of all series. */
  readonly overall: string | undefined;
  /** The newest first. */
  readonly held: readonly Held[];
  /** What nobody would take, and why, the newest first. */
  readonly refused: readonly Held[];
}

interface Choosing {
  readonly current: string;
  readonly choice: UpdateChoice;
  readonly order: (a: string, b: string) => number;
  /** Take versions that look like mistakes. */
  readonly trusting: boolean;
}

/** Which of upstream's versions the recipe wants; what is withdrawn, ignored or for development is nobody's. */
export function chooseVersions(found: readonly Found[], { current, choice, order, trusting }: Choosing): Chosen {
  const refused: Held[] = [];
  const wanted = [...new Map(found.map((each) => [each.version, each])).values()].flatMap((each) => {
    const why = refusal(each, current, choice);
    if (why !== undefined) refused.push({ version: each.version, why });
    return why === undefined ? [each.version] : [];
  });
  wanted.sort((a, b) => order(b, a));

  const jumps = trusting ? new Map<string, string>() : jumpsIn(wanted, current);
  const sound = wanted.filter((version) => !jumps.has(version));
  const series = [choice.series ?? seriesOf(current)].flat();
  const inSeries = sound.filter((version) => series.some((each) => isInSeries(version, each)));
  const acceptable = choice.series === undefined ? sound : inSeries;
  const held = wanted.flatMap((version) => {
    const why = jumps.get(version);
    const isBeyond = acceptable[0] === undefined || order(version, acceptable[0]) > 0;
    const isOurs = choice.series === undefined || series.some((each) => isInSeries(version, each));
    return why !== undefined && isBeyond && isOurs ? [{ version, why }] : [];
  });
  if (choice.series !== undefined && inSeries.length === 0)
    refused.push(...sound.map((version) => ({ version, why: `is not in the series ${series.join(', ')}` })));
  refused.sort((a, b) => order(b.version, a.version));
  return { acceptable, inSeries: inSeries[0], overall: sound[0], held, refused };
}

/** Why nobody who has this version would want that one; undefined when there is no reason. */
function refusal({ version, preRelease, withdrawn }: Found, current: string, choice: UpdateChoice): string | undefined {
  if (!isVersion(version)) return 'is no version';
  if (withdrawn) return 'was withdrawn';
  const glob = (choice.ignore ?? []).find((each) => fitsGlob(version, each));
  if (glob !== undefined) return `is to be ignored ("${glob}")`;
  const wantsAny = choice.channel === 'any' || isPreRelease(current);
  if (!wantsAny && (preRelease || isPreRelease(version))) return "is a pre-release (channel: 'any' takes it)";
  if (version.includes('+') && !current.includes('+')) return "is somebody's own build of a release";
  return choice.evenMinor && isOddMinor(version) && !isOddMinor(current) ? 'has an odd minor number' : undefined;
}

/** Whether a version begins with these numbers: `6.1` has 6.1.9, and neither 6.10 nor 6.2. */
export const isInSeries = (version: string, series: string): boolean =>
  version === series || (version.startsWith(series) && /^[^\d]/.test(version.slice(series.length)));

/** All numbers of a version but the last, if that leaves any. */
export function seriesOf(version: string): string {
  const numbers = /^v?\d+(?:[._]\d+)*/i.exec(version)?.[0] ?? version;
  const cut = Math.max(numbers.lastIndexOf('.'), numbers.lastIndexOf('_'));
  return cut < 0 ? numbers : numbers.slice(0, cut);
}

const isOddMinor = (version: string): boolean => Number(/^v?\d+[._](\d+)/i.exec(version)?.[1] ?? 0) % 2 === 1;
