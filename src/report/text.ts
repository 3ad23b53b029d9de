/** ESC with all that belongs to it: colours, cursor movements, titles, links. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const escapes = /\x1b(?:\[[0-?]*[ -/]*[@-~]?|[\]PX^_][^\x07\x1b\n]*(?:\x07|\x1b\\)?|[ -/]*[0-~]?)/g;
const controls = /(?![\t\n])[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;

/** Text that a terminal only shows: without what moves its cursor, changes its colours or turns its letters around. */
export function harmless(text: string): string {
  if (/^[\t\n -~]*$/.test(text)) return text;
  // Of a line that was written over and over, the last state is what one would see.
  const lines = text.replace(escapes, '').replace(/\r+(?=\n|$)/g, '');
  return lines.replace(/[^\n]*\r/g, '').replace(controls, '');
}

/** One line of text in which every letter has the width that `columnsOf` says: blanks for breaks, nothing that combines. */
export const inLine = (text: string): string =>
  /^[ -~]*$/.test(text)
    ? text
    : harmless(text.normalize('NFC'))
        .replace(/\s+/g, ' ')
        .replace(/[\p{M}\p{C}]/gu, '');

/** Letters that take two columns; where terminals do not agree, they are here. */
const wide =
  /[\u1100-\u115f\u2329\u232a\u2e80-\ua4cf\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\ufe10-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{1b2ff}\u{1d300}-\u{1d37f}\u{1f000}-\u{1faff}\u{20000}-\u{3ffff}]|\p{Emoji_Presentation}/u;

/** How many columns of a terminal a text of `inLine` takes, at most. */
export function columnsOf(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length;
  let columns = 0;
  for (const letter of text) columns += wide.test(letter) ? 2 : 1;
  return columns;
}

/** The text, or its start and "…" where it takes more columns. */
export function cut(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text;
  let start = '';
  let left = columns - 1;
  for (const letter of text) {
    left -= columnsOf(letter);
    if (left < 0) break;
    start += letter;
  }
  return columns < 1 ? '' : `${start.trimEnd()}…`;
}

/** The text, cut or with blanks behind it, so that it takes exactly so many columns. */
export function fill(text: string, columns: number): string {
  const shown = cut(text, columns);
  return shown + ' '.repeat(Math.max(0, columns - columnsOf(shown)));
}
