import { basename, dirname, join } from 'node:path';
import { type BuildContext, type Config, kconfig } from '#mk';

export default kconfig({
  version: '6.1.176',
  url: (v) => `https://cdn.kernel.org/pub/linux/kernel/v6.x/linux-${v}.tar.xz`,
  sha256: 'aa19772dba40e9737356c00d0671cdedbe26cc895eff062868f0a1f688ae44f6',
  alternatives: [
    {
      file: 'linux_6.1.176.orig.tar.xz',
      sha256: '9aad4025973feea3f0d978e82ab7db97d8d5ce3f59fcc6b1f316153d66e3a504',
    },
  ],
  license: 'GPL-2.0-only WITH Linux-syscall-note',
  buildDepends: (config) => [
    ...['binutils', 'gcc'],
    ...(isEmbedded(config) ? ['initramfs'] : []),
    ...(mayHaveModules(config) ? ['kmod-build'] : []),
  ],
  programs: ['bison', 'flex', 'bc'],
  update: { from: 'kernel', of: 'longterm', series: '6.1' },

  async prepare({ applyPatches, edit }) {
    await applyPatches();
    // objtool would need libelf on the build machine; only the ORC unwinder and IBT, both off here, cannot do without.
    await edit('arch/x86/Kconfig', (text) => text.replace(/^\tselect HAVE_OBJTOOL\s+if X86_64\n/m, ''));
  },

  config: 'linux',
  base: ({ config }) => config.toolchain.text('LINUX_DEFCONFIG', 'defconfig'),
  set: ({ config, sysroot }) => (isEmbedded(config) ? { INITRAMFS_SOURCE: `${sysroot}/${initramfs}` } : {}),
  make: variables,
  targets: async (ctx) => [
    ctx.config.toolchain.list('LINUX_TGT'),
    (await hasModules(ctx)) && 'modules',
    deviceTrees(ctx).map((name) => `${name}.dtb`),
  ],

  async deploy(ctx) {
    const { config, run, sourceDir, sysroot, buildDir, deployDir, read, write, install, remove } = ctx;
    const make = ['make', '-s', '-C', sourceDir, `O=${buildDir}`, variables(ctx)];
    await run.with({ stdout: 'image-name' })`${make} image_name`;
    const usual = (await read('image-name')).trim();
    const [image = basename(usual)] = config.toolchain.list('LINUX_TGT');
    await install(join(dirname(usual), image), 'boot/vmlinuz');
    const settings = await read('.config');
    await write(`${deployDir}/boot/vmlinuz.config`, settings.replace(`${sysroot}/${initramfs}`, initramfs));
    const trees = `arch/${config.toolchain.text('LINUX_CPU')}/boot/dts`;
    for (const name of deviceTrees(ctx)) await install(`${trees}/${name}.dtb`, `boot/${basename(name)}.dtb`);
    if (!(await hasModules(ctx))) return;
    await run`${make} INSTALL_MOD_PATH=${deployDir} modules_install`;
    await remove('lib/modules/*/build', 'lib/modules/*/source');
  },
});

/** For boot loaders that take one file: the initramfs is inside the kernel, which is then built anew when that changes. */
const isEmbedded = ({ toolchain }: Config) => toolchain.text('INITRAMFS', '') === 'embedded';

const initramfs = 'boot/initramfs.cpio.gz';

const deviceTrees = ({ config }: BuildContext) => config.toolchain.list('LINUX_DTB');

function variables({ config, triplet }: BuildContext) {
  return [
    `ARCH=${config.toolchain.text('LINUX_CPU')}`,
    `CROSS_COMPILE=${triplet.host}-`,
    ['KBUILD_BUILD_USER=mk', 'KBUILD_BUILD_HOST=mk', 'KBUILD_BUILD_VERSION=1', 'KBUILD_BUILD_TIMESTAMP=1980-01-01'],
    'LOCALVERSION=',
  ];
}

/** Whether there may be modules: all that can be known of it before there is a configuration. */
const mayHaveModules = (config: Config) =>
  config.toolchain.text('LINUX_DEFCONFIG', 'defconfig') !== 'tinyconfig' ||
  [config.text('linux.config') ?? '', ...config.copies('linux.fragment')].some(allowsModules);

const allowsModules = (settings: string) => /^CONFIG_MODULES=y$/m.test(settings);

const hasModules = async ({ read }: BuildContext) => allowsModules(await read('.config'));
