/** A part of a file that has a name of its own: a section, a member, a header. */
export interface Part {
  /** As it is told: `section .text`, `member a.o`. */
  readonly name: string;
  /** What is written about it, in words. */
  readonly fields?: Readonly<Record<string, string>>;
  readonly content: Buffer;
  /** It follows from other parts, so that a difference in it explains nothing. */
  readonly isDerived?: boolean;
}

const blockSize = 512;

/** The members of a tar archive (ustar, with the extensions of pax and GNU), each with what its header says. */
export function tarParts(bytes: Buffer): readonly Part[] {
  const parts: Part[] = [];
  let extended: Readonly<Record<string, string>> = {};
  for (let at = 0; at + blockSize <= bytes.length && bytes[at] !== 0; ) {
    const header = bytes.subarray(at, at + blockSize);
    const size = extended['size'] === undefined ? number(header, 124, 12) : Number(extended['size']);
    const content = bytes.subarray(at + blockSize, at + blockSize + size);
    const type = String.fromCharCode(header[156] ?? 0);
    at += blockSize + Math.ceil(size / blockSize) * blockSize;
    if (type === 'x') extended = { ...extended, ...records(content.toString('utf8')) };
    else if (type === 'L') extended = { ...extended, path: text(content, 0, size) };
    else if (type === 'K') extended = { ...extended, linkpath: text(content, 0, size) };
    else {
      parts.push(member(header, type, content, extended));
      extended = {};
    }
  }
  return parts;
}

function member(header: Buffer, type: string, content: Buffer, extended: Readonly<Record<string, string>>): Part {
  // GNU's own format has other things there.
  const prefix = text(header, 257, 8) === 'ustar' ? text(header, 345, 155) : '';
  const { path, linkpath, mtime, size: _, ...others } = extended;
  return {
    name: type === 'g' ? 'global header' : `member ${path ?? [prefix, text(header, 0, 100)].filter(Boolean).join('/')}`,
    fields: {
      type,
      time: new Date(Number(mtime ?? number(header, 136, 12)) * 1000).toISOString().replace('.000Z', 'Z'),
      mode: number(header, 100, 8).toString(8),
      uid: `${number(header, 108, 8)}`,
      gid: `${number(header, 116, 8)}`,
      user: text(header, 265, 32),
      group: text(header, 297, 32),
      link: linkpath ?? text(header, 157, 100),
      device: `${number(header, 329, 8)} ${number(header, 337, 8)}`,
      'extended header': JSON.stringify(others),
    },
    content,
  };
}

function text(bytes: Buffer, from: number, length: number): string {
  const field = bytes.subarray(from, from + length);
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end === -1 ? length : end);
}

/** Octal digits, or a big number in base 256. */
function number(bytes: Buffer, from: number, length: number): number {
  const field = bytes.subarray(from, from + length);
  if ((field[0] ?? 0) & 0x80) return Number(BigInt(`0x${field.toString('hex')}`) & (2n ** 62n - 1n));
  return Number.parseInt(field.toString('latin1').replaceAll('\0', ' ').trim() || '0', 8);
}

/** "LENGTH NAME=VALUE\n", one after the other; the length counts the whole record, in bytes. */
function records(all: string): Record<string, string> {
  const found: Record<string, string> = {};
  const bytes = Buffer.from(all);
  for (let at = 0; at < bytes.length; ) {
    const length = Number.parseInt(bytes.toString('latin1', at, at + 20), 10);
    if (!(length > 0)) break;
    const [, name = '', value = ''] = /^\d+ ([^=]*)=(.*)\n$/s.exec(bytes.toString('utf8', at, at + length)) ?? [];
    found[name] = value;
    at += length;
  }
  return found;
}
