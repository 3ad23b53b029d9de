import { autotools } from '#mk';

export default autotools({
  version: '9.1',
  url: (v) => `https://ftp.gnu.org/gnu/coreutils/coreutils-${v}.tar.xz`,
  sha256: '61a1f410d78ba7e7f37a5a4f50e6d1320aca33375484a3255eddf17a38580423',
  license: 'GPL-3.0-or-later',
  depends: ['toolchain'],
  // util-linux, procps-ng and shadow have these.
  configure: ['--enable-single-binary=symlinks', '--enable-no-install-program=kill,uptime,groups'],
});
