const machines: readonly (readonly [cpu: RegExp, machine: number])[] = [
  [/^x86_64/, 62],
  [/^i[3-6]86/, 3],
  [/^(aarch64|arm64)/, 183],
  [/^arm/, 40],
  [/^riscv/, 243],
  [/^mips/, 8],
  [/^powerpc64|^ppc64/, 21],
  [/^powerpc|^ppc/, 20],
  [/^s390/, 22],
  [/^loongarch/, 258],
  [/^m68k/, 4],
  [/^sh\d/, 42],
  [/^microblaze/, 189],
  [/^or1k/, 92],
];

/** The EM_ number that programs for a triplet have; undefined for a processor we do not know. */
export const machineOf = (triplet: string): number | undefined => machines.find(([cpu]) => cpu.test(triplet))?.[1];

/** What of the ABI a triplet decides beside the machine; undefined where it does not tell, or we do not know. */
export interface Abi {
  readonly bits: 32 | 64;
  readonly endianness: 'little' | 'big';
  /** Of 32-bit ARM: whether floating point numbers are passed in registers of their own. */
  readonly hardFloat: boolean | undefined;
}

/** The ABI that programs for a triplet have. */
export function abiOf(triplet: string): Abi {
  const [cpu = ''] = triplet.split('-');
  const isNarrow = /x32$|ilp32$|n32$/.test(triplet);
  return {
    bits: /64|^s390x|^alpha/.test(cpu) && !isNarrow ? 64 : 32,
    endianness: /^(armeb|aarch64_be|s390|m68k|or1k|sparc)|^(mips|powerpc|ppc)(?!.*(el|le))/.test(cpu)
      ? 'big'
      : 'little',
    hardFloat: /^arm/.test(cpu) && !/^arm64/.test(cpu) ? triplet.endsWith('hf') : undefined,
  };
}
