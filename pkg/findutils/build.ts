import { autotools } from '#mk';

export default autotools({
  version: '4.9.0',
  url: (v) => `https://ftp.gnu.org/gnu/findutils/findutils-${v}.tar.xz`,
  sha256: 'a2bfb8c09d436770edc59f50fa483e785b161a3b7b9d547573cb08065fd462fe',
  license: 'GPL-3.0-or-later',
  depends: ['toolchain'],
  configure: ['ac_cv_path_SORT=/bin/sort'],
});
