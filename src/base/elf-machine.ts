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
