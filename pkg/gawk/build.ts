import { autotools } from '#mk';

export default autotools({
  version: '5.2.1',
  url: (v) => `https://ftp.gnu.org/gnu/gawk/gawk-${v}.tar.xz`,
  sha256: '673553b91f9e18cc5792ed51075df8d510c9040f550a6f74e09c9add243a7e4f',
  alternatives: [
    { file: 'gawk_5.2.1.orig.tar.xz', sha256: '2337a0283b180ec1b9c727973a34781c6478b3ae9bcbdcca0a4dc49861d75a65' },
  ],
  license: 'GPL-3.0-or-later',
  depends: ['toolchain'],
  configure: ['--disable-extensions', '--disable-pma', '--without-mpfr', '--without-readline'],
  make: ['SUBDIRS=support .', 'LN=ln -s', 'bin_SCRIPTS='], // no manual, no second copy of the program, no form for bugs
});
