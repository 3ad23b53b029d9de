import type { Place } from './failure.ts';

/** The place of `text[from, from + length)`, where `text` is the whole of `file`. */
export function placeAt(file: string, text: string, from: number, length: number): Place {
  const before = text.slice(0, from).split('\n');
  return {
    file,
    text,
    line: before.length,
    column: (before.at(-1) ?? '').length + 1,
    length: Math.max(1, length),
  };
}
