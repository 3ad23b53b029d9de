import { kconfig } from '#mk';

/** The boot loader of boards that name their configuration of it in UBOOT_DEFCONFIG. */
export default kconfig({
  version: '2023.01',
  url: (v) => `https://ftp.denx.de/pub/u-boot/u-boot-${v}.tar.bz2`,
  sha256: '69423bad380f89a0916636e89e6dcbd2e4512d584308d922d1039d1e4331950f',
  alternatives: [
    {
      file: 'u-boot_2023.01+dfsg.orig.tar.xz',
      sha256: 'e75da6f089d063aaef39a1c17f1631791d87700662624e18de2121fa39a1ed44',
    },
  ],
  license: 'GPL-2.0-or-later',
  buildDepends: ['binutils', 'gcc'],
  programs: ['bison', 'flex', 'bc'],

  async prepare({ applyPatches, edit }) {
    await applyPatches();
    // They sign images, for which the build machine would need OpenSSL; nobody calls them here.
    await edit('tools/Makefile', (text) => text.replace('hostprogs-y += dumpimage mkimage\n', ''));
  },

  config: 'u-boot',
  base: ({ config }) => config.toolchain.text('UBOOT_DEFCONFIG'),
  // Nor is anything else made that needs OpenSSL or GnuTLS there.
  set: { TOOLS_LIBCRYPTO: false, TOOLS_MKEFICAPSULE: false },
  targets: ['u-boot.bin'],

  async deploy({ install }) {
    await install('u-boot.bin', 'boot/u-boot.bin');
  },
});
