import { join } from 'node:path';
import { findProgram } from '../base/command.ts';
import { Failure } from '../base/failure.ts';
import type { RunOptions } from './options.ts';

/** What the machine starts: a kernel that the emulator loads, or whatever is in its flash memory or on its disk. */
export interface Machine {
  readonly firmware?: string;
  readonly kernel?: { readonly file: string; readonly initramfs: string | undefined; readonly args: readonly string[] };
  readonly drives: readonly Drive[];
}

export interface Drive {
  readonly file: string;
  readonly readOnly: boolean;
}

/** Debian's packages of the emulators; the others have the machine in their name. */
const packages: readonly (readonly [RegExp, string])[] = [
  [/-(x86_64|i386)$/, 'qemu-system-x86'],
  [/-(arm|aarch64)$/, 'qemu-system-arm'],
  [/-(mips|ppc|sparc|s390x)/, 'qemu-system-$1'],
];

/** The emulator of a board. */
export function findEmulator({ PROGRAM: program }: RunOptions['settings']): string {
  if (program === undefined || program === '') {
    throw new Failure('config-invalid', 'QEMU: no PROGRAM is set', {
      hint: "name the emulator in the board's file QEMU, such as PROGRAM=qemu-system-x86_64",
    });
  }
  if (findProgram(program) !== undefined) return program;
  const [found, name = ''] = packages.find(([pattern]) => pattern.test(program)) ?? [];
  const machine = found?.exec(program)?.[1] ?? '';
  throw new Failure('program-missing', `${program} is not installed`, {
    hint: `install the package ${found === undefined ? 'qemu-system-misc' : name.replace('$1', machine)}`,
  });
}

/** How disks are attached, the first two as the system names them, and what stands before the number of a partition. */
const drives = {
  virtio: { names: ['/dev/vda', '/dev/vdb'], partition: '' },
  ide: { names: ['/dev/sda', '/dev/sdb'], partition: '' },
  scsi: { names: ['/dev/sda', '/dev/sdb'], partition: '' },
  sd: { names: ['/dev/mmcblk0', '/dev/mmcblk1'], partition: 'p' },
} as const;

/** How the board has its disks. */
export function drivesOf({ DRIVE = 'virtio' }: RunOptions['settings']) {
  if (Object.hasOwn(drives, DRIVE)) return { kind: DRIVE, ...drives[DRIVE as keyof typeof drives] };
  throw new Failure('config-invalid', `QEMU: there is no DRIVE "${DRIVE}"`, {
    hint: `it is one of ${Object.keys(drives).join(', ')}`,
  });
}

/** The words behind the emulator's name, but for what becomes of the console. */
export function machineWords(
  { firmware, kernel, drives }: Machine,
  { releaseDir, settings, nics }: RunOptions,
): string[] {
  const { MACHINE, CPU, MEMORY = '256M', CONSOLE = 'ttyS0', ACCEL = 'tcg', DTB } = settings;
  const { NETWORK = 'none', APPEND = '', ARGS = '' } = settings;
  const { kind } = drivesOf(settings);
  return [
    ...['-accel', ACCEL, '-m', MEMORY, '-nodefaults', '-no-reboot', '-display', 'none'],
    ...(MACHINE === undefined ? [] : ['-machine', MACHINE]),
    ...(CPU === undefined ? [] : ['-cpu', CPU]),
    ...(firmware === undefined ? [] : ['-bios', firmware]),
    ...(kernel === undefined ? [] : ['-kernel', kernel.file]),
    ...(kernel?.initramfs === undefined ? [] : ['-initrd', kernel.initramfs]),
    ...(kernel === undefined || DTB === undefined ? [] : ['-dtb', join(releaseDir, 'boot', DTB)]),
    // After a panic the machine restarts, which ends QEMU.
    ...(kernel === undefined
      ? []
      : ['-append', [`console=${CONSOLE}`, ...kernel.args, 'panic=-1', ...split(APPEND)].join(' ')]),
    ...drives.flatMap(({ file, readOnly }) => [
      '-drive',
      `file=${file.replaceAll(',', ',,')},if=${kind},format=raw${readOnly ? ',readonly=on' : ''}`,
    ]),
    ...(nics ?? split(NETWORK)).flatMap((nic) => ['-nic', nic]),
    ...split(ARGS),
  ];
}

const split = (text: string): readonly string[] => text.split(/\s+/).filter((word) => word !== '');
