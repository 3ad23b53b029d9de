import { autotools } from '#mk';

export default autotools({
  version: '2.38.1',
  url: (v) => `https://www.kernel.org/pub/linux/utils/util-linux/v${v.split('.', 2).join('.')}/util-linux-${v}.tar.xz`,
  sha256: '60492a19b44e6cf9a3ddff68325b333b8b52b6c59ce3ebd6a0ecaa4c5117e84f',
  license: 'GPL-2.0-or-later AND LGPL-2.1-or-later AND BSD-3-Clause',
  depends: ['ncurses'],
  configure: [
    ['--disable-asciidoc', '--disable-bash-completion', '--without-python', '--disable-cramfs'],
    // shadow has these.
    ['--disable-login', '--disable-su', '--disable-nologin', '--disable-chfn-chsh', '--disable-vipw'],
    ['--disable-makeinstall-chown', '--disable-makeinstall-setuid', '--disable-use-tty-group'],
    ['--with-ncursesw', '--without-udev', '--enable-fs-paths-default=/bin'],
    // The build machine's, which would be taken.
    ['NCURSESW6_CONFIG=false', 'NCURSESW5_CONFIG=false'],
  ],
  // Not //lib, which it would take for another directory, and link to from the root.
  make: ['usrlib_execdir=/lib'],
});
