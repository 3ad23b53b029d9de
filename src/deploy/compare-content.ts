import { type Part, partsOf } from './compare-parts.ts';

/**
 * Where two contents differ first, from the outside to the inside, such as
 * `member adler32.o: section .rodata: offset 0x10: "12:01" against "12:02"`. They must not be equal.
 */
export function differenceOf(first: Buffer, second: Buffer): string {
  const [parts, others] = [partsOf(first), partsOf(second)];
  // What one of them is made of must be what the other is made of, or there is nothing to compare part by part.
  const inside = parts && others && partDifference(parts, others);
  return inside ?? leafDifference(first, second);
}

function partDifference(parts: readonly Part[], others: readonly Part[]): string | undefined {
  const [before, after] = [byName(parts), byName(others)];
  const gone = [...before.keys()].find((name) => !after.has(name));
  if (gone !== undefined) return `${gone} is there only the first time`;
  const come = [...after.keys()].find((name) => !before.has(name));
  if (come !== undefined) return `${come} is there only the second time`;

  const names = [...before.keys()];
  const differing = names.filter((name) => !isSame(before.get(name), after.get(name)));
  // What follows from other parts, such as an index, is told only when they are the same.
  const causes = differing.filter((each) => before.get(each)?.isDerived !== true);
  const [name, ...more] = causes.length > 0 ? causes : differing;
  if (name === undefined) {
    const moved = names.findIndex((each, at) => [...after.keys()][at] !== each);
    return moved === -1 ? undefined : `${names[moved]} is where ${[...after.keys()][moved]} is the second time`;
  }
  const [part, other] = [before.get(name), after.get(name)];
  if (part === undefined || other === undefined) return undefined;
  const also = more.length === 0 ? '' : ` (and ${more.slice(0, 3).join(', ')}${more.length > 3 ? ', …' : ''})`;
  return `${name}: ${fieldDifference(part, other) ?? differenceOf(part.content, other.content)}${also}`;
}

/** Several parts of one name are told apart by a number. */
function byName(parts: readonly Part[]): ReadonlyMap<string, Part> {
  const named = new Map<string, Part>();
  const seen = new Map<string, number>();
  for (const part of parts) {
    const count = (seen.get(part.name) ?? 0) + 1;
    seen.set(part.name, count);
    named.set(count === 1 ? part.name : `${part.name} (${count})`, part);
  }
  return named;
}

const isSame = (part: Part | undefined, other: Part | undefined): boolean =>
  part !== undefined &&
  other !== undefined &&
  fieldDifference(part, other) === undefined &&
  part.content.equals(other.content);

function fieldDifference({ fields = {} }: Part, { fields: others = {} }: Part): string | undefined {
  const name = Object.keys(fields).find((each) => fields[each] !== others[each]);
  return name === undefined ? undefined : `${name} ${fields[name]} against ${others[name]}`;
}

/** Bytes that are not made of parts: line or offset, with what is there. */
function leafDifference(first: Buffer, second: Buffer): string {
  const shorter = Math.min(first.length, second.length);
  let at = 0;
  while (at < shorter && first[at] === second[at]) at++;
  const sizes = first.length === second.length ? '' : ` (${first.length} and ${second.length} bytes)`;
  if (isText(first) && isText(second)) {
    const start = first.lastIndexOf('\n', at - 1) + 1;
    const line = first.subarray(0, at).toString('latin1').split('\n').length;
    const shown = (bytes: Buffer) => quoted(bytes, Math.max(start, at - textBefore), lineEnd(bytes, at));
    return `line ${line}${sizes}: ${shown(first)} against ${shown(second)}`;
  }
  return `offset 0x${at.toString(16)}${sizes}: ${around(first, at)} against ${around(second, at)}`;
}

const textBefore = 30;
const textAfter = 50;

const isText = (bytes: Buffer): boolean => !bytes.subarray(0, 8192).includes(0);

function lineEnd(bytes: Buffer, at: number): number {
  const end = bytes.indexOf('\n', at);
  return Math.min(end === -1 ? bytes.length : end, at + textAfter);
}

const quoted = (bytes: Buffer, from: number, to: number): string => JSON.stringify(bytes.toString('utf8', from, to));

/** The text that an offset lies in, or a few bytes where there is no text. */
function around(bytes: Buffer, at: number): string {
  if (at >= bytes.length) return 'its end';
  let from = at;
  let to = at;
  while (from > 0 && at - from < textBefore && isPrintable(bytes[from - 1])) from--;
  while (to < bytes.length && to - at < textAfter && isPrintable(bytes[to])) to++;
  if (to > at && to - from >= 4) return quoted(bytes, from, to);
  return [...bytes.subarray(at, at + 8)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
}

const isPrintable = (byte = 0): boolean => byte >= 0x20 && byte < 0x7f;
