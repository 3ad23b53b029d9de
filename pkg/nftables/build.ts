import { autotools } from '#mk';

/** `nft`; pkg/init brings the service that loads `etc/nftables.rules`. */
export default autotools({
  version: '1.0.6',
  url: (v) => `https://www.netfilter.org/projects/nftables/files/nftables-${v}.tar.xz`,
  sha256: '2407430ddd82987670e48dc2fda9e280baa8307abec04ab18d609df3db005e4c',
  license: 'GPL-2.0-only',
  depends: ['libnftnl'],
  configure: ['--disable-debug', '--disable-man-doc', '--disable-python', '--with-mini-gmp', '--without-cli'],
});
