import { autotools } from '#mk';

export default autotools({
  version: '2.1.12',
  url: (v) => `https://github.com/libevent/libevent/releases/download/release-${v}-stable/libevent-${v}-stable.tar.gz`,
  sha256: '92e6de1be9ec176428fd2367677e61ceffc2ee1cb119035037a27d346b0403bb',
  license: 'BSD-3-Clause',
  depends: ['toolchain'],
  update: { from: 'github', repo: 'libevent/libevent', of: 'releases', tag: /^release-(.*)-stable$/ },
  configure: ['--disable-openssl', '--disable-samples', '--disable-libevent-regress'],
  make: ['dist_bin_SCRIPTS='], // for RPC, in Python
});
