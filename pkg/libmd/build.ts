import { autotools } from '#mk';

export default autotools({
  version: '1.0.4',
  url: (v) => `https://archive.hadrons.org/software/libmd/libmd-${v}.tar.xz`,
  sha256: 'f51c921042e34beddeded4b75557656559cf5b1f2448033b4c1eec11c07e530f',
  license: 'BSD-3-Clause AND BSD-2-Clause AND ISC AND Beerware',
  depends: ['toolchain'],
});
