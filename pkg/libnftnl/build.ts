import { autotools } from '#mk';

export default autotools({
  version: '1.2.4',
  url: (v) => `https://www.netfilter.org/projects/libnftnl/files/libnftnl-${v}.tar.bz2`,
  sha256: 'c0fe233be4cdfd703e7d5977ef8eb63fcbf1d0052b6044e1b23d47ca3562477f',
  license: 'GPL-2.0-or-later',
  depends: ['libmnl'],
});
