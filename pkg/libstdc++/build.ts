import { recipe } from '#mk';

export default recipe({
  sourceOf: 'gcc',
  license: 'GPL-3.0-or-later WITH GCC-exception-3.1',
  depends: ['libc', 'libgcc'],
  buildDepends: ['gcc', 'linux-headers'],
  whenLinked: true,

  async build({ run, sourceDir, buildDir, triplet, version, read, write }) {
    // Its configure script expects to lie beside a build of libgcc.
    await write('libgcc/gthr-default.h', await read(`${sourceDir}/libgcc/gthr-posix.h`));
    const own = `${buildDir}/libstdc++-v3`;
    await run`mkdir ${own}`;
    await run.with({ cwd: own })`${sourceDir}/libstdc++-v3/configure --build=${triplet.build} --host=${triplet.host}
      --prefix=/ --disable-multilib --disable-nls --disable-libstdcxx-pch
      --with-gxx-include-dir=/include/c++/${version} CFLAGS=-O2 CXXFLAGS=-O2 MAKEINFO=true`;
    await run`make -C ${own}`;
  },

  async deploy({ run, buildDir, deployDir, remove }) {
    await run`make -C ${buildDir}/libstdc++-v3 DESTDIR=${deployDir} install`;
    await remove('share', 'lib*/*-gdb.py');
  },
});
