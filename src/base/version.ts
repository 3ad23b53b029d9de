/**
 * Orders versions the way upstreams number them: numbers by value, then letters; `rc`, `beta` and the like come before
 * the release they lead to. Total over all strings; 0 only for versions that mean the same.
 */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [tokens(a), tokens(b)];
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const order = compareTokens(left[at], right[at]);
    if (order !== 0) return order;
  }
  return 0;
}

/** The greatest of the versions, or undefined when there are none. */
export function greatestVersion(versions: Iterable<string>): string | undefined {
  let greatest: string | undefined;
  for (const version of versions) {
    if (greatest === undefined || compareVersions(version, greatest) > 0) greatest = version;
  }
  return greatest;
}

const preRelease = /^(?:dev|a|alpha|b|beta|pre|preview|rc|cr|snapshot)$/;

type Token = {
  readonly rank: 0 | 2 | 3;
  readonly word: string;
  readonly number: bigint;
};

/** Ranks: a pre-release word < the end < another word < a number. */
function tokens(version: string): Token[] {
  const parts =
    version
      .toLowerCase()
      .replace(/^v(?=\d)/, '')
      .match(/\d+|[a-z]+|~/g) ?? [];
  return parts.map((part, at) => {
    if (/^\d/.test(part)) return { rank: 3, word: '', number: BigInt(part) };
    // A single letter right behind a number is a patch level (1.1.1a) unless a number follows (1.0b2).
    const leads = part === '~' || (preRelease.test(part) && (part.length > 1 || /^\d/.test(parts[at + 1] ?? '')));
    return { rank: leads ? 0 : 2, word: part, number: 0n };
  });
}

function compareTokens(a: Token | undefined, b: Token | undefined): number {
  const [rankA, rankB] = [rankOf(a), rankOf(b)];
  if (rankA !== rankB) return rankA - rankB;
  if (a === undefined || b === undefined) return 0;
  if (a.number !== b.number) return a.number < b.number ? -1 : 1;
  return a.word === b.word ? 0 : a.word < b.word ? -1 : 1;
}

/** The end ranks above a pre-release word and level with the number 0, so that 1.2 and 1.2.0 are one version. */
function rankOf(token: Token | undefined): number {
  if (token === undefined) return 1;
  return token.rank === 3 && token.number === 0n ? 1 : token.rank;
}
