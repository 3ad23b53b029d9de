/**
 * Versions that look like mistakes, and why: a date among numbers that are none, and a number far beyond all others of
 * its place (1.2, 1.3, 20.0), as a slip in a tag or a test upload makes it.
 */
export function jumpsIn(versions: readonly string[], current: string): ReadonlyMap<string, string> {
  const jumps = new Map<string, string>();
  const own = numbersOf(current);
  const hasDate = own.some(isDate);
  for (const version of versions) {
    const numbers = numbersOf(version);
    if (!hasDate && numbers.some(isDate)) jumps.set(version, 'looks like a date');
  }
  if (hasDate) return jumps;
  const rest = versions
    .filter((version) => !jumps.has(version))
    .map((version) => ({ version, numbers: numbersOf(version) }));
  const majors = rest.map(({ numbers }) => numbers[0] ?? 0);
  const lastMajor = beforeGap([own[0] ?? 0, ...majors], own[0] ?? 0, 3, 0.3);
  const minors = new Map<number, number[]>();
  for (const { numbers } of rest) {
    const [major = 0, minor = 0] = numbers;
    const others = minors.get(major);
    if (others === undefined) minors.set(major, [minor]);
    else others.push(minor);
  }
  const lastMinors = new Map(
    [...minors].map(([major, found]): [number, number] => {
      const known = major === own[0] ? (own[1] ?? 0) : undefined;
      const lowest = found.reduce((a, b) => Math.min(a, b), known ?? Number.POSITIVE_INFINITY);
      return [major, beforeGap(found, Math.max(lowest, known ?? 0), 30, 0.5)];
    }),
  );
  for (const { version, numbers } of rest) {
    const [major = 0, minor = 0] = numbers;
    if (major > lastMajor) jumps.set(version, `is a jump from ${lastMajor} to ${major}`);
    else {
      const last = lastMinors.get(major) ?? 0;
      if (minor > last) jumps.set(version, `is a jump from ${major}.${last} to ${major}.${minor}`);
    }
  }
  return jumps;
}

/** The greatest number that is reached from `start` in steps of at most `step`, or of this share of the number itself. */
function beforeGap(numbers: readonly number[], start: number, step: number, share: number): number {
  let last = start;
  for (const number of [...new Set(numbers)].sort((a, b) => a - b)) {
    if (number <= last) continue;
    if (number - last > Math.max(step, last * share)) return last;
    last = number;
  }
  return last;
}

const numbersOf = (version: string): number[] => (version.match(/\d+/g) ?? []).slice(0, 4).map(Number);

/** A year, or a day written in one: 2015, 201501, 20150101. */
const isDate = (number: number): boolean =>
  (number >= 1980 && number < 2100) ||
  (number >= 198001 && number < 210013) ||
  (number >= 19800101 && number < 21001232);
