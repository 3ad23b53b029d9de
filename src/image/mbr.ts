/** One partition of a disk; positions in bytes, at whole sectors. */
export interface Partition {
  /** What is in it, as partition tables number it: 0x0e is FAT16, 0x0c FAT32, 0x83 Linux. */
  readonly type: number;
  readonly start: number;
  readonly size: number;
  readonly bootable?: boolean;
}

/** Bytes in a sector; disk images have no other. */
export const sectorSize = 512;

/**
 * The first sector of a disk, with at most four partitions. `identity`, of 32 bits, makes their PARTUUID. With `code` a PC
 * boots from it: the boot sector of the bootable partition is started.
 */
export function masterBootRecord(
  partitions: readonly Partition[],
  { identity, code }: { readonly identity: number; readonly code: boolean },
): Buffer {
  const sector = Buffer.alloc(sectorSize);
  if (code) bootCode.copy(sector);
  sector.writeUInt32LE(identity, 440);
  for (const [index, { type, start, size, bootable = false }] of partitions.entries()) {
    const at = 446 + 16 * index;
    sector[at] = bootable ? 0x80 : 0;
    // Cylinders, heads and sectors that say: go by the numbers behind.
    sector.write('feffff', at + 1, 'hex');
    sector[at + 4] = type;
    sector.write('feffff', at + 5, 'hex');
    sector.writeUInt32LE(start / sectorSize, at + 8);
    sector.writeUInt32LE(size / sectorSize, at + 12);
  }
  sector.writeUInt16LE(0xaa55, 510);
  return sector;
}

/** Looks for the bootable partition, loads its first sector by number and jumps there, as a PC expects it. */
const bootCode = Buffer.from(
  [
    'fa31c08ed0bc007c8ed88ec0fbfc', // cli; ss = ds = es = 0; sp = 0x7c00; sti; cld
    'be007cbf0006b90001f3a5ea1e060000', // copy the sector from 0x7c00 to 0x600, and go on there
    'bebe07b90400f604807507', // si = the table; cx = 4; look: test byte [si], 0x80; jnz found
    '83c610e2f6eb20', // add si, 16; loop look; jmp fail
    '668b440866a36c06', // found: mov eax, [si + 8]; mov [sector], eax
    '56be6406b442cd135e720d', // push si; si = packet; ah = 0x42; int 0x13; pop si; jc fail
    '813efe7d55aa7505ea007c0000', // cmp word [0x7dfe], 0xaa55; jne fail; jmp 0:0x7c00
    'be7406ac84c07409b40ebb0700cd10ebf2', // fail: si = text; print what is there, up to a zero
    'f4ebfd', // halt: hlt; jmp halt
    '10000100007c0000', // packet: its size; one sector; to 0:0x7c00
    '0000000000000000', // sector
    Buffer.from('nothing to boot\r\n\0').toString('hex'), // text
  ].join(''),
  'hex',
);
