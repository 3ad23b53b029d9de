import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';

/** One entry of an archive, without its content. */
export interface Member {
  readonly path: string;
  readonly kind: 'directory' | 'file' | 'symlink';
  readonly executable: boolean;
  readonly target: string;
  /** Where its content lies in the archive. */
  readonly offset: number;
  readonly size: number;
}

const blockSize = 512;
const pieceSize = 256 * 1024;

/** The members of an archive that mk has written: POSIX headers, long and non-ASCII names in extended ones. */
export function* readMembers(archive: number): Generator<Member> {
  const end = fstatSync(archive).size;
  let extended: Readonly<Record<string, string>> = {};
  for (let at = 0; at < end; ) {
    const header = readFully(archive, at, blockSize);
    if (header.length < blockSize || header[0] === 0) return;
    const size = sizeIn(header);
    const offset = at + blockSize;
    at = offset + Math.ceil(size / blockSize) * blockSize;
    const type = String.fromCharCode(header[156] ?? 0);
    if (type === 'x') {
      extended = recordsIn(readFully(archive, offset, size));
      continue;
    }
    const prefix = textIn(header, 345, 155);
    const plainName = `${prefix === '' ? '' : `${prefix}/`}${textIn(header, 0, 100)}`;
    const path = (extended['path'] ?? plainName).replace(/\/$/, '');
    if (path.split('/').some((part) => ['', '.', '..'].includes(part))) throw new TypeError(`${path} in an archive`);
    const kind = type === '5' ? 'directory' : type === '2' ? 'symlink' : 'file';
    const executable = (Number.parseInt(textIn(header, 100, 8), 8) & 0o111) !== 0;
    yield { path, kind, executable, target: extended['linkpath'] ?? textIn(header, 157, 100), offset, size };
    extended = {};
  }
}

/** Whether the file at `path`, which has the size of the member, has its content too. */
export function hasContent(archive: number, { offset, size }: Member, path: string): boolean {
  const file = openSync(path, 'r');
  try {
    for (let at = 0; at < size; at += pieceSize) {
      const length = Math.min(pieceSize, size - at);
      if (!readFully(archive, offset + at, length).equals(readFully(file, at, length))) return false;
    }
    return true;
  } finally {
    closeSync(file);
  }
}

/** Writes the content of a member to a new file. */
export function extract(archive: number, { offset, size }: Member, path: string): void {
  const file = openSync(path, 'wx', 0o600);
  try {
    for (let at = 0; at < size; at += pieceSize) {
      const piece = readFully(archive, offset + at, Math.min(pieceSize, size - at));
      for (let written = 0; written < piece.length; ) written += writeSync(file, piece, written);
    }
  } finally {
    closeSync(file);
  }
}

/** Octal digits, or a binary number for what is too large for them. */
function sizeIn(header: Buffer): number {
  if ((header[124] ?? 0) & 128) return Number(header.readBigUInt64BE(128));
  return Number.parseInt(textIn(header, 124, 12), 8);
}

/** Records of an extended header: "LENGTH NAME=VALUE" and a line feed each. */
function recordsIn(bytes: Buffer): Readonly<Record<string, string>> {
  const records: Record<string, string> = {};
  for (let at = 0; at < bytes.length; ) {
    const blank = bytes.indexOf(' ', at);
    const length = Number(bytes.toString('latin1', at, blank));
    if (!(length > 0)) break;
    const [name = '', ...value] = bytes.toString('utf8', blank + 1, at + length - 1).split('=');
    records[name] = value.join('=');
    at += length;
  }
  return records;
}

function textIn(header: Buffer, from: number, length: number): string {
  const field = header.subarray(from, from + length);
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end < 0 ? length : end);
}

function readFully(file: number, position: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let at = 0; at < length; ) {
    const count = readSync(file, bytes, at, length - at, position + at);
    // A file may be cut short between our look at it and now.
    if (count === 0) return bytes.subarray(0, at);
    at += count;
  }
  return bytes;
}
