import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { writeCpio } from '../../../src/base/cpio.ts';
import { type ArchiveEntry, writeTar } from '../../../src/base/tar.ts';
import { differenceOf } from '../../../src/deploy/compare-content.ts';
import { temporaryTree } from '../../support/tree.ts';

const bytes = (text: string) => Buffer.from(text, 'latin1');

/** A member of a static library. */
const member = (name: string, content: string, time = 0) => {
  const fields = [name.padEnd(16), `${time}`.padEnd(12), '0'.padEnd(6), '0'.padEnd(6), '644'.padEnd(8)];
  return `${fields.join('')}${`${content.length}`.padEnd(10)}\`\n${content}${content.length % 2 ? '\n' : ''}`;
};
const archive = (...members: readonly string[]) => bytes(`!<arch>\n${members.join('')}`);

const entry = (path: string, text: string, more: Partial<ArchiveEntry> = {}): ArchiveEntry => ({
  ...{ path, kind: 'file', mode: 0o644, uid: 0, gid: 0, content: { text } },
  ...more,
});

const packed = async (write: typeof writeTar | typeof writeCpio, entries: readonly ArchiveEntry[], options = {}) => {
  using tree = temporaryTree();
  await write(entries, join(tree.path, 'archive'), options);
  return readFileSync(join(tree.path, 'archive'));
};
const tar = (entries: readonly ArchiveEntry[], time = 0) => packed(writeTar, entries, { time });
const cpio = (...entries: readonly ArchiveEntry[]) => packed(writeCpio, entries, { compress: false });

describe('what has no parts is told', () => {
  test.for([
    [
      'by its line, if it is text',
      'a\nthe time is 12:01 now\nb',
      'a\nthe time is 12:02 now\nb',
      'line 2: "the time is 12:01 now" against "the time is 12:02 now"',
    ],
    [
      'by its offset and the text around it',
      '\0\0\x01built at 12:01\0',
      '\0\0\x01built at 12:02\0',
      'offset 0x10: "built at 12:01" against "built at 12:02"',
    ],
    ['by its offset and a few bytes', '\0\x01\x02\x03', '\0\x01\xff\x03', 'offset 0x2: 02 03 against ff 03'],
    ['by the end of the shorter one', 'a\n', 'a\nb\n', 'line 2 (2 and 4 bytes): "" against "b"'],
  ] as const)('%s', ([, first, second, told]) => {
    expect(differenceOf(bytes(first), bytes(second))).toBe(told);
  });
});

describe('of a static library', () => {
  const told = (first: Buffer, second: Buffer) => differenceOf(first, second);
  test('the member and what differs in it are told, and not the index that follows from it', () => {
    const library = (index: string, text: string) =>
      archive(member('/', index), member('a.o/', 'a'), member('b.o/', text));
    expect(told(library('1', 'one'), library('2', 'two'))).toBe('member b.o: line 1: "one" against "two"');
  });
  test('the time in a header is told as one', () => {
    expect(told(archive(member('a.o/', 'a', 0)), archive(member('a.o/', 'a', 1_700_000_000)))).toBe(
      'member a.o: time 1970-01-01T00:00:00Z against 2023-11-14T22:13:20Z',
    );
  });
  test('long names are those of the table, and of BSD those in front of the content', () => {
    const names = member('//', 'a-name-with-many-letters.o/\nanother-name-of-this.o/\n');
    const long = (text: string) => archive(names, member('/0', 'x'), member('/28', text));
    expect(told(long('1'), long('2'))).toMatch(/^member another-name-of-this\.o: /);
    const bsd = (text: string) => archive(member('#1/8', `long.o\0\0${text}`));
    expect(told(bsd('1'), bsd('2'))).toBe('member long.o: line 1: "1" against "2"');
  });
  test('members that are missing, more or in another order are told', () => {
    const [a, b] = [member('a.o/', 'a'), member('b.o/', 'b')];
    expect(told(archive(a, b), archive(a))).toBe('member b.o is there only the first time');
    expect(told(archive(a), archive(a, b))).toBe('member b.o is there only the second time');
    expect(told(archive(a, b), archive(b, a))).toBe('member a.o is where member b.o is the second time');
    expect(told(archive(a, member('a.o/', '1')), archive(a, member('a.o/', '2')))).toMatch(/^member a\.o \(2\): /);
  });
});

describe('of a compressed file', () => {
  const dated = (buffer: Buffer, time: number) => {
    buffer.writeUInt32LE(time, 4);
    return buffer;
  };
  test('the time in the header of gzip is told, the content all the same when that differs too', () => {
    expect(differenceOf(gzipSync('a'), dated(gzipSync('a'), 1_700_000_000))).toBe(
      'gzip header: time 1970-01-01T00:00:00Z against 2023-11-14T22:13:20Z',
    );
    expect(differenceOf(gzipSync('a'), gzipSync('b'))).toMatch(/^gzip content: line 1: "a" against "b"/);
  });
  test('another compression of the same content is told as that', () => {
    const text = 'a'.repeat(5000);
    expect(differenceOf(zstdCompressSync(text), zstdCompressSync(text, { params: { 201: 1 } }))).toMatch(
      /^compressed bytes: /,
    );
  });
  test('the parts of the content are told in turn', async () => {
    const [first, second] = await Promise.all(['1', '2'].map((text) => tar([entry('x/y', text)])));
    expect(differenceOf(gzipSync(first ?? ''), gzipSync(second ?? ''))).toMatch(
      /^gzip content: member x\/y: line 1: "1" against "2"/,
    );
  });
  test('a damaged one is told by its bytes', () => {
    expect(differenceOf(bytes('\x1f\x8bnonsense'), bytes('\x1f\x8bNonsense'))).toMatch(/^line 1: /);
  });
});

describe('of a tar archive', () => {
  const long = `${'directory/'.repeat(30)}file`;
  test.for([
    ['time', [entry('a', '')], [entry('a', '')], 9, 'member a: time 1970-01-01T00:00:00Z against 1970-01-01T00:00:09Z'],
    ['mode', [entry('a', '')], [entry('a', '', { mode: 0o600 })], 0, 'member a: mode 644 against 600'],
    ['owner', [entry('a', '')], [entry('a', '', { uid: 5 })], 0, 'member a: uid 0 against 5'],
    ['content of a long name', [entry(long, '1')], [entry(long, '2')], 0, `member ${long}: line 1: "1" against "2"`],
  ] as const)('the %s is told with its member', async ([, first, second, time, told]) => {
    expect(differenceOf(await tar(first), await tar(second, time))).toBe(told);
  });
});

test('of a cpio archive the member is told', async () => {
  expect(differenceOf(await cpio(entry('init', '1')), await cpio(entry('init', '2')))).toBe(
    'member init: line 1: "1" against "2"',
  );
  expect(differenceOf(await cpio(entry('init', '')), await cpio(entry('init', '', { mode: 0o755 })))).toBe(
    'member init: mode 100644 against 100755',
  );
});

test('of a squashfs image the time is told apart from the rest', () => {
  const image = (time: number, rest: string) => {
    const buffer = Buffer.alloc(96);
    buffer.write('hsqs');
    buffer.writeUInt32LE(time, 8);
    return Buffer.concat([buffer, bytes(rest)]);
  };
  expect(differenceOf(image(0, 'a'), image(1, 'b'))).toBe(
    'squashfs superblock: time 1970-01-01T00:00:00Z against 1970-01-01T00:00:01Z (and squashfs blocks)',
  );
  expect(differenceOf(image(0, 'a'), image(0, 'b'))).toBe('squashfs blocks: line 1: "a" against "b"');
});
