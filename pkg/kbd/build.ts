import { autotools } from '#mk';

export default autotools({
  version: '2.5.1',
  url: (v) => `https://www.kernel.org/pub/linux/utils/kbd/kbd-${v}.tar.xz`,
  sha256: 'ccdf452387a6380973d2927363e9cbb939fa2068915a6f937ff9d24522024683',
  alternatives: [
    { file: 'kbd_2.5.1.orig.tar.gz', sha256: '80513bfc54dceb31b06648ab38ca8447305b92cc0c6b9c05abb1d275af8581a8' },
  ],
  license: 'GPL-2.0-or-later',
  depends: ['toolchain'],
  programs: ['autoreconf', 'automake', 'libtoolize', 'bison', 'flex'],

  async prepare({ applyPatches, edit, run }) {
    await applyPatches();
    // Messages are in English, so gettext is not needed to make the configure script.
    await edit('configure.ac', (text) =>
      text.replace(/^AM_GNU_GETTEXT.*$/gm, 'AC_SUBST([LIBINTL])').replace('po/Makefile.in', ''),
    );
    await edit('Makefile.am', (text) => text.replace('data po docs', 'data'));
    await run`autoreconf --force --install`;
  },

  configure: ['--disable-vlock', '--disable-tests'],
});
