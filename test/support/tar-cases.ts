/** Numbers from 0 up to 1 that are the same in every run. */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface RawMember {
  readonly name: string;
  readonly type?: string;
  readonly linkname?: string;
  readonly body?: Buffer | string;
  readonly mode?: number;
  readonly magic?: string;
  readonly prefix?: string;
  /** Written into the header after all else, before its sum. */
  readonly patch?: (header: Buffer) => void;
}

/** A member with a right sum, byte by byte as it is told; names are byte strings. */
export function rawMember({ name, type = '0', linkname = '', body = '', mode = 0o644, ...more }: RawMember): Buffer {
  const bytes = Buffer.from(body as string);
  const header = Buffer.alloc(512);
  const put = (text: string, at: number) => header.write(text, at, 'latin1');
  put(name.slice(0, 100), 0);
  put(`${mode.toString(8).padStart(7, '0')}\0${'0'.repeat(7)}\0${'0'.repeat(7)}\0`, 100);
  put(`${bytes.length.toString(8).padStart(11, '0')}\0${(1_500_000_000).toString(8)}\0`, 124);
  put(type, 156);
  put(linkname.slice(0, 100), 157);
  put(more.magic ?? 'ustar\0' + '00', 257);
  put(more.prefix ?? '', 345);
  more.patch?.(header);
  return Buffer.concat([withSum(header), bytes, Buffer.alloc(-bytes.length & 511)]);
}

/** The header with the sum of its bytes in its place. */
export function withSum(header: Buffer): Buffer {
  header.fill(0x20, 148, 156);
  const sum = header.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return header;
}

export const endMark = Buffer.alloc(1024);

/** An extended header with these records, for the member that follows. */
export const pax = (records: Readonly<Record<string, string>>, type = 'x'): Buffer =>
  rawMember({
    name: 'PaxHeaders/x',
    type,
    body: Object.entries(records)
      .map(([key, value]) => record(key, value))
      .join(''),
  });

function record(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  let length = rest.length;
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
  return `${length}${rest}`;
}

/** A name for the next member that is too long for its header, as GNU tar writes it. */
export const longName = (name: string, type = 'L'): Buffer =>
  rawMember({ name: '././@LongLink', type, magic: 'ustar  \0', body: `${name}\0` });

/** A number with the highest bit set, in base 256. */
export function base256(header: Buffer, at: number, length: number, value: number): void {
  header.fill(value < 0 ? 0xff : 0, at, at + length);
  header.writeInt32BE(value, at + length - 4);
  header[at] = value < 0 ? 0xff : 0x80;
}

/** A few members of every kind, chosen and named by chance. */
export function randomMembers(random: () => number): Buffer[] {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const names = [
    'a',
    'd/b',
    'd/c',
    'e/f/g',
    'h',
    './i',
    'd//j',
    'long/'.repeat(30).slice(0, 140),
    'n\xe9',
    'n\xc3\xa9',
  ];
  const members: Buffer[] = [];
  const count = 2 + Math.floor(random() * 6);
  for (let at = 0; at < count; at++) {
    const name = pick(names);
    const body = 'x'.repeat(pick([0, 1, 511, 512, 513, 3000])).replaceAll('x', String.fromCharCode(97 + at));
    const file = { name, body, mode: pick([0o644, 0o755, 0o4755, 0o000]) };
    const makers: readonly (() => Buffer[])[] = [
      () => [rawMember(file)],
      () => [rawMember({ ...file, type: '\0', magic: '' })],
      () => [rawMember({ name: `${pick(['d', 'e/f', 'k'])}/`, type: pick(['5', '0', '\0']), mode: 0o755 })],
      () => [rawMember({ name, type: '2', linkname: pick(['a', 'b', 'd', '.', 'nowhere']) })],
      // GNU tar puts a file in place of a link with dots until the end, and may then take another file for it.
      () => [rawMember({ name: `d/s${at}`, type: '2', linkname: pick(['../a', '..', '../d/b', '../../a']) })],
      () => [rawMember({ name: `l${at}`, type: '1', linkname: pick(names) })],
      () => [longName(`d/${'very-long-'.repeat(15)}${at}`), rawMember({ ...file, magic: 'ustar  \0' })],
      () => [pax({ path: pick(['d/p', 'd/ü', name]), mtime: pick(['1400000000.5', '0', '-5']) }), rawMember(file)],
      () => [
        pax({ size: String(body.length), comment: 'x' }),
        rawMember({ ...file, patch: (h) => void h.write('0'.repeat(11), 124) }),
      ],
      () => [pax({ comment: 'all', mtime: '1300000000' }, 'g'), rawMember(file)],
      () => [rawMember({ ...file, name: 'short', prefix: pick(['pre/fix', 'd', '']) })],
      () => [rawMember({ ...file, patch: (h) => base256(h, 124, 12, body.length) })],
      () => [longName(name, 'K'), rawMember({ name: `m${at}`, type: '2', linkname: 'cut' })],
    ];
    members.push(...pick(makers)());
  }
  return members;
}

/** Changes an archive in one place. */
export function mutate(archive: Buffer, random: () => number): Buffer {
  if (archive.length < 2048) return archive;
  const below = (limit: number) => Math.floor(random() * limit);
  const blocks = Math.max(1, Math.floor(archive.length / 512) - 2);
  const [at, other] = [below(blocks) * 512, below(blocks) * 512];
  const block = archive.subarray(at, at + 512);
  const rest = archive.subarray(at + 512);
  const before = archive.subarray(0, at);
  const changed = Buffer.from(block);
  const fields = [0, 100, 108, 124, 136, 148, 156, 157, 257, 263, 265, 345];
  const numbers = [
    '77777777777\0',
    '-0000000001\0',
    '           \0',
    '00000000008\0',
    '0 0000000000',
    '\0'.repeat(12),
    '000000000001',
    ' 0000000010\0',
  ];
  const changes: readonly (() => Buffer)[] = [
    () => archive.subarray(0, below(archive.length)),
    () => Buffer.concat([before, rest]),
    () => Buffer.concat([before, block, block, rest]),
    () => Buffer.concat([before, Buffer.alloc(512), block, rest]),
    () => Buffer.concat([before, archive.subarray(other, other + 512), rest]),
    () => Buffer.concat([archive, Buffer.from('trailing')]),
    () => archive.subarray(0, archive.length - 1024),
    () => {
      changed[below(512)] = below(256);
      return Buffer.concat([before, changed, rest]);
    },
    () => {
      changed[below(512)] = below(256);
      return Buffer.concat([before, withSum(changed), rest]);
    },
    () => {
      changed[(fields[below(fields.length)] ?? 0) + below(3)] = below(256);
      return Buffer.concat([before, withSum(changed), rest]);
    },
    () => {
      changed.write('0123456789xgLKSDMNVX\0A'[below(22)] ?? '0', 156, 'latin1');
      return Buffer.concat([before, withSum(changed), rest]);
    },
    () => {
      changed.write(numbers[below(numbers.length)] ?? '', [100, 124, 136][below(3)] ?? 124, 'latin1');
      return Buffer.concat([before, withSum(changed), rest]);
    },
    () => {
      base256(changed, 124, 12, [-1, 1, 512, 2 ** 31 - 1][below(4)] ?? 0);
      return Buffer.concat([before, withSum(changed), rest]);
    },
  ];
  return (changes[below(changes.length)] ?? (() => archive))();
}
