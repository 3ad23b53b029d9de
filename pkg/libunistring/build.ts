import { autotools } from '#mk';

export default autotools({
  version: '1.0',
  url: (v) => `https://ftp.gnu.org/gnu/libunistring/libunistring-${v}.tar.xz`,
  sha256: '5bab55b49f75d77ed26b257997e919b693f29fd4a1bc22e0e6e024c246c72741',
  license: 'LGPL-3.0-or-later OR GPL-2.0-or-later',
  depends: ['toolchain'],
});
