import type { FailureRecord, Place } from '../base/failure.ts';
import { columnsOf } from './text.ts';

/** A failure as the terminal shows it: what, where, more, and what to do. A quoted line fits into so many columns. */
export function diagnostic({ code, message, place, detail, hint }: FailureRecord, columns = 120): string {
  const lines = [`error[${code}]: ${message}`];
  if (place) lines.push(...frame(place, columns));
  if (detail) lines.push(...detail.split('\n').map((line) => `  | ${line}`.trimEnd()));
  if (hint) lines.push(`  hint: ${hint}`);
  return lines.join('\n');
}

function frame({ file, text, line, column, length }: Place, columns: number): string[] {
  const source = (text.split('\n')[line - 1] ?? '').trimEnd();
  const [start, end] = [column - 1, column - 1 + length];
  const gutter = ' '.repeat(String(line).length);
  const parts = [source.slice(0, start).padEnd(start), source.slice(start, end), source.slice(end)] as const;
  const [before, marked, after] = clipped(parts, Math.min(most, columns - gutter.length - '   | '.length));
  // A tab stays a tab, so that the carets stand below what they mean; what goes on in the next line is not underlined.
  const blank = before.replace(/[^\t]/gu, (letter) => ' '.repeat(widthOf(letter)));
  const carets = '^'.repeat(Math.max(1, widthOf(marked.replaceAll('\t', ' '))));
  return [
    `  --> ${file}:${line}:${column}`,
    `  ${gutter} |`,
    `  ${line} | ${before}${marked}${after}`.trimEnd(),
    `  ${gutter} | ${blank}${carets}`,
  ];
}

/** So many columns of a line are shown at most. */
const most = 100;

/** What is before a mark, what is marked, and what is behind it. */
type Parts = readonly [string, string, string];

/** The same where it fits, else what is around the start of the mark, with "…" for what is left out. */
function clipped([before, marked, after]: Parts, lineColumns: number): Parts {
  if (widthOf(before + marked + after) <= lineColumns) return [before, marked, after];
  const mark = startOf(marked, Math.floor(0.6 * lineColumns));
  const behind = mark === marked ? after : '';
  const columns = lineColumns - widthOf(mark);
  // What one side does not need, the other one has.
  const ahead = endOf(before, Math.max(Math.floor(columns / 2), columns - widthOf(behind)));
  return [ahead, mark, startOf(behind, columns - widthOf(ahead))];
}

/** In columns; a tab takes as many as it can. */
function widthOf(text: string): number {
  let columns = 0;
  for (const letter of text) columns += letter === '\t' ? 8 : /\p{M}/u.test(letter) ? 0 : columnsOf(letter);
  return columns;
}

function startOf(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  const letters = [...text];
  let left = columns - 1;
  const count = letters.findIndex((letter) => {
    left -= widthOf(letter);
    return left < 0;
  });
  return `${letters.slice(0, count).join('')}…`;
}

function endOf(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  const letters = [...text];
  let left = columns - 1;
  const last = letters.findLastIndex((letter) => {
    left -= widthOf(letter);
    return left < 0;
  });
  return `…${letters.slice(last + 1).join('')}`;
}
