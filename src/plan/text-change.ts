import { fieldAt } from './field.ts';

/** How one text became another. */
export interface TextChange {
  /** The first line that is different, in today's text. */
  readonly line: number;
  /** The parts of a recipe that the changed lines are in, the first first; empty for other texts. */
  readonly fields: readonly string[];
  /** In a few words: `'a' became 'b'`. */
  readonly brief: string;
  /** Removed lines with `-` in front, added ones with `+`, as far as they are worth showing. */
  readonly lines: readonly string[];
}

interface Hunk {
  /** Where it begins in each text, lines counted from 0. */
  readonly at: number;
  readonly atBefore: number;
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

const mostLines = 10;
const longestLine = 100;
const longestWord = 48;

/**
 * Tells what changed between two texts that are not the same; of a recipe, outside of the parts that are told already.
 * Undefined when nothing is left to tell.
 */
export function textChange(
  before: string,
  today: string,
  recipe?: { readonly told: readonly string[] },
): TextChange | undefined {
  const [old, now] = [linesOf(before), linesOf(today)];
  const parts = ({ at, atBefore, removed, added }: Hunk) =>
    added.length > 0
      ? added.map((_, line) => fieldAt(now, at + line) ?? '')
      : removed.map((_, line) => fieldAt(old, atBefore + line) ?? '');
  const all = hunksBetween(old, now).map((hunk) => ({ ...hunk, fields: recipe === undefined ? [] : parts(hunk) }));
  const hunks = all.filter(
    ({ fields }) => fields.length === 0 || !fields.every((field) => recipe?.told.includes(field)),
  );
  if (all.length > 0 && hunks.length === 0) return undefined;
  return {
    line: (hunks[0]?.at ?? 0) + 1,
    fields: [...new Set(hunks.flatMap(({ fields }) => fields).filter((field) => field !== ''))],
    brief: briefly(hunks),
    lines: shownLines(hunks),
  };
}

function shownLines(hunks: readonly Hunk[]): readonly string[] {
  const signed = (sign: string, lines: readonly string[]) =>
    lines.filter((line) => line.trim() !== '').map((line) => ({ sign, line: line.trimEnd() }));
  const lines = hunks.flatMap(({ removed, added }) => [...signed('-', removed), ...signed('+', added)]);
  const more = lines.length - mostLines;
  const first = more > 1 ? lines.slice(0, mostLines) : lines;
  const indent = Math.min(...first.map(({ line }) => line.search(/\S/)));
  const shown = first.map(({ sign, line }) => `${sign} ${clipped(line.slice(indent), longestLine)}`);
  return more > 1 ? [...shown, `… and ${more} more lines`] : shown;
}

/** The end of the last line is no line. */
const linesOf = (text: string): string[] => text.replace(/\n$/, '').split('\n');

/** What is removed and added, in order; the lines between are the longest that both texts have in common. */
function hunksBetween(old: readonly string[], now: readonly string[]): Hunk[] {
  let start = 0;
  while (start < Math.min(old.length, now.length) && old[start] === now[start]) start++;
  let end = 0;
  while (end < Math.min(old.length, now.length) - start && old.at(-1 - end) === now.at(-1 - end)) end++;
  const [removed, added] = [old.slice(start, old.length - end), now.slice(start, now.length - end)];
  const kept = commonLines(removed, added);
  const hunks: Hunk[] = [];
  let [i, j] = [0, 0];
  for (const [nextI, nextJ] of [...kept, [removed.length, added.length] as const]) {
    if (nextI > i || nextJ > j) {
      hunks.push({
        at: start + j,
        atBefore: start + i,
        removed: removed.slice(i, nextI),
        added: added.slice(j, nextJ),
      });
    }
    [i, j] = [nextI + 1, nextJ + 1];
  }
  return hunks;
}

/** Pairs of indexes of a longest common subsequence; none where finding it would take too long. */
function commonLines(a: readonly string[], b: readonly string[]): (readonly [number, number])[] {
  const width = b.length + 1;
  if ((a.length + 1) * width > 1_000_000) return [];
  const lengths = new Uint32Array((a.length + 1) * width);
  const lengthAt = (i: number, j: number) => lengths[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      lengths[i * width + j] =
        a[i] === b[j] ? lengthAt(i + 1, j + 1) + 1 : Math.max(lengthAt(i + 1, j), lengthAt(i, j + 1));
    }
  }
  const pairs: (readonly [number, number])[] = [];
  for (let [i, j] = [0, 0]; i < a.length && j < b.length; ) {
    if (a[i] === b[j]) pairs.push([i++, j++]);
    else if (lengthAt(i + 1, j) >= lengthAt(i, j + 1)) i++;
    else j++;
  }
  return pairs;
}

function briefly(hunks: readonly Hunk[]): string {
  const [hunk] = hunks;
  // Only what ends the last line is different.
  if (hunk === undefined) return 'its last line ends differently';
  const [removed = '', added = ''] = [hunk.removed[0], hunk.added[0]];
  if (hunks.length === 1 && hunk.removed.length <= 1 && hunk.added.length <= 1) {
    if (hunk.removed.length === 0) return `${quoted(added.trim())} added`;
    if (hunk.added.length === 0) return `${quoted(removed.trim())} removed`;
    return wordsChanged(removed, added);
  }
  const count = (of: (hunk: Hunk) => number) => hunks.map(of).reduce((sum, each) => sum + each, 0);
  const both = count((each) => Math.min(each.removed.length, each.added.length));
  const counts: readonly (readonly [number, string])[] = [
    [both, 'changed'],
    [count((each) => each.added.length) - both, 'added'],
    [count((each) => each.removed.length) - both, 'removed'],
  ];
  const told = counts.filter(([lines]) => lines > 0);
  return told
    .map(([lines, what], at) => `${lines}${at > 0 ? '' : lines === 1 ? ' line' : ' lines'} ${what}`)
    .join(', ');
}

/** The words of two lines that are different: a string literal or what stands between blanks. */
function wordsChanged(before: string, today: string): string {
  let start = 0;
  while (start < Math.min(before.length, today.length) && before[start] === today[start]) start++;
  let end = 0;
  while (end < Math.min(before.length, today.length) - start && before.at(-1 - end) === today.at(-1 - end)) end++;
  if (before.trim() === today.trim()) return 'blanks changed';
  const quote = openQuote(before.slice(0, start));
  const from = quote ?? wordStart(before, start);
  const to = (text: string) => {
    const least = text.length - end;
    const close = quote === undefined ? -1 : text.indexOf(text[quote] ?? '', Math.max(least, quote + 1));
    return close >= 0 ? close + 1 : least + (/^[\w./+:@%=-]*/.exec(text.slice(least))?.[0].length ?? 0);
  };
  const [old, now] = [before.slice(from, to(before)).trim(), today.slice(from, to(today)).trim()];
  // A word at the end of what stayed is no part of the change.
  const longer = (some: string, other: string) => some === '' || other.startsWith(`${some} `);
  if (longer(old, now)) return `${quoted(now.slice(old.length).trim())} added`;
  if (longer(now, old)) return `${quoted(old.slice(now.length).trim())} removed`;
  return `${quoted(old)} became ${quoted(now)}`;
}

/** Where the string literal begins that is still open at the end of this text. */
function openQuote(text: string): number | undefined {
  let open: number | undefined;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (open === undefined && /['"]/.test(text[at] ?? '')) open = at;
    else if (open !== undefined && text[at] === text[open]) open = undefined;
  }
  return open;
}

const wordStart = (text: string, at: number): number =>
  at - (/[\w./+:@%=-]*$/.exec(text.slice(0, at))?.[0].length ?? 0);

/** Text between quotes of its own or ours. */
const quoted = (text: string): string => {
  const short = clipped(text, longestWord);
  return /^(['"]).*\1$/.test(short) ? short : `'${short}'`;
};

const clipped = (text: string, longest: number): string =>
  text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
