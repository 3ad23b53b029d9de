import { make } from '#mk';

export default make({
  version: '6.1.0',
  url: (v) => `https://www.kernel.org/pub/linux/utils/net/iproute2/iproute2-${v}.tar.xz`,
  sha256: '5ce12a0fec6b212725ef218735941b2dab76244db7e72646a76021b0537b43ab',
  license: 'GPL-2.0-or-later',
  depends: ['toolchain'],
  programs: ['bison', 'flex'],

  async prepare({ applyPatches, edit }) {
    await applyPatches();
    // A script for Python.
    await edit('ip/Makefile', (text) => text.replace('\tinstall -m 0755 $(SCRIPTS) $(DESTDIR)$(SBINDIR)\n', ''));
  },

  make: ({ sysroot }) => [
    ...['HOSTCC=gcc', `KERNEL_INCLUDE=${sysroot}/include`],
    ...['SBINDIR=/bin', 'LIBDIR=/lib', 'NETNS_RUN_DIR=/run/netns'],
  ],
});
