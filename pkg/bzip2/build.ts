import { make } from '#mk';

export default make({
  version: '1.0.8',
  url: (v) => `https://sourceware.org/pub/bzip2/bzip2-${v}.tar.gz`,
  sha256: 'ab5a03176ee106d3f0fa90e381da478ddae405918153cca248e682cd0c4a2269',
  license: 'bzip2-1.0.6',
  depends: ['toolchain'],
  // Makes the shared library, and a bzip2 that uses it.
  make: ['-f', 'Makefile-libbz2_so'],

  async deploy({ version, install, symlink }) {
    await install('bzip2-shared', 'bin/bzip2');
    for (const name of ['bunzip2', 'bzcat']) await symlink('bzip2', `bin/${name}`);
    const library = `libbz2.so.${version}`;
    await install(library, 'lib/');
    for (const name of ['libbz2.so', 'libbz2.so.1', 'libbz2.so.1.0']) await symlink(library, `lib/${name}`);
    await install('bzlib.h', 'include/');
  },
});
