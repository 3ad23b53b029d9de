import { autotools } from '#mk';

export default autotools({
  version: '6.1',
  url: (v) => `https://www.kernel.org/pub/software/network/ethtool/ethtool-${v}.tar.xz`,
  sha256: 'c41fc881ffa5a40432d2dd829eb44c64a49dee482e716baacf9262c64daa8f90',
  license: 'GPL-2.0-only',
  depends: ['toolchain'],
  // It asks for POSIX alone, with which musl has no u_int32_t.
  configure: ['--disable-netlink', '--without-bash-completion-dir', 'CPPFLAGS=-D_GNU_SOURCE'],
});
