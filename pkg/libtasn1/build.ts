import { autotools } from '#mk';

export default autotools({
  version: '4.19.0',
  url: (v) => `https://ftp.gnu.org/gnu/libtasn1/libtasn1-${v}.tar.gz`,
  sha256: '1613f0ac1cf484d6ec0ce3b8c06d56263cc7242f1c23b30d82d23de345a63f7a',
  license: 'LGPL-2.1-or-later AND GPL-3.0-or-later',
  depends: ['toolchain'],
  configure: ['--disable-doc'],
});
