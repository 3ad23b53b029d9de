import { autotools } from '#mk';

export default autotools({
  version: '3.8',
  url: (v) => `https://ftp.gnu.org/gnu/diffutils/diffutils-${v}.tar.xz`,
  sha256: 'a6bdd7d1b31266d11c4f4de6c1b748d4607ab0231af5188fc2533d0ae2438fec',
  license: 'GPL-3.0-or-later',
  depends: ['toolchain'],
  configure: ['ac_cv_path_PR_PROGRAM=/bin/pr'],
});
