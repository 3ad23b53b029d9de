import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** What the headers of an ELF file say. */
export interface Elf {
  readonly bits: 32 | 64;
  readonly endianness: 'little' | 'big';
  /** The EM_ number of the processor. */
  readonly machine: number;
  /** What the processor's ABI says of itself. */
  readonly flags: number;
  readonly type: 'relocatable' | 'executable' | 'shared' | 'other';
  /** The program loader it asks for. */
  readonly interpreter: string | undefined;
  readonly needed: readonly string[];
  readonly soname: string | undefined;
  /** Directories of RPATH and RUNPATH; an empty one is the current directory. */
  readonly runPath: readonly string[];
  /** Where in the file the run path and the name of the program loader stand. */
  readonly pathsAt: readonly Range[];
  /** The loader has to write to its code. */
  readonly textRelocations: boolean;
  /** Undefined when it does not say, and the kernel decides. */
  readonly executableStack: boolean | undefined;
  /** Has a symbol table that only linkers and debuggers read. */
  readonly hasSymbols: boolean;
  readonly hasDebug: boolean;
}

/** Reads the headers of a file, and nothing else of it; undefined when it is not a well-formed ELF file. */
export function readElf(path: string): Elf | undefined {
  const file = openSync(path, 'r');
  try {
    return parseElf((offset, size) => readAt(file, offset, size), fstatSync(file).size);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  } finally {
    closeSync(file);
  }
}

/** A part of a file. */
export interface Range {
  readonly offset: number;
  readonly size: number;
}

/** A section of an ELF file; one that takes no room in the file has size 0. */
export interface Section extends Range {
  readonly name: string;
}

/** The sections of an ELF file that is in memory; undefined when it is not a well-formed one. */
export function elfSections(bytes: Buffer): readonly Section[] | undefined {
  const read: Read = (offset, size) => {
    if (offset + size > bytes.length) throw new RangeError('truncated');
    return bytes.subarray(offset, offset + size);
  };
  return parseHeader(read, bytes.length)?.sections;
}

/** Reads bytes of a file that is open; fails with a RangeError when they are not all there. */
export function readAt(file: number, offset: number, size: number): Buffer {
  // Sizes come from the file: a damaged one must not make us allocate without bound.
  if (size > 64 * 1024 * 1024) throw new RangeError('header beyond reason');
  const buffer = Buffer.alloc(size);
  if (readSync(file, buffer, 0, size, offset) !== size) throw new RangeError('truncated');
  return buffer;
}

/** Gives bytes of an ELF file by their place in it; fails with a RangeError when they are not all there. */
export type Read = (offset: number, size: number) => Buffer;

interface Table {
  readonly offset: number;
  readonly entrySize: number;
  readonly count: number;
}

/** Numbers of one file, by its class and byte order. */
interface Layout {
  readonly bits: 32 | 64;
  half(buffer: Buffer, at: number): number;
  word(buffer: Buffer, at: number): number;
  /** An address or offset: 4 or 8 bytes. */
  long(buffer: Buffer, at: number): number;
}

interface Segment {
  readonly type: number;
  readonly flags: number;
  readonly offset: number;
  readonly address: number;
  readonly size: number;
}

const types = ['other', 'relocatable', 'executable', 'shared'] as const;

function parseHeader(read: Read, size: number) {
  if (size < 52) return undefined;
  const ident = read(0, 16);
  if (ident.toString('latin1', 0, 4) !== '\x7fELF') return undefined;
  const [, , , , kind, order] = ident;
  if ((kind !== 1 && kind !== 2) || (order !== 1 && order !== 2)) return undefined;
  const layout = layoutOf(kind === 2 ? 64 : 32, order === 1);
  const wide = layout.bits === 64;
  const header = read(0, wide ? 64 : 52);
  const table = (offsetAt: number, sizeAt: number): Table => ({
    offset: layout.long(header, offsetAt),
    entrySize: layout.half(header, sizeAt),
    count: layout.half(header, sizeAt + 2),
  });
  const names = layout.half(header, wide ? 62 : 50);
  const sections = readSections(read, layout, wide ? table(40, 58) : table(32, 46), names);
  const segments = readSegments(read, layout, wide ? table(32, 54) : table(28, 42));
  return { order, layout, header, sections, segments };
}

/** What the headers of `size` bytes say; undefined when they are no ELF file. */
export function parseElf(read: Read, size: number): Elf | undefined {
  const parsed = parseHeader(read, size);
  if (parsed === undefined) return undefined;
  const { order, layout, header, sections, segments } = parsed;
  const interpreter = segments.find(({ type }) => type === 3);
  const stack = segments.find(({ type }) => type === 0x6474e551);
  const { runPathAt, ...dynamic } = readDynamic(read, layout, segments);
  return {
    bits: layout.bits,
    endianness: order === 1 ? 'little' : 'big',
    machine: layout.half(header, 18),
    flags: layout.word(header, layout.bits === 64 ? 48 : 36),
    type: types[layout.half(header, 16)] ?? 'other',
    interpreter: interpreter && textAt(read(interpreter.offset, interpreter.size), 0),
    ...dynamic,
    pathsAt: [...(interpreter ? [interpreter] : []), ...runPathAt].map(({ offset, size }) => ({ offset, size })),
    executableStack: stack && (stack.flags & 1) === 1,
    hasSymbols: sections.some(({ name }) => name === '.symtab'),
    hasDebug: sections.some(({ name }) => /^\.z?debug_/.test(name)),
  };
}

function layoutOf(bits: 32 | 64, little: boolean): Layout {
  const word = (buffer: Buffer, at: number) => (little ? buffer.readUInt32LE(at) : buffer.readUInt32BE(at));
  return {
    bits,
    half: (buffer, at) => (little ? buffer.readUInt16LE(at) : buffer.readUInt16BE(at)),
    word,
    long: (buffer, at) => {
      if (bits === 32) return word(buffer, at);
      return Number(little ? buffer.readBigUInt64LE(at) : buffer.readBigUInt64BE(at));
    },
  };
}

function readSegments(read: Read, { bits, word, long }: Layout, { offset, entrySize, count }: Table): Segment[] {
  if (count === 0) return [];
  const bytes = read(offset, entrySize * count);
  return Array.from({ length: count }, (_, index) => {
    const at = index * entrySize;
    const places = bits === 64 ? [8, 16, 32] : [4, 8, 16];
    const [from = 0, address = 0, size = 0] = places.map((place) => long(bytes, at + place));
    return { type: word(bytes, at), flags: word(bytes, at + (bits === 64 ? 4 : 24)), offset: from, address, size };
  });
}

function readSections(
  read: Read,
  { bits, word, long }: Layout,
  { offset, entrySize, count }: Table,
  namesIndex: number,
): Section[] {
  if (count === 0 || offset === 0 || namesIndex >= count) return [];
  const bytes = read(offset, entrySize * count);
  const [fromAt, sizeAt] = bits === 64 ? [24, 32] : [16, 20];
  const found = Array.from({ length: count }, (_, index) => {
    const at = index * entrySize;
    const takesNoRoom = word(bytes, at + 4) === 8;
    return {
      nameAt: word(bytes, at),
      offset: long(bytes, at + fromAt),
      size: takesNoRoom ? 0 : long(bytes, at + sizeAt),
    };
  });
  const names = found[namesIndex] ?? { offset: 0, size: 0 };
  const text = read(names.offset, names.size);
  return found.map(({ nameAt, ...place }) => ({ name: textAt(text, nameAt), ...place }));
}

function readDynamic(read: Read, { bits, long }: Layout, segments: readonly Segment[]) {
  const found: { readonly tag: number; readonly value: number }[] = [];
  const dynamic = segments.find(({ type }) => type === 2);
  if (dynamic !== undefined) {
    const bytes = read(dynamic.offset, dynamic.size);
    const width = bits / 8;
    for (let at = 0; at + 2 * width <= bytes.length; at += 2 * width) {
      const tag = long(bytes, at);
      if (tag === 0) break;
      found.push({ tag, value: long(bytes, at + width) });
    }
  }
  const number = (wanted: number) => found.find(({ tag }) => tag === wanted)?.value;
  const address = number(5);
  const size = number(10);
  const home = segments.find(
    (segment) =>
      segment.type === 1 &&
      address !== undefined &&
      address >= segment.address &&
      address < segment.address + segment.size,
  );
  const start = home === undefined || address === undefined ? undefined : home.offset + address - home.address;
  const strings = start === undefined || size === undefined ? undefined : read(start, size);
  const texts = (...wanted: readonly number[]) =>
    strings === undefined || start === undefined
      ? []
      : found
          .filter(({ tag }) => wanted.includes(tag))
          .map(({ value }) => ({ text: textAt(strings, value), offset: start + value }));
  const runPaths = texts(15, 29).filter(({ text }) => text !== '');
  return {
    needed: texts(1).map(({ text }) => text),
    soname: texts(14)[0]?.text,
    textRelocations: found.some(({ tag, value }) => tag === 22 || (tag === 30 && (value & 4) !== 0)),
    runPath: runPaths.flatMap(({ text }) => text.split(':')),
    runPathAt: runPaths.map(({ text, offset }) => ({ offset, size: Buffer.byteLength(text) })),
  };
}

function textAt(bytes: Buffer, at: number): string {
  const end = bytes.indexOf(0, at);
  return bytes.toString('utf8', at, end === -1 ? bytes.length : end);
}
