import { autotools } from '#mk';

export default autotools({
  version: '8.2',
  url: (v) => `https://ftp.gnu.org/gnu/readline/readline-${v}.tar.gz`,
  sha256: '3feb7171f16a84ee82ca18a36d7b9be109a52c04f492a053331d7d1095007c35',
  license: 'GPL-3.0-or-later',
  depends: ['ncurses'],
  configure: ['--with-curses', '--disable-install-examples', 'bash_cv_wcwidth_broken=no'],
  make: ['SHLIB_LIBS=-lncursesw'],
});
