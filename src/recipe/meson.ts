import type { BuildContext } from './context.ts';
import { type Recipe, recipe } from './recipe.ts';

type Definitions = Readonly<Record<string, string | boolean>>;

interface MesonOptions {
  /** Options of the project and of meson itself: `true` and `false` are true and false, `enabled` and `disabled` are texts. */
  readonly define?: Definitions | ((ctx: BuildContext) => Definitions);
  /** Where meson.build lies, from the source tree's root. */
  readonly subdirectory?: string;
}

/** A package built with Meson and Ninja. What it does not find in its dependencies is not downloaded. */
export function meson(spec: Recipe & MesonOptions): Recipe {
  const { define = {}, subdirectory, ...rest } = spec;
  return recipe({
    programs: ['meson', 'ninja'],
    async build(ctx) {
      const { run, sourceDir, prefix, write } = ctx;
      const defines = Object.entries(typeof define === 'function' ? define(ctx) : define);
      if (prefix === '') await write('cross.ini', crossFile(ctx));
      await run`meson setup ${prefix === '' && ['--cross-file', 'cross.ini']}
        --prefix=${prefix === '' ? '/' : prefix} --sysconfdir=${prefix}/etc --localstatedir=${prefix}/var
        --bindir=bin --sbindir=bin --libdir=lib --libexecdir=lib/libexec --includedir=include --datadir=share
        --buildtype=minsize --wrap-mode=nodownload
        ${defines.map(([name, value]) => `-D${name}=${value}`)}
        meson ${subdirectory === undefined ? sourceDir : `${sourceDir}/${subdirectory}`}`;
      // Ninja knows no job server.
      await ctx.share((jobs) => run`ninja -C meson -j ${String(jobs)}`);
    },
    async deploy({ run, deployDir }) {
      await run`meson install -C meson --no-rebuild --destdir ${deployDir}`;
    },
    ...rest,
  });
}

/** What meson has to know of the target. */
function crossFile({ triplet, sysroot }: BuildContext): string {
  const { host, build } = triplet;
  const [cpu = ''] = host.split('-');
  const programs = { c: 'gcc', cpp: 'g++', ar: 'ar', nm: 'nm', ranlib: 'ranlib', strip: 'strip', objcopy: 'objcopy' };
  const packages = ['lib', 'share'].map((dir) => `${sysroot}/${dir}/pkgconfig`);
  const lines = [
    '[binaries]',
    ...Object.entries(programs).map(([name, program]) => `${name} = '${host}-${program}'`),
    ...["pkgconfig = 'pkg-config'", "pkg-config = 'pkg-config'"],
    '[properties]',
    `needs_exe_wrapper = ${host !== build}`,
    `pkg_config_libdir = [${packages.map((dir) => `'${dir}'`).join(', ')}]`,
    '[host_machine]',
    "system = 'linux'",
    `cpu_family = '${cpuFamily(cpu)}'`,
    `cpu = '${cpu}'`,
    `endian = '${isBigEndian(cpu) ? 'big' : 'little'}'`,
  ];
  return `${lines.join('\n')}\n`;
}

/** Meson's names for kinds of processors, by the beginning of GNU's names. */
const families: readonly (readonly [RegExp, string])[] = [
  [/^i\d86$/, 'x86'],
  [/^aarch64/, 'aarch64'],
  [/^arm/, 'arm'],
  [/^mips.*64/, 'mips64'],
  [/^mips/, 'mips'],
  [/^(?:powerpc|ppc)64/, 'ppc64'],
  [/^(?:powerpc|ppc)/, 'ppc'],
];

const cpuFamily = (cpu: string): string => families.find(([pattern]) => pattern.test(cpu))?.[1] ?? cpu;

const isBigEndian = (cpu: string): boolean =>
  /^(?:aarch64_be|arm.*eb|mips(?!.*el)|(?:powerpc|ppc)(?!.*le)|s390|sparc|m68k)/.test(cpu);
