import { recipe } from '#mk';

const loaders: Readonly<Record<string, string>> = {
  x86_64: 'lib64/ld-linux-x86-64.so.2',
  i686: 'lib/ld-linux.so.2',
  aarch64: 'lib/ld-linux-aarch64.so.1',
  arm: 'lib/ld-linux-armhf.so.3',
};

const libraries = ['libc.so.6', 'libm.so.6', 'libresolv.so.2', 'libgcc_s.so.1', 'libstdc++.so.6', 'libatomic.so.1'];
/** Empty since glibc 2.34, but still named by programs that were linked before. */
const formerLibraries = ['libpthread.so.0', 'libdl.so.2', 'librt.so.1'];

/** The run-time libraries that an external compiler links programs to, copied from where it finds them. */
export default recipe({
  license: 'LGPL-2.1-or-later AND GPL-3.0-or-later WITH GCC-exception-3.1',
  buildDepends: ['compiler-external'],
  whenLinked: true,

  async deploy({ run, read, install, symlink, triplet }) {
    const loader = loaders[triplet.host.split('-')[0] ?? ''];
    for (const name of [
      ...libraries,
      ...formerLibraries,
      ...(loader === undefined ? [] : [loader.replace(/.*\//, '')]),
    ]) {
      await run.with({ stdout: 'found' })`${triplet.host}-gcc -print-file-name=${name}`;
      const path = (await read('found')).trim();
      // The compiler answers with the bare name for what it does not have.
      if (path.startsWith('/')) await install(path, `lib/${name}`, 0o755);
    }
    if (loader?.startsWith('lib64/')) await symlink('lib', 'lib64');
  },
});
