import { autotools } from '#mk';

export default autotools({
  version: '7.2',
  url: (v) => `https://ftp.gnu.org/gnu/nano/nano-${v}.tar.xz`,
  sha256: '86f3442768bd2873cec693f83cdf80b4b444ad3cc14760b74361474fc87a4526',
  license: 'GPL-3.0-or-later',
  depends: ['ncurses'],
  configure: ['--disable-libmagic'],
});
