import { number, TarError } from './tar-header.ts';
import { decimal, type PaxRecord } from './tar-pax.ts';

/** A part of a sparse file that is in the archive; the rest of the file is holes. */
export interface Region {
  readonly offset: number;
  readonly length: number;
}

/** Takes the content of a file: bytes and holes in turn. */
export interface FileSink {
  write(bytes: Uint8Array): void;
  /** So many zeros, which need not be stored. */
  hole(length: number): void;
  end(): void;
}

const mapLimit = 8 * 1024 * 1024;

/** The regions of the map in a header block of the old GNU kind: 4 in the header itself, 21 in each block that follows. */
export function mapInBlock(block: Buffer, isHeader: boolean): { readonly regions: Region[]; readonly more: boolean } {
  const [start, count, flag] = isHeader ? [386, 4, 482] : [0, 21, 504];
  const regions: Region[] = [];
  for (let at = start; at < start + count * 24 && (block[at] !== 0 || block[at + 12] !== 0); at += 24) {
    const [offset, length] = [number(block, at, 12, 'map'), number(block, at + 12, 12, 'map')];
    regions.push({ offset, length });
  }
  return { regions, more: block[flag] !== 0 };
}

/** The size of the whole file, in a header block of the old GNU kind. */
export const realSize = (block: Buffer): number => number(block, 483, 12, 'size');

/** What records of extended headers say about a sparse file; undefined when it is none. */
export interface Sparseness {
  readonly name: string | undefined;
  readonly size: number;
  /** Undefined when the map stands in front of the content. */
  readonly regions: readonly Region[] | undefined;
}

export function sparseness(records: readonly PaxRecord[]): Sparseness | undefined {
  if (records.length === 0) return undefined;
  const last = new Map(records);
  const name = last.get('name');
  const size = decimal(last.get('realsize') ?? last.get('size') ?? '', 'size');
  const version = `${last.get('major') ?? 0}.${last.get('minor') ?? 0}`;
  if (version === '1.0') return { name, size, regions: undefined };
  if (!['0.0', '0.1'].includes(version)) throw new TarError(`a sparse file is of the unknown kind ${version}`);
  const map = last.get('map');
  const numbers =
    map === undefined
      ? records.filter(([key]) => key === 'offset' || key === 'numbytes').map(([, value]) => value)
      : map.split(',').filter((word) => word !== '');
  if (decimal(last.get('numblocks') ?? '', 'map') * 2 !== numbers.length) {
    throw new TarError('a sparse file has a map of another length than it says');
  }
  return { name, size, regions: regionsOf(numbers) };
}

function regionsOf(numbers: readonly string[]): Region[] {
  const regions: Region[] = [];
  for (let at = 0; at < numbers.length; at += 2) {
    regions.push({ offset: decimal(numbers[at] ?? '', 'map'), length: decimal(numbers[at + 1] ?? '', 'map') });
  }
  return regions;
}

/** Takes the stored bytes of a sparse file and gives `file` the whole. Throws a TarError when the map does not fit them. */
export function sparseSink(file: FileSink, stored: number, size: number, regions: readonly Region[]): FileSink {
  let total = 0;
  let end = 0;
  for (const { offset, length } of regions) {
    if (offset < end) throw new TarError('a sparse file has parts that overlap');
    end = offset + length;
    total += length;
  }
  if (end > size || total !== stored) throw new TarError('a sparse file has a map that does not fit its size');
  const ahead = regions.filter(({ length }) => length > 0);
  let [at, index, inRegion] = [0, 0, 0];
  return {
    write(bytes) {
      for (let done = 0; done < bytes.length; ) {
        const region = ahead[index] as Region;
        if (at < region.offset) file.hole(region.offset - at);
        at = Math.max(at, region.offset);
        const piece = bytes.subarray(done, done + region.length - inRegion);
        file.write(piece);
        at += piece.length;
        done += piece.length;
        inRegion += piece.length;
        if (inRegion < region.length) continue;
        index++;
        inRegion = 0;
      }
    },
    hole: file.hole,
    end() {
      if (size > at) file.hole(size - at);
      file.end();
    },
  };
}

/** The same for a file whose map stands in front of its bytes: a count, then offset and length of each part, a line each. */
export function mappedSink(file: FileSink, stored: number, size: number): FileSink {
  let collected: Buffer = Buffer.alloc(0);
  let inner: FileSink | undefined;
  return {
    write(bytes) {
      if (inner !== undefined) return inner.write(bytes);
      collected = Buffer.concat([collected, bytes]);
      const map = readMap(collected);
      if (map === undefined && collected.length > mapLimit)
        throw new TarError('a sparse file has a map without an end');
      if (map === undefined) return;
      inner = sparseSink(file, stored - map.length, size, map.regions);
      inner.write(collected.subarray(map.length));
    },
    hole: file.hole,
    end() {
      if (inner === undefined) throw new TarError('a sparse file ends within its map');
      inner.end();
    },
  };
}

/** Undefined while the map has not come in whole; its length is that of the blocks that it fills. */
function readMap(bytes: Buffer): { readonly regions: Region[]; readonly length: number } | undefined {
  const numbers: string[] = [];
  let wanted = 1;
  let at = 0;
  while (numbers.length < wanted) {
    const end = bytes.indexOf(0x0a, at);
    if (end < 0) return undefined;
    numbers.push(bytes.toString('latin1', at, end));
    at = end + 1;
    if (numbers.length === 1) wanted += 2 * decimal(numbers[0] ?? '', 'map');
  }
  const length = Math.ceil(at / 512) * 512;
  return bytes.length < length ? undefined : { regions: regionsOf(numbers.slice(1)), length };
}
