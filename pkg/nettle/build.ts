import { autotools } from '#mk';

export default autotools({
  version: '3.8.1',
  url: (v) => `https://ftp.gnu.org/gnu/nettle/nettle-${v}.tar.gz`,
  sha256: '364f3e2b77cd7dcde83fd7c45219c834e54b0c75e428b6f894a23d12dd41cbfe',
  license: 'LGPL-3.0-or-later OR GPL-2.0-or-later',
  depends: ['gmp'],
  programs: ['m4'],
  configure: ['--disable-documentation', '--disable-openssl', '--enable-fat'],
});
