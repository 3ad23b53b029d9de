import { autotools } from '#mk';

/** The library, and `drill`. */
export default autotools({
  version: '1.8.3',
  url: (v) => `https://www.nlnetlabs.nl/downloads/ldns/ldns-${v}.tar.gz`,
  sha256: 'c3f72dd1036b2907e3a56e6acf9dfb2e551256b3c1bbd9787942deeeb70e7860',
  license: 'BSD-3-Clause',
  depends: ['openssl'],
  configure: ({ sysroot }) => ['--disable-rpath', '--disable-gost', '--with-drill', `--with-ssl=${sysroot}`],
});
