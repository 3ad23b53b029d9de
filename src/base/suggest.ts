import { distance } from 'fastest-levenshtein';

/** "did you mean …?" when one of the names is close to what was written; otherwise undefined. */
export function didYouMean(written: string, names: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(written.length / 3)) + 1;
  for (const name of [...names].sort()) {
    const far = distance(written, name);
    if (far < bestDistance) [best, bestDistance] = [name, far];
  }
  return best === undefined ? undefined : `did you mean "${best}"?`;
}
