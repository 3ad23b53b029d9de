import { make } from '#mk';

/** The library, and `getcap`, `setcap`, `capsh` and `getpcaps`. */
export default make({
  version: '2.66',
  url: (v) => `https://www.kernel.org/pub/linux/libs/security/linux-privs/libcap2/libcap-${v}.tar.xz`,
  sha256: '15c40ededb3003d70a283fe587a36b7d19c8b3b554e33f86129c059a4bb466b2',
  license: 'BSD-3-Clause OR GPL-2.0-only',
  depends: ['toolchain'],
  make: ({ triplet }) => [
    ...[`CROSS_COMPILE=${triplet.host}-`, 'BUILD_CC=gcc', 'lib=lib', 'GOLANG=no', 'PAM_CAP=no', 'USE_GPERF=no'],
    'CAPSH_SHELL=-DSHELL=\\"/bin/sh\\"', // what capsh starts
  ],
});
