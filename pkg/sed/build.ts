import { autotools } from '#mk';

export default autotools({
  version: '4.9',
  url: (v) => `https://ftp.gnu.org/gnu/sed/sed-${v}.tar.xz`,
  sha256: '6e226b732e1cd739464ad6862bd1a1aba42d7982922da7a53519631d24975181',
  license: 'GPL-3.0-or-later',
  depends: ['toolchain'],
  configure: ['--disable-acl'],
});
