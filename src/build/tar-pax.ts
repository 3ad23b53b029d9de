import { TarError } from './tar-header.ts';

/** One record of an extended header, as byte strings. */
export type PaxRecord = readonly [key: string, value: string];

/** The records of an extended header, "<length> <key>=<value>\n" each. Throws a TarError unless all of it is made of them. */
export function parseRecords(bytes: Buffer): PaxRecord[] {
  const records: PaxRecord[] = [];
  for (let at = 0; at < bytes.length; ) {
    // Zeros fill up what some programs write.
    if (bytes[at] === 0 && bytes.subarray(at).every((byte) => byte === 0)) break;
    const blank = bytes.indexOf(0x20, at);
    const digits = bytes.toString('latin1', at, blank);
    const end = at + Number(digits);
    const equals = bytes.indexOf(0x3d, blank);
    const fits = /^[1-9]\d{0,9}$/.test(digits) && end <= bytes.length && bytes[end - 1] === 0x0a;
    if (blank < 0 || !fits || equals <= blank + 1 || equals >= end)
      throw new TarError('an extended header is malformed');
    records.push([bytes.toString('latin1', blank + 1, equals), bytes.toString('latin1', equals + 1, end - 1)]);
    at = end;
  }
  return records;
}

/** What extended headers say about the member that follows them. */
export interface Extension {
  readonly path?: string;
  readonly linkpath?: string;
  readonly size?: number;
  readonly mtime?: number;
  /** In order and with repetitions, without "GNU.sparse." */
  readonly sparse: readonly PaxRecord[];
}

/** Reads the records that matter for the tree; the others describe owners, labels and the like. Throws a TarError for a wrong one. */
export function extensionOf(records: readonly PaxRecord[]): Extension {
  if (records.length === 0) return { sparse: [] };
  const last = new Map(records.filter(([key]) => !key.startsWith('GNU.sparse.')));
  const [path, linkpath, size, mtime] = ['path', 'linkpath', 'size', 'mtime'].map((key) => last.get(key));
  if (path === '') throw new TarError('an extended header has a name of no length');
  if (/\0/.test(`${path}${linkpath}`)) throw new TarError('an extended header has a name with a zero byte in it');
  const sparse = records.flatMap(([key, value]): PaxRecord[] =>
    key.startsWith('GNU.sparse.') ? [[key.slice('GNU.sparse.'.length), value]] : [],
  );
  return {
    ...(path !== undefined && { path }),
    ...(linkpath && { linkpath }),
    ...(size && { size: decimal(size, 'size') }),
    ...(mtime && { mtime: time(mtime) }),
    sparse,
  };
}

/** The records of an extended header for all members: only what can be the same for many of them. */
export function forAll(records: readonly PaxRecord[]): PaxRecord[] {
  const own = records.find(([key]) => ['path', 'linkpath', 'size'].includes(key) || key.startsWith('GNU.sparse.'));
  if (own !== undefined) throw new TarError(`an extended header gives all members the same ${own[0]}`);
  return records.filter(([key]) => key === 'mtime');
}

/** A whole number from 0 on. */
export function decimal(digits: string, what: string): number {
  if (/^\d{1,15}$/.test(digits)) return Number(digits);
  throw new TarError(`an extended header has a ${what} that is no number, or too large`);
}

function time(digits: string): number {
  if (/^-?\d{1,15}(?:\.\d*)?$/.test(digits)) return Number(digits);
  throw new TarError(`an extended header has a time that is no number, or too large: ${digits.slice(0, 40)}`);
}
