/**
 * What namespaces do not keep apart: key rings, sockets of the hypervisor, the terminal's input queue. Hooks are denied
 * the system calls that lead there, by a program for the kernel's seccomp filter (classic BPF).
 */

/** Numbers of the system calls that matter here, for one kind of program. */
interface Machine {
  /** AUDIT_ARCH_*, what the kernel calls it. */
  readonly arch: number;
  readonly denied: readonly number[];
  readonly missing: readonly number[];
  readonly socket: number;
  readonly ioctl: number;
  readonly clone: number;
  readonly unshare: number;
}

// denied: add_key request_key keyctl perf_event_open bpf io_uring_setup, and socketcall, whose arguments no filter sees.
// missing: clone3, for the same reason; every C library then takes clone.
const generic = {
  denied: [217, 218, 219, 241, 280, 425],
  missing: [435],
  ...{ socket: 198, ioctl: 29, clone: 220, unshare: 97 },
};
const machines: readonly Machine[] = [
  {
    arch: 0xc000003e, // x86_64
    denied: [248, 249, 250, 298, 321, 425],
    missing: [435],
    ...{ socket: 41, ioctl: 16, clone: 56, unshare: 272 },
  },
  {
    arch: 0x40000003, // i386
    denied: [286, 287, 288, 336, 357, 425, 102],
    missing: [435],
    ...{ socket: 359, ioctl: 54, clone: 120, unshare: 310 },
  },
  { arch: 0xc00000b7, ...generic }, // aarch64
  { arch: 0xc00000f3, ...generic }, // riscv64
  {
    arch: 0x40000028, // arm
    denied: [309, 310, 311, 364, 386, 425],
    missing: [435],
    ...{ socket: 281, ioctl: 54, clone: 120, unshare: 337 },
  },
];

/** AF_UNIX, AF_INET, AF_INET6, AF_NETLINK: the families that a network namespace holds. */
const socketFamilies = [1, 2, 10, 16];

/** CLONE_NEWNS, CGROUP, UTS, IPC, USER, PID and NET. */
const namespaceFlags = 0x7e020000;

/** TIOCSTI and TIOCLINUX. */
const terminalInput = [0x5412, 0x541c];

type Instruction = readonly [code: number, whenTrue: number, whenFalse: number, value: number];

const load = (offset: number): Instruction => [0x20, 0, 0, offset];
const ifEqual = (value: number, whenTrue: number, whenFalse: number): Instruction => [0x15, whenTrue, whenFalse, value];
const ifAny = (bits: number, whenTrue: number, whenFalse: number): Instruction => [0x45, whenTrue, whenFalse, bits];
const allow: Instruction = [0x06, 0, 0, 0x7fff0000];
const refuse = (errno: number): Instruction => [0x06, 0, 0, 0x00050000 + errno];
const [notPermitted, notImplemented, noSuchFamily] = [refuse(1), refuse(38), refuse(97)];

/** Offsets in the kernel's seccomp_data. */
const [callNumber, architecture, firstArgument, secondArgument] = [0, 4, 16, 24];

/** The filter, as the kernel reads it; undefined on machines whose system calls we do not know. */
export function systemCallFilter(arch: string = process.arch): Uint8Array | undefined {
  if (!['x64', 'ia32', 'arm64', 'arm', 'riscv64'].includes(arch)) return undefined;
  const program = [load(architecture), ...machines.flatMap(forMachine), notImplemented];
  const bytes = Buffer.alloc(program.length * 8);
  for (const [at, [code, whenTrue, whenFalse, value]] of program.entries()) {
    bytes.writeUInt16LE(code, at * 8);
    bytes.writeUInt8(whenTrue, at * 8 + 2);
    bytes.writeUInt8(whenFalse, at * 8 + 3);
    bytes.writeUInt32LE(value, at * 8 + 4);
  }
  return bytes;
}

function forMachine({ arch, denied, missing, socket, ioctl, clone, unshare }: Machine): Instruction[] {
  const newNamespace = [load(firstArgument), ifAny(namespaceFlags, 0, 1), notPermitted, allow];
  const rules = [
    load(callNumber),
    // Programs of the x32 kind have numbers of their own, with this bit.
    ...(arch === 0xc000003e ? [ifAny(0x40000000, 0, 1), notImplemented] : []),
    ...denied.flatMap((call) => on(call, [notPermitted])),
    ...missing.flatMap((call) => on(call, [notImplemented])),
    ...on(socket, [load(firstArgument), ...unlessOneOf(socketFamilies, noSuchFamily)]),
    ...on(ioctl, [load(secondArgument), ...terminalInput.flatMap((request) => on(request, [notPermitted])), allow]),
    ...on(clone, newNamespace),
    ...on(unshare, newNamespace),
    allow,
  ];
  return [ifEqual(arch, 0, rules.length), ...rules];
}

/** Goes into `rules`, which end the program, when the loaded value is this one. */
const on = (value: number, rules: readonly Instruction[]): Instruction[] => [ifEqual(value, 0, rules.length), ...rules];

const unlessOneOf = (values: readonly number[], refusal: Instruction): Instruction[] => [
  ...values.map((value, at) => ifEqual(value, values.length - at, 0)),
  refusal,
  allow,
];
