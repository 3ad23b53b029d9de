import { autotools } from '#mk';

export default autotools({
  version: '8.2',
  url: (v) => `https://ftp.gnu.org/gnu/readline/readline-${v}.tar.gz`,
  sha256: '3feb7171f16a84ee82ca18a36d7b9be109a52c04f492a053331d7d1095007c35',
  license: 'GPL-3.0-or-later',
  depends: ['ncurses'],

  async prepare({ applyPatches, edit }) {
    await applyPatches();
    // The name of ncurses with wide characters, for the pkg-config file.
    await edit('configure', (text) =>
      text.replace('TERMCAP_PKG_CONFIG_LIB=ncurses ;;\n-ltermcap', 'TERMCAP_PKG_CONFIG_LIB=ncursesw ;;\n-ltermcap'),
    );
  },

  configure: ['--with-curses', '--disable-install-examples', 'bash_cv_wcwidth_broken=no'],
  make: ['SHLIB_LIBS=-lncursesw'],
});
