import { recipe } from '#mk';

export default recipe({
  version: '1.0.8',
  url: (v) => `https://sourceware.org/pub/bzip2/bzip2-${v}.tar.gz`,
  sha256: 'ab5a03176ee106d3f0fa90e381da478ddae405918153cca248e682cd0c4a2269',
  license: 'bzip2-1.0.6',
  depends: ['toolchain'],
  inSource: true,

  async build({ run, triplet }) {
    // Makes the shared library, and a bzip2 that uses it.
    await run`make -f Makefile-libbz2_so CC=${triplet.host}-gcc`;
  },

  async deploy({ version, install, symlink }) {
    await install('bzip2-shared', 'bin/bzip2');
    for (const name of ['bunzip2', 'bzcat']) await symlink('bzip2', `bin/${name}`);
    await install(`libbz2.so.${version}`, 'lib/');
    for (const name of ['libbz2.so', 'libbz2.so.1', 'libbz2.so.1.0'])
      await symlink(`libbz2.so.${version}`, `lib/${name}`);
    await install('bzlib.h', 'include/');
  },
});
