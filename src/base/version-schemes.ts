import { compareNumbers, compareVersions } from './version.ts';

/** How a project numbers its versions; `generic` does for nearly all. */
export type VersionScheme = 'generic' | 'semver' | 'pep440' | 'dpkg';

/** The order of a scheme: total over all strings, in linear time, like the generic one. */
export const orders: Readonly<Record<VersionScheme, (a: string, b: string) => number>> = {
  generic: compareVersions,
  semver: compareSemver,
  pep440: comparePep440,
  dpkg: compareDpkg,
};

/** Semantic Versioning 2: identifiers of digits before others, other identifiers as texts; what follows `+` is nothing. */
function compareSemver(a: string, b: string): number {
  const [left, right] = [semverParts(a), semverParts(b)];
  return (
    compareLists(left.numbers, right.numbers, compareIdentifiers) ||
    Number(left.stage.length === 0) - Number(right.stage.length === 0) ||
    compareLists(left.stage, right.stage, compareIdentifiers)
  );
}

function semverParts(version: string) {
  const text = version.replace(/^v(?=\d)/i, '').replace(/\+.*/s, '');
  const dash = text.indexOf('-');
  const numbers = (dash < 0 ? text : text.slice(0, dash)).split('.');
  // 1.2 is written for 1.2.0.
  while (numbers.length > 1 && /^0*$/.test(numbers.at(-1) ?? '')) numbers.pop();
  return { numbers, stage: dash < 0 ? [] : text.slice(dash + 1).split('.') };
}

function compareIdentifiers(a: string, b: string): number {
  const [left, right] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (left && right) return compareNumbers(a, b);
  return left === right ? compareTexts(a, b) : left ? -1 : 1;
}

/** Python's order: an epoch `1!`, `dev` before `a`, and a local label behind `+` that follows its release. */
function comparePep440(a: string, b: string): number {
  const split = (version: string) => /^(?:v?(\d+)!)?(.*)$/is.exec(version.trim()) ?? [];
  const [, epochA = '0', restA = ''] = split(a);
  const [, epochB = '0', restB = ''] = split(b);
  return compareNumbers(epochA, epochB) || compareVersions(restA, restB);
}

/** Debian's: `epoch:upstream-revision`; letters before other characters, and `~` before everything, even the end. */
function compareDpkg(a: string, b: string): number {
  const [left, right] = [dpkgParts(a), dpkgParts(b)];
  return (
    compareNumbers(left.epoch, right.epoch) ||
    compareRuns(left.upstream, right.upstream) ||
    compareRuns(left.revision, right.revision)
  );
}

/** The parts of a Debian version; the revision is empty when it has none. */
export function dpkgParts(version: string) {
  const { 1: epoch = '0', 2: rest = '' } = /^(?:(\d+):)?(.*)$/s.exec(version) ?? [];
  const dash = rest.lastIndexOf('-');
  return { epoch, upstream: dash < 0 ? rest : rest.slice(0, dash), revision: dash < 0 ? '' : rest.slice(dash + 1) };
}

/** Alternating runs of other characters and of digits, each compared in its own way. */
function compareRuns(a: string, b: string): number {
  const runs = (text: string) =>
    [...text.matchAll(/([^\d]*)(\d*)/g)].map(([, other = '', digits = '']) => [other, digits]);
  const [left, right] = [runs(a), runs(b)];
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const [[otherA = '', digitsA = ''] = [], [otherB = '', digitsB = ''] = []] = [left[at], right[at]];
    const order = compareCharacters(otherA, otherB) || compareNumbers(digitsA, digitsB);
    if (order !== 0) return order;
  }
  return 0;
}

function compareCharacters(a: string, b: string): number {
  const weight = (text: string, at: number): number => {
    const code = text.charCodeAt(at);
    if (Number.isNaN(code)) return 0;
    if (text[at] === '~') return -1;
    return /[a-z]/i.test(text[at] ?? '') ? code : code + 0x10000;
  };
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const order = weight(a, at) - weight(b, at);
    if (order !== 0) return order;
  }
  return 0;
}

function compareLists<T>(a: readonly T[], b: readonly T[], compare: (a: T, b: T) => number): number {
  for (let at = 0; at < Math.min(a.length, b.length); at++) {
    const order = compare(a[at] as T, b[at] as T);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

const compareTexts = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1);
