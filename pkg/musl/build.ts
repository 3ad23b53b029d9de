import { readdir } from 'node:fs/promises';
import { recipe } from '#mk';

export default recipe({
  version: '1.2.3',
  url: (v) => `https://musl.libc.org/releases/musl-${v}.tar.gz`,
  sha256: '7d5b0b6062521e4627e099e4c9dc8248d32a30285e959b7eecaa780cf8cfd4a4',
  license: 'MIT',
  provides: ['libc'],
  depends: ['musl-headers'],
  buildDepends: ['gcc'],

  async build({ run, sourceDir, triplet }) {
    await run`${sourceDir}/configure --target=${triplet.host} CC=${triplet.host}-gcc CROSS_COMPILE=${triplet.host}-
      --prefix=/ --syslibdir=/lib --disable-wrapper CFLAGS=-O2`;
    await run`make`;
  },

  async deploy({ run, deployDir, remove, symlink }) {
    await run`make DESTDIR=${deployDir} install-libs`;
    // The loader's name tells the ABI, as in ld-musl-armhf.so.1. Upstream links it to /lib/libc.so, which in a sysroot is
    // the build machine's.
    const loader = (await readdir(`${deployDir}/lib`)).find((name) => name.startsWith('ld-musl-')) ?? 'ld-musl';
    await remove(`lib/${loader}`);
    await symlink('libc.so', `lib/${loader}`);
  },
});
