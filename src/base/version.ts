/**
 * Orders versions the way upstreams number them: numbers by value, then letters; `rc`, `beta` and the like come before
 * the release they lead to, in the order of their stages; separators do not count. Total over all strings, in time
 * linear in their length; 0 only for versions that mean the same.
 */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [tokens(a), tokens(b)];
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const order = compareTokens(left[at] ?? end, right[at] ?? end);
    if (order !== 0) return order;
  }
  return 0;
}

/** The greatest of the versions, or undefined when there are none. */
export function greatestVersion(
  versions: Iterable<string>,
  compare: (a: string, b: string) => number = compareVersions,
): string | undefined {
  let greatest: string | undefined;
  for (const version of versions) {
    if (greatest === undefined || compare(version, greatest) > 0) greatest = version;
  }
  return greatest;
}

/** Whether a version announces itself as not meant for everybody: by its words, whatever its numbers say. */
export const isPreRelease = (version: string): boolean => tokens(version).some(({ rank }) => rank === 0);

/** Compares two texts of digits by their value, however long they are. */
export function compareNumbers(a: string, b: string): number {
  const [left, right] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
  if (left.length !== right.length) return left.length - right.length;
  return left === right ? 0 : left < right ? -1 : 1;
}

/** Ranks: a word that leads to a release < the end, and the number 0 < another word < another number. */
interface Token {
  readonly rank: 0 | 1 | 2 | 3;
  readonly stage: number;
  readonly word: string;
  readonly number: string;
}

/** Behind its last token a version goes on as if there were zeros, so that 1.2 and 1.2.0 are one version. */
const end: Token = { rank: 1, stage: 0, word: '', number: '' };

/** What leads to a release, the furthest from it first. Words of one line are at the same stage and differ as words. */
const stages: readonly (readonly string[])[] = [
  ['~'],
  ['dev', 'devel', 'nightly', 'snapshot'],
  ['a', 'alpha'],
  ['b', 'beta'],
  ['pre', 'preview', 'prerelease', 'milestone', 'm'],
  ['c', 'cr', 'rc'],
];
const stageOf = new Map(stages.flatMap((words, stage) => words.map((word) => [word, stage] as const)));
const spelledOut: Readonly<Record<string, string>> = { a: 'alpha', b: 'beta', c: 'rc', cr: 'rc', m: 'milestone' };

function tokens(version: string): Token[] {
  const text = version.toLowerCase().replace(/^v(?=\d)/, '');
  const parts = [...text.matchAll(/\d+|[a-z]+|~/g)];
  return parts.map(({ 0: part, index }, at) => {
    if (/^\d/.test(part)) {
      const number = part.replace(/^0+/, '');
      return number === '' ? end : { rank: 3, stage: 0, word: '', number };
    }
    const stage = stageOf.get(part);
    const followed = /^\d/.test(parts[at + 1]?.[0] ?? '');
    if (stage === undefined || (part.length === 1 && part !== '~' && !isStage(part, text[index - 1], followed)))
      return { rank: 2, stage: 0, word: part, number: '' };
    return { rank: 0, stage, word: spelledOut[part] ?? part, number: '' };
  });
}

/**
 * A single letter right behind a number is a patch level (1.1.1a) unless a number follows it (1.0b2); `c` and `m` mean
 * a stage only behind a separator (2.1.0-M3), since letters go on behind b.
 */
function isStage(letter: string, before: string | undefined, followed: boolean): boolean {
  if (!followed) return false;
  return letter === 'a' || letter === 'b' || /[^a-z\d]/.test(before ?? '');
}

function compareTokens(a: Token, b: Token): number {
  if (a.rank !== b.rank) return a.rank - b.rank;
  if (a.stage !== b.stage) return a.stage - b.stage;
  return compareNumbers(a.number, b.number) || (a.word === b.word ? 0 : a.word < b.word ? -1 : 1);
}
