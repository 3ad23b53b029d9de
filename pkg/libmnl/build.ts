import { autotools } from '#mk';

export default autotools({
  version: '1.0.4',
  url: (v) => `https://www.netfilter.org/projects/libmnl/files/libmnl-${v}.tar.bz2`,
  sha256: '171f89699f286a5854b72b91d06e8f8e3683064c5901fb09d954a9ab6f551f81',
  license: 'LGPL-2.1-or-later',
  depends: ['toolchain'],
});
