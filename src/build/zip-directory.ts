import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const endMark = Buffer.from('PK\x05\x06', 'latin1');
const otherEndMark = Buffer.from('PK\x06\x06', 'latin1');
const memberMark = 0x02014b50;
const [endSize, memberSize, longestComment] = [22, 46, 65_535];

/**
 * What is wrong with the directory at the end of a zip archive; undefined when nothing is. Readers that look for it in
 * other ways would find other members: it has to be the only one that could be meant, to hold just what it says, and to
 * stand right before the end. Archives with more than 65,534 members or 4 GiB have another directory, which is not checked.
 */
export function zipDirectoryFault(path: string): string | undefined {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const tail = bytesAt(file, Math.max(0, size - endSize - longestComment), Math.min(size, endSize + longestComment));
    const first = tail.indexOf(endMark);
    const last = tail.lastIndexOf(endMark);
    if (last < 0 || last + endSize > tail.length) return 'it has no end';
    const end = tail.subarray(last);
    if (end.length !== endSize + end.readUInt16LE(20)) return 'something stands behind its end';
    const [count, length, offset] = [end.readUInt16LE(10), end.readUInt32LE(12), end.readUInt32LE(16)];
    if (count === 0xffff || length === 0xffffffff || offset === 0xffffffff) return undefined;
    const endAt = size - tail.length + last;
    // The other directory's own end, although this one would do.
    if (bytesAt(file, offset + length, 4).equals(otherEndMark)) return undefined;
    if (offset + length !== endAt) return 'its directory is not where it says';
    // An end within the comment of another, or before the directory, such as that of an archive put in front.
    if (first !== last && size - tail.length + first >= offset) return 'it has two ends';
    return countMembers(bytesAt(file, offset, length)) === count ? undefined : 'it has other members than it says';
  } finally {
    closeSync(file);
  }
}

function countMembers(directory: Buffer): number | undefined {
  let at = 0;
  for (let count = 0; ; count++) {
    if (at === directory.length) return count;
    if (at + memberSize > directory.length || directory.readUInt32LE(at) !== memberMark) return undefined;
    const lengths = [28, 30, 32].map((where) => directory.readUInt16LE(at + where));
    at += lengths.reduce((sum, length) => sum + length, memberSize);
  }
}

function bytesAt(file: number, position: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  return bytes.subarray(0, readSync(file, bytes, 0, length, position));
}
