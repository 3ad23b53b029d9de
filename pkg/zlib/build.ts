import { cmake } from '#mk';

export default cmake({
  version: '1.2.13',
  url: (v) => `https://zlib.net/fossils/zlib-${v}.tar.gz`,
  sha256: 'b3a24de97a8fdbc835b9833169501030b8977031bcb54b3b3ac13740f846ab30',
  alternatives: [
    {
      file: 'zlib_1.2.13.dfsg.orig.tar.bz2',
      sha256: '71feb7947e3c00ef125f83b79a4e529bde31171e5babe48b391f06758d1ab0a1',
    },
  ],
  license: 'Zlib',
  depends: ['toolchain'],

  async prepare({ applyPatches, run, write }) {
    await applyPatches();
    // Upstream's CMakeLists.txt renames this file in the source tree, which is read-only when it is built.
    await run`mv zconf.h zconf.h.included`;
    await write('win32/zlib1.rc', '');
  },

  define: {
    INSTALL_INC_DIR: '/include',
    INSTALL_LIB_DIR: '/lib',
    INSTALL_PKGCONFIG_DIR: '/lib/pkgconfig',
    INSTALL_MAN_DIR: '/share/man',
  },
});
