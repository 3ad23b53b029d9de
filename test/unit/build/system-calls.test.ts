import { describe, expect, test } from 'vitest';
import { systemCallFilter } from '../../../src/build/system-calls.ts';

interface Call {
  readonly arch: number;
  readonly call: number;
  readonly first?: number;
  readonly second?: number;
}

/** What the kernel would do with a system call: the few instructions that the filter uses, carried out here. */
function verdict({ arch, call, first = 0, second = 0 }: Call): string {
  const program = Buffer.from(systemCallFilter('x64') ?? []);
  const fields = new Map([
    [0, call],
    [4, arch],
    [16, first],
    [24, second],
  ]);
  let loaded = 0;
  for (let at = 0; at < program.length / 8; at++) {
    const code = program.readUInt16LE(at * 8);
    const jump = (taken: boolean) => program.readUInt8(at * 8 + (taken ? 2 : 3));
    const value = program.readUInt32LE(at * 8 + 4);
    if (code === 0x06) return value === 0x7fff0000 ? 'allowed' : `errno ${value - 0x50000}`;
    if (code === 0x20) loaded = fields.get(value) ?? Number.NaN;
    else if (code === 0x15) at += jump(loaded === value);
    else if (code === 0x45) at += jump((loaded & value) !== 0);
    else throw new Error(`instruction ${code}`);
  }
  throw new Error('the filter has no end');
}

const x86 = 0xc000003e;
const i386 = 0x40000003;
const arm = 0x40000028;
const generic = { aarch64: 0xc00000b7, riscv64: 0xc00000f3 };
const [notPermitted, missing, noSuchFamily] = ['errno 1', 'errno 38', 'errno 97'];
const newUser = 0x10000000;

describe('the filter of system calls', () => {
  test.for([
    ['read', { arch: x86, call: 0 }, 'allowed'],
    ['read on aarch64', { arch: generic.aarch64, call: 63 }, 'allowed'],
    ['ioctl TCGETS', { arch: x86, call: 16, second: 0x5401 }, 'allowed'],
    ['a thread', { arch: x86, call: 56, first: 0x3d0f00 }, 'allowed'],
    ['a process', { arch: generic.aarch64, call: 220, first: 17 }, 'allowed'],
    ['unshare of files', { arch: x86, call: 272, first: 0x400 }, 'allowed'],
  ] as const)('allows %s', ([, call, expected]) => expect(verdict(call)).toBe(expected));

  test.for([1, 2, 10, 16])('allows sockets of the family %d, which a network namespace holds', (first) => {
    expect(verdict({ arch: x86, call: 41, first })).toBe('allowed');
    expect(verdict({ arch: generic.riscv64, call: 198, first })).toBe('allowed');
  });

  test.for([17, 31, 38, 40])('knows no sockets of the family %d', (first) => {
    expect(verdict({ arch: x86, call: 41, first })).toBe(noSuchFamily);
    expect(verdict({ arch: generic.aarch64, call: 198, first })).toBe(noSuchFamily);
  });

  test.for([
    ['keyctl', { arch: x86, call: 250 }, notPermitted],
    ['keyctl on aarch64', { arch: generic.aarch64, call: 219 }, notPermitted],
    ['keyctl on arm', { arch: arm, call: 311 }, notPermitted],
    ['keyctl of a 32-bit program', { arch: i386, call: 288 }, notPermitted],
    ['socketcall of a 32-bit program', { arch: i386, call: 102 }, notPermitted],
    ['io_uring, which could make sockets', { arch: x86, call: 425 }, notPermitted],
    ['TIOCSTI', { arch: x86, call: 16, second: 0x5412 }, notPermitted],
    ['unshare of a user namespace', { arch: x86, call: 272, first: newUser }, notPermitted],
    ['clone into a user namespace', { arch: generic.riscv64, call: 220, first: newUser | 17 }, notPermitted],
    ['clone3', { arch: x86, call: 435 }, missing],
    ['programs of the x32 kind', { arch: x86, call: 0x40000000 }, missing],
    ['programs of a machine that it does not know', { arch: 0x80000016, call: 3 }, missing],
  ] as const)('refuses %s', ([, call, expected]) => expect(verdict(call)).toBe(expected));

  test('is left out on machines whose system calls nobody has listed', () => {
    expect(systemCallFilter('s390x')).toBeUndefined();
  });
});
