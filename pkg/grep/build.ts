import { autotools } from '#mk';

export default autotools({
  version: '3.8',
  url: (v) => `https://ftp.gnu.org/gnu/grep/grep-${v}.tar.xz`,
  sha256: '498d7cc1b4fb081904d87343febb73475cf771e424fb7e6141aff66013abc382',
  license: 'GPL-3.0-or-later',
  depends: ['toolchain'],
  configure: ['--disable-perl-regexp'],
});
