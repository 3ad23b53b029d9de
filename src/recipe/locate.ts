import { readFileSync } from 'node:fs';
import type { Place } from '../base/failure.ts';
import { placeAt } from '../base/place.ts';

/**
 * Finds where a recipe wrote a field, or a value of that field, so that a complaint about it can point there.
 * It searches the text instead of parsing it: it runs only once something is wrong, and pointing at nothing is fine.
 */
export function locate(file: string, field: string, value?: string): Place | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
  const fieldAt = text.search(new RegExp(`^\\s*(?:readonly |async )?['"]?${escaped(field)}(?!\\w)`, 'm'));
  if (fieldAt < 0) return value === undefined ? undefined : quotedPlace(file, text, value, 0);
  if (value !== undefined) return quotedPlace(file, text, value, fieldAt);
  return placeAt(file, text, text.indexOf(field, fieldAt), field.length);
}

/** A recipe may hold any text as a field, and the field may be what is wrong. */
const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

function quotedPlace(file: string, text: string, value: string, from: number): Place | undefined {
  const found = [`'${value}'`, `"${value}"`, `\`${value}\``]
    .map((quoted) => text.indexOf(quoted, from))
    .filter((at) => at >= 0);
  return found.length === 0 ? undefined : placeAt(file, text, Math.min(...found) + 1, value.length);
}
