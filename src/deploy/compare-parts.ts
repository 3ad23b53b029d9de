import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { elfSections } from '../base/elf.ts';
import { type Part, tarParts } from './compare-tar.ts';

export type { Part };

/** The parts of a file of a known format; undefined for any other, and for one that is damaged. */
export function partsOf(bytes: Buffer): readonly Part[] | undefined {
  try {
    return formats.find(({ isIt }) => isIt(bytes))?.parts(bytes);
  } catch {
    return undefined;
  }
}

interface Format {
  isIt(bytes: Buffer): boolean;
  parts(bytes: Buffer): readonly Part[] | undefined;
}

const startsWith =
  (magic: string, at = 0) =>
  (bytes: Buffer): boolean =>
    bytes.toString('latin1', at, at + magic.length) === magic;

const formats: readonly Format[] = [
  { isIt: startsWith('\x7fELF'), parts: elfFile },
  { isIt: startsWith('!<arch>\n'), parts: archive },
  { isIt: startsWith('\x1f\x8b'), parts: gzip },
  { isIt: startsWith('\x28\xb5\x2f\xfd'), parts: zstd },
  { isIt: startsWith('ustar', 257), parts: tarParts },
  { isIt: startsWith('070701'), parts: cpio },
  { isIt: startsWith('hsqs'), parts: squashfs },
];

const timeOf = (seconds: number): string => new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');

/** Made from the others, or of where they are. */
const derivedSections = /^(\.note\.gnu\.build-id|\.gnu_debuglink|\.shstrtab)$/;

/** Its sections, and then what lies between them: headers, segments and padding. */
function elfFile(bytes: Buffer): readonly Part[] | undefined {
  const sections = elfSections(bytes);
  if (sections === undefined || sections.length === 0) return undefined;
  const rest = Buffer.from(bytes);
  for (const { offset, size } of sections) rest.fill(0, offset, offset + size);
  return [
    ...sections.map(({ name, offset, size }) => ({
      name: `section ${name}`,
      content: bytes.subarray(offset, offset + size),
      isDerived: derivedSections.test(name),
    })),
    { name: 'headers', content: rest, isDerived: true },
  ];
}

/** The members of a static library, as GNU and BSD write it. */
function archive(bytes: Buffer): readonly Part[] {
  const parts: Part[] = [];
  let longNames = '';
  for (let at = 8; at + 60 <= bytes.length; ) {
    const text = (from: number, to: number) => bytes.toString('latin1', at + from, at + to).trimEnd();
    const size = Number.parseInt(text(48, 58), 10);
    let content = bytes.subarray(at + 60, at + 60 + size);
    const written = text(0, 16);
    if (written === '//') longNames = content.toString('utf8');
    const [, long] = /^\/(\d+)$/.exec(written) ?? [];
    const [, inside] = /^#1\/(\d+)$/.exec(written) ?? [];
    const isIndex = written === '/' || written === '/SYM64/';
    let name = `member ${written.replace(/(.)\/$/, '$1')}`;
    if (long !== undefined) name = `member ${longNames.slice(Number(long)).split('/\n')[0]}`;
    if (inside !== undefined) {
      name = `member ${content.toString('utf8', 0, Number(inside)).replace(/\0+$/, '')}`;
      content = content.subarray(Number(inside));
    }
    parts.push({
      name: isIndex ? 'symbol index' : written === '//' ? 'table of names' : name,
      fields: {
        time: timeOf(Number(text(16, 28))),
        ...{ uid: text(28, 34), gid: text(34, 40), mode: text(40, 48) },
      },
      content,
      isDerived: isIndex || written === '//',
    });
    at += 60 + size + (size % 2);
  }
  return parts;
}

function gzip(bytes: Buffer): readonly Part[] {
  const flags = bytes[3] ?? 0;
  return [
    {
      name: 'gzip header',
      fields: { time: timeOf(bytes.readUInt32LE(4)), flags: String(flags), system: String(bytes[9]) },
      content: flags & 8 ? bytes.subarray(10, bytes.indexOf(0, 10)) : Buffer.alloc(0),
    },
    { name: 'gzip content', content: gunzipSync(bytes) },
    { name: 'compressed bytes', content: bytes, isDerived: true },
  ];
}

function zstd(bytes: Buffer): readonly Part[] {
  return [
    { name: 'zstd content', content: zstdDecompressSync(bytes) },
    { name: 'compressed bytes', content: bytes, isDerived: true },
  ];
}

/** The members of a cpio archive of the kind that kernels read. */
function cpio(bytes: Buffer): readonly Part[] {
  const parts: Part[] = [];
  const aligned = (at: number) => at + ((4 - (at % 4)) % 4);
  for (let at = 0; bytes.toString('latin1', at, at + 6) === '070701'; ) {
    const field = (index: number) =>
      Number.parseInt(bytes.toString('latin1', at + 6 + 8 * index, at + 14 + 8 * index), 16);
    const [number, mode, uid, gid, links, time, size, nameSize] = [0, 1, 2, 3, 4, 5, 6, 11].map(field);
    const start = aligned(at + 110 + (nameSize ?? 0));
    parts.push({
      name: `member ${bytes.toString('utf8', at + 110, at + 110 + (nameSize ?? 1) - 1)}`,
      fields: {
        time: timeOf(time ?? 0),
        mode: (mode ?? 0).toString(8),
        ...{ uid: `${uid}`, gid: `${gid}`, links: `${links}`, inode: `${number}` },
        device: [7, 8, 9, 10].map(field).join(' '),
      },
      content: bytes.subarray(start, start + (size ?? 0)),
    });
    at = aligned(start + (size ?? 0));
  }
  return parts;
}

function squashfs(bytes: Buffer): readonly Part[] {
  return [
    {
      name: 'squashfs superblock',
      fields: { time: timeOf(bytes.readUInt32LE(8)), inodes: String(bytes.readUInt32LE(4)) },
      content: Buffer.alloc(0),
    },
    { name: 'squashfs blocks', content: bytes.subarray(96) },
    { name: 'squashfs superblock after its time', content: bytes.subarray(12, 96), isDerived: true },
  ];
}
