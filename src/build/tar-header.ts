/** What one header block of a tar archive says. Names are byte strings: each character is one byte. */
export interface TarHeader {
  readonly type: string;
  readonly name: string;
  readonly linkname: string;
  readonly mode: number;
  /** Bytes of content that follow. */
  readonly size: number;
  /** Seconds since 1970. */
  readonly mtime: number;
}

/** Why a block, or what belongs to it, is not what a tar archive has in this place. */
export class TarError extends Error {}

/**
 * Reads a header block; undefined for a block of zeros. Throws a TarError for a wrong sum, and for a number that is no
 * number: readers that guess what it might be disagree about where the next header is.
 */
export function parseHeader(block: Uint8Array): TarHeader | undefined {
  if (sumOf(block) !== writtenSum(block)) {
    if (block.every((byte) => byte === 0)) return undefined;
    throw new TarError('a header has a wrong sum');
  }
  const bytes = Buffer.from(block.buffer, block.byteOffset, 512);
  const own = text(bytes, 0, 100);
  const prefix = isPosix(bytes) ? text(bytes, 345, 155) : '';
  number(bytes, 108, 8, 'owner');
  number(bytes, 116, 8, 'group');
  const size = number(bytes, 124, 12, 'size');
  if (size < 0) throw new TarError('a header has a negative size');
  return {
    type: String.fromCharCode(bytes[156] ?? 0),
    name: prefix === '' ? own : `${prefix}/${own}`,
    linkname: text(bytes, 157, 100),
    mode: number(bytes, 100, 8, 'mode'),
    size,
    mtime: number(bytes, 136, 12, 'time'),
  };
}

/** True for the first 512 bytes of a tar archive of any kind: its header carries the sum of its own bytes. */
export const isTarHeader = (block: Uint8Array): boolean => block.length >= 512 && sumOf(block) === writtenSum(block);

/** Why what begins so, and is no tar archive by its header, was meant to be one; undefined when nothing speaks for it. */
export function brokenTar(start: Uint8Array): string | undefined {
  if (start.length < 512) return undefined;
  if (start.subarray(0, 512).every((byte) => byte === 0)) return 'the archive has no members';
  const magic = Buffer.from(start.subarray(257, 262)).toString('latin1');
  return magic === 'ustar' ? 'the archive is damaged: its first header has a wrong sum' : undefined;
}

/** The bytes of a field up to the first zero. */
export function text(bytes: Buffer, at: number, length: number): string {
  const zero = bytes.indexOf(0, at);
  return bytes.toString('latin1', at, zero < 0 || zero > at + length ? at + length : zero);
}

/** A number of a header: octal digits, or, with the highest bit set, base 256. Throws a TarError when it is neither. */
export function number(bytes: Buffer, at: number, length: number, what: string): number {
  const first = bytes[at] ?? 0;
  if (first & 0x80) return base256(bytes.subarray(at, at + length), what);
  const digits = bytes.toString('latin1', at, at + length);
  // A zero in front is what a field before it, too long, has left.
  const [, octal] = /^\0?\s*([0-7]+)(?:[\0\s]|$)/.exec(digits) ?? [];
  if (octal === undefined) throw new TarError(`a header has a ${what} that is no number`);
  const value = Number.parseInt(octal, 8);
  if (!Number.isSafeInteger(value)) throw new TarError(`a header has a ${what} that is too large`);
  return value;
}

function base256(field: Buffer, what: string): number {
  // The highest bit is a mark, the next one the sign.
  const isNegative = ((field[0] ?? 0) & 0x40) !== 0;
  let value = (field[0] ?? 0) & 0x3f;
  if (isNegative) value -= 0x40;
  for (const byte of field.subarray(1)) value = value * 256 + byte;
  if (!Number.isSafeInteger(value)) throw new TarError(`a header has a ${what} that is too large`);
  return value;
}

/** Archives of POSIX have a second field for names; those of the old GNU tar have other things there. */
const isPosix = (bytes: Buffer): boolean => bytes.toString('latin1', 257, 263) === 'ustar\0';

/** The sum of all bytes, with blanks in place of the sum. */
function sumOf(block: Uint8Array): number {
  let sum = 8 * 0x20;
  for (let at = 0; at < 148; at++) sum += block[at] as number;
  for (let at = 156; at < 512; at++) sum += block[at] as number;
  return sum;
}

function writtenSum(block: Uint8Array): number | undefined {
  let at = 148;
  if (block[at] === 0) at++;
  while (at < 156 && block[at] === 0x20) at++;
  let sum: number | undefined;
  for (; at < 156; at++) {
    const digit = (block[at] as number) - 0x30;
    if (digit < 0 || digit > 7) break;
    sum = (sum ?? 0) * 8 + digit;
  }
  const end = block[at];
  return at === 156 || end === 0 || end === 0x20 ? sum : undefined;
}
