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
  const source = text.split('\n')[line - 1] ?? '';
  const gutter = ' '.repeat(String(line).length);
  return [
    `  --> ${file}:${line}:${column}`,
    `  ${gutter} |`,
    `  ${line} | ${source}`,
    `  ${gutter} | ${' '.repeat(column - 1)}${'^'.repeat(length)}`,
  ];
}
