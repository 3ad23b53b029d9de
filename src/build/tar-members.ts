import { basename } from 'node:path';
import { shownName } from '../base/byte-name.ts';
import { Failure } from '../base/failure.ts';
import { publishedSo } from './decompress.ts';
import { parseHeader, TarError, type TarHeader, text } from './tar-header.ts';
import { extensionOf, forAll, type PaxRecord, parseRecords } from './tar-pax.ts';
import { type FileSink, mapInBlock, mappedSink, type Region, realSize, sparseness, sparseSink } from './tar-sparse.ts';

/** One member of a tar archive, with what extended headers say about it. Names are byte strings. */
export interface Member {
  readonly kind: 'file' | 'directory' | 'symlink' | 'link' | 'other';
  /** As the header has it, for messages. */
  readonly type: string;
  readonly name: string;
  readonly linkname: string;
  readonly mode: number;
  /** Bytes of the whole file, with its holes. */
  readonly size: number;
  /** Seconds since 1970. */
  readonly mtime: number;
}

/** What to do with a member: take its bytes, pass over it, or read no further. */
export type Taking = FileSink | 'skip' | 'stop';

const kinds: Readonly<Record<string, Member['kind']>> = {
  '\0': 'file',
  '0': 'file',
  '7': 'file',
  S: 'file',
  '1': 'link',
  '2': 'symlink',
  '5': 'directory',
};

/** Bytes of a name or of extended headers for one member; nobody needs more. */
const textLimit = 1024 * 1024;

/**
 * Shows `take` each member of a tar archive (POSIX, pax, GNU, older), up to its end mark or the end of the bytes. `feed`
 * hands over all of these, in pieces of any size, unless it is told by false that no more is wanted. Fails with
 * unpack-failed where the archive is damaged, or says what two readers may take for different things.
 */
export async function eachMember(
  archive: string,
  feed: (read: (chunk: Uint8Array) => boolean) => Promise<void>,
  take: (member: Member) => Taking,
): Promise<void> {
  const reader = tarReader(take);
  try {
    await feed(reader.read);
    reader.end();
  } catch (error) {
    if (!(error instanceof TarError)) throw error;
    const message = `${basename(archive)}: the archive is damaged: ${error.message}`;
    throw new Failure('unpack-failed', message, { detail: reader.place(), hint: publishedSo });
  }
}

interface TarReader {
  /** False when no more is wanted. */
  read(chunk: Uint8Array): boolean;
  end(): void;
  /** Where the reader is, for whoever looks into the archive. */
  place(): string;
}

/** Takes the archive in pieces of any size. */
function tarReader(take: (member: Member) => Taking): TarReader {
  const held = Buffer.alloc(512);
  let holding = 0;
  let left = 0;
  let padding = 0;
  let sink: Pick<FileSink, 'write' | 'end'> | undefined;
  let onBlock: (block: Buffer) => void = header;
  /** Bytes before the chunk that is read now, and before the block that was looked at last. */
  let [passed, blockAt] = [0, 0];
  let latest: string | undefined;
  let state: 'members' | 'over' | 'stopped' = 'members';
  /** What holds for all members from here on. */
  let common: readonly PaxRecord[] = [];
  /** What the headers before a member say about it. */
  let before: { name?: string; linkname?: string; records?: readonly PaxRecord[] } = {};

  function content(size: number, to: typeof sink): void {
    [left, padding, sink] = [size, -size & 511, to];
    // -size & 511 counts in 32 bits, of which the lowest nine are right for any size.
    if (size === 0) finish();
  }

  function finish(): void {
    const ended = sink;
    sink = undefined;
    ended?.end();
  }

  /** Takes whole blocks, of which `size` bytes count. */
  function collect(size: number, then: (blocks: Buffer) => void): void {
    if (size > textLimit) throw new TarError(`a name or an extended header has ${size} bytes: it is too long`);
    const pieces: Uint8Array[] = [];
    const end = () => then(Buffer.concat(pieces));
    content(size + (-size & 511), { write: (bytes) => void pieces.push(Uint8Array.from(bytes)), end });
  }

  function longName(key: 'name' | 'linkname', size: number): void {
    collect(size, (blocks) => {
      const name = text(blocks, 0, size);
      if (text(blocks, 0, blocks.length) !== name) throw new TarError('a long name goes on behind its end');
      once(key, name);
    });
  }

  function records(size: number, then: (found: PaxRecord[]) => void): void {
    collect(size, (blocks) => then(parseRecords(blocks.subarray(0, size))));
  }

  function header(block: Buffer): void {
    const found = parseHeader(block);
    if (found === undefined) state = 'over';
    else if (found.type === 'L') longName('name', found.size);
    else if (found.type === 'K') longName('linkname', found.size);
    else if (found.type === 'x' || found.type === 'X') records(found.size, (own) => once('records', own));
    else if (found.type === 'g')
      records(found.size, (all) => {
        common = [...common, ...forAll(all)];
      });
    else member(found, block);
  }

  function once<K extends keyof typeof before>(key: K, value: (typeof before)[K]): void {
    if (before[key] !== undefined) throw new TarError('a member has two extended headers of one kind');
    before = { ...before, [key]: value };
  }

  function member(found: TarHeader, block: Buffer): void {
    const extension = extensionOf([...common, ...(before.records ?? [])]);
    const sparse = sparseness(extension.sparse);
    const name = sparse?.name ?? extension.path ?? before.name ?? found.name;
    const linkname = extension.linkpath ?? before.linkname ?? found.linkname;
    before = {};
    const kind = kindOf(found.type, name);
    const stored = kind === 'file' ? (extension.size ?? found.size) : 0;
    if (kind !== 'file' && kind !== 'other' && (extension.size ?? 0) !== 0) {
      throw new TarError('what is no file has a size in its extended header');
    }
    if (sparse !== undefined && kind !== 'file') throw new TarError('what is no file is said to be sparse');
    const isOldSparse = found.type === 'S';
    const size = sparse?.size ?? (isOldSparse ? realSize(block) : stored);
    const { type, mode } = found;
    latest = name;
    const taking = take({ kind, type, name, linkname, mode, size, mtime: extension.mtime ?? found.mtime });
    if (taking === 'stop') state = 'stopped';
    else if (isOldSparse) oldSparse(block, stored, size, taking);
    else if (taking === 'skip' || sparse === undefined) content(stored, taking === 'skip' ? undefined : taking);
    else if (sparse.regions === undefined) content(stored, mappedSink(taking, stored, size));
    else content(stored, sparseSink(taking, stored, size, sparse.regions));
  }

  function oldSparse(first: Buffer, stored: number, size: number, taking: FileSink | 'skip'): void {
    const regions: Region[] = [];
    const add = (block: Buffer): void => {
      const map = mapInBlock(block, block === first);
      regions.push(...map.regions);
      if (regions.length * 24 > textLimit) throw new TarError('a sparse file has a map that is too long');
      onBlock = map.more ? add : header;
      if (!map.more) content(stored, taking === 'skip' ? undefined : sparseSink(taking, stored, size, regions));
    };
    add(first);
  }

  return {
    read(chunk) {
      for (let at = 0; at < chunk.length && state === 'members'; ) {
        if (left > 0) {
          const end = Math.min(at + left, chunk.length);
          sink?.write(chunk.subarray(at, end));
          left -= end - at;
          at = end;
          if (left === 0) finish();
        } else if (padding > 0) {
          const skipped = Math.min(padding, chunk.length - at);
          padding -= skipped;
          at += skipped;
        } else if (holding === 0 && chunk.length - at >= 512) {
          blockAt = passed + at;
          onBlock(Buffer.from(chunk.buffer, chunk.byteOffset + at, 512));
          at += 512;
        } else {
          const part = chunk.subarray(at, at + 512 - holding);
          held.set(part, holding);
          holding += part.length;
          at += part.length;
          if (holding < 512) continue;
          holding = 0;
          blockAt = passed + at - 512;
          onBlock(Buffer.from(held));
        }
      }
      passed += chunk.length;
      return state !== 'stopped';
    },
    end() {
      if (state !== 'members') return;
      const inside = left > 0 || padding > 0 || holding > 0 || onBlock !== header || Object.keys(before).length > 0;
      if (inside) throw new TarError('it ends too early');
    },
    place: () =>
      `in what begins at byte ${blockAt} of the unpacked archive; the latest member is ${latest === undefined ? 'none' : `"${shownName(latest)}"`}`,
  };
}

/** Old archives have directories as files whose name ends in a slash. */
function kindOf(type: string, name: string): Member['kind'] {
  const kind = kinds[type] ?? 'other';
  return kind === 'file' && name.endsWith('/') ? 'directory' : kind;
}
