import { findProgram } from '../base/command.ts';
import { Failure, throwCollected } from '../base/failure.ts';
import type { LoadedRecipe } from '../recipe/load.ts';

/** The Debian package that has a program, where the two names differ. */
const packageOf: Readonly<Record<string, string>> = {
  autoreconf: 'autoconf',
  bwrap: 'bubblewrap',
  cc: 'gcc',
  sqfstar: 'squashfs-tools',
  mksquashfs: 'squashfs-tools',
  mcopy: 'mtools',
  mke2fs: 'e2fsprogs',
  'mkfs.fat': 'dosfstools',
  ninja: 'ninja-build',
  'qemu-system-x86_64': 'qemu-system-x86',
  'qemu-system-aarch64': 'qemu-system-arm',
  xz: 'xz-utils',
  python3: 'python3-minimal',
  libtoolize: 'libtool',
  tclsh: 'tcl',
  tic: 'ncurses-bin',
};

/** Programs that every build uses. */
const always = ['gcc', 'make', 'patch', 'xz', 'bzip2'];

/** Where programs of the build machine are looked for. */
export const systemPath = '/usr/bin:/bin:/usr/sbin:/sbin';

/** Fails before any work with everything that is missing and the packages to install. */
export function checkPrograms(recipes: readonly LoadedRecipe[]): void {
  const wanted = new Map<string, string[]>(always.map((program) => [program, []]));
  for (const { name, recipe } of recipes) {
    for (const program of recipe.programs ?? []) wanted.set(program, [...(wanted.get(program) ?? []), name]);
  }
  const missing = [...wanted].filter(([program]) => findProgram(program, systemPath) === undefined);
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map(([program]) => packageOf[program] ?? program))].sort();
  throwCollected([
    new Failure('program-missing', `this machine lacks ${missing.map(([program]) => program).join(', ')}`, {
      detail: missing
        .map(([program, users]) => `${program}: needed by ${users.join(', ') || 'every build'}`)
        .join('\n'),
      hint: `install the packages, on Debian: apt-get install ${packages.join(' ')}`,
    }),
  ]);
}
