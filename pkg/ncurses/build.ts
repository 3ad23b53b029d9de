import { autotools } from '#mk';

export default autotools({
  version: '6.4',
  url: (v) => `https://ftp.gnu.org/gnu/ncurses/ncurses-${v}.tar.gz`,
  sha256: '6931283d9ac87c5073f30b6290c4c75f21632bb4fc3603ac8100812bed248159',
  license: 'X11',
  depends: ['toolchain'],
  accept: { 'build-path': 'a comment of curses.h names the lists that it was made from' },
  configure: [
    ['--with-shared', '--without-debug', '--without-ada', '--without-tests', '--without-manpages'],
    ['--enable-pc-files', '--with-pkg-config-libdir=/lib/pkgconfig', '--disable-stripping'],
    ['--enable-widec', '--with-default-terminfo-dir=/share/terminfo', '--with-build-cc=gcc'],
  ],
});
