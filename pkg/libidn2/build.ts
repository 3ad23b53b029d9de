import { autotools } from '#mk';

export default autotools({
  version: '2.3.3',
  url: (v) => `https://ftp.gnu.org/gnu/libidn/libidn2-${v}.tar.gz`,
  sha256: 'f3ac987522c00d33d44b323cae424e2cffcb4c63c6aa6cd1376edacbf1c36eb0',
  license: '(LGPL-3.0-or-later OR GPL-2.0-or-later) AND GPL-3.0-or-later',
  depends: ['libunistring'],
  configure: ['--disable-doc'],
});
