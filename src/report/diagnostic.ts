import type { FailureRecord, Place } from '../base/failure.ts';

/** A failure as the terminal shows it: what, where, more, and what to do. */
export function diagnostic({ code, message, place, detail, hint }: FailureRecord): string {
  const lines = [`error[${code}]: ${message}`];
  if (place) lines.push(...frame(place));
  if (detail) lines.push(...detail.split('\n').map((line) => `  | ${line}`.trimEnd()));
  if (hint) lines.push(`  hint: ${hint}`);
  return lines.join('\n');
}

function frame({ file, text, line, column, length }: Place): string[] {
  const source = (text.split('\n')[line - 1] ?? '').trimEnd();
  const gutter = ' '.repeat(String(line).length);
  // A tab stays a tab, so that the carets stand below what they mean; what goes on in the next line is not underlined.
  const before = source
    .slice(0, column - 1)
    .replace(/[^\t]/g, ' ')
    .padEnd(column - 1);
  const carets = '^'.repeat(Math.max(1, Math.min(length, source.length - column + 1)));
  return [
    `  --> ${file}:${line}:${column}`,
    `  ${gutter} |`,
    `  ${line} | ${source}`,
    `  ${gutter} | ${before}${carets}`,
  ];
}
