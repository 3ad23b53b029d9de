import { make } from '#mk';

export default make({
  version: '5.19',
  url: (v) => `https://www.kernel.org/pub/software/network/iw/iw-${v}.tar.xz`,
  sha256: 'f167bbe947dd53bb9ebc0c1dcef5db6ad73ac1d6084f2c6f9376c5c360cc4d4e',
  license: 'ISC',
  depends: ['libnl3'],
  make: ['SBINDIR=/bin', 'MANDIR=/share/man', 'V=1'],
});
