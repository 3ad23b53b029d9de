import { recipe } from '#mk';

export default recipe({
  version: '6.5',
  url: (v) => `https://ftp.debian.org/debian/pool/main/n/netbase/netbase_${v}.tar.xz`,
  sha256: '9116047aebbaa1698934052d01c6e09b4c3aed643e93df63d2ddcbec243c26d1',
  license: 'GPL-2.0-only',
  async deploy({ sourceDir, install }) {
    for (const name of ['ethertypes', 'protocols', 'rpc', 'services'])
      await install(`${sourceDir}/etc/${name}`, 'etc/');
  },
});
