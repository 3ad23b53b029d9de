import { autotools } from '#mk';

export default autotools({
  version: '6.2.1',
  url: (v) => `https://ftp.gnu.org/gnu/gmp/gmp-${v}.tar.xz`,
  sha256: 'fd4829912cddd12f84181c3451cc752be224643e87fac497b69edddadc49b4f2',
  alternatives: [
    {
      file: 'gmp_6.2.1+dfsg1.orig.tar.xz',
      sha256: '471b9e463e04362a0124f215afc5f0a4b99caedeeb62634c61bbc12988efa64c',
    },
  ],
  license: 'LGPL-3.0-or-later OR GPL-2.0-or-later',
  depends: ['toolchain'],
  programs: ['m4'],
  // Its own choice would be made for one processor.
  configure: ['CFLAGS=-O2'],

  async prepare({ applyPatches, write }) {
    await applyPatches();
    // The alternative comes without documentation, for which configure looks.
    await write('doc/Makefile.in', 'all install:\n');
  },
});
