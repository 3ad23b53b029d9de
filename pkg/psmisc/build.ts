import { autotools } from '#mk';

export default autotools({
  version: '23.6',
  url: (v) => `https://downloads.sourceforge.net/psmisc/psmisc-${v}.tar.xz`,
  sha256: '257dde06159a4c49223d06f1cccbeb68933a4514fc8f1d77c64b54f0d108822a',
  alternatives: [
    { file: 'psmisc_23.6.orig.tar.xz', sha256: '0750d545d1e043a119e62d5d6f6948a5bec1528e69c64f181420da2c556178cf' },
  ],
  license: 'GPL-2.0-or-later',
  update: { from: 'sourceforge', project: 'psmisc' },
  depends: ['ncurses'],
  configure: ['ac_cv_lib_tinfo_tgetent=yes'],
  make: ['src_pstree_LDADD=-lncursesw'],
});
