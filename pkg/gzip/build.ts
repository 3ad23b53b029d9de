import { autotools } from '#mk';

export default autotools({
  version: '1.12',
  url: (v) => `https://ftp.gnu.org/gnu/gzip/gzip-${v}.tar.xz`,
  sha256: 'ce5e03e519f637e1f814011ace35c4f87b33c0bbabeec35baf5fbd3479e91956',
  license: 'GPL-3.0-or-later',
  depends: ['toolchain'],
  // Its scripts name both programs.
  configure: ['GREP=grep'],
});
