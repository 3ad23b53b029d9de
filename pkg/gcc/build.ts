import { recipe } from '#mk';

/** What the compiler tells of file names leaves out where every build has its source tree and its build directory. */
const unseen = ['/mk/src', '/mk/build'].map((dir) => `-fmacro-prefix-map=${dir}/=`).join(' ');

/** The cross compiler in one compile: it meets the C library's headers here and the library itself only later. */
export default recipe({
  version: '12.2.0',
  url: (v) => `https://ftp.gnu.org/gnu/gcc/gcc-${v}/gcc-${v}.tar.xz`,
  sha256: 'e549cf9cf3594a00e27b6589d4322d70e0720cdd213f39beb4181e06926230ff',
  alternatives: [
    {
      file: 'gcc-12_12.2.0.orig.tar.gz',
      sha256: 'b8298be16aeeb96a889c6afed0a8e2241b47452e89cc81fe65ea849d5c740fcb',
      inside: 'gcc-12-12.2.0/gcc-12.2.0-dfsg.tar.xz',
    },
  ],
  // Built inside GCC's own tree. isl is left out: only the Graphite loop optimiser, off by default, would use it.
  extraSources: {
    gmp: {
      version: '6.2.1',
      url: 'https://ftp.gnu.org/gnu/gmp/gmp-6.2.1.tar.xz',
      sha256: 'fd4829912cddd12f84181c3451cc752be224643e87fac497b69edddadc49b4f2',
      alternatives: [
        {
          file: 'gmp_6.2.1+dfsg1.orig.tar.xz',
          sha256: '471b9e463e04362a0124f215afc5f0a4b99caedeeb62634c61bbc12988efa64c',
        },
      ],
    },
    mpfr: {
      version: '4.2.0',
      url: 'https://ftp.gnu.org/gnu/mpfr/mpfr-4.2.0.tar.xz',
      sha256: '06a378df13501248c1b2db5aa977a2c8126ae849a9d9b7be2546fb4a9c26d993',
      update: { from: 'listing', archive: 'mpfr4' },
    },
    mpc: {
      version: '1.3.1',
      url: 'https://ftp.gnu.org/gnu/mpc/mpc-1.3.1.tar.gz',
      sha256: 'ab642492f5cf882b74aa0cb730cd410a81edcdbec895183ce930e706c1c759b8',
      update: { from: 'listing', archive: 'mpclib3' },
    },
  },
  license: 'GPL-3.0-or-later WITH GCC-exception-3.1',
  runsOn: 'build',
  depends: ['binutils'],
  buildDepends: ['musl-headers', 'linux-headers'],
  programs: ['m4'],

  async prepare({ applyPatches, edit, write }) {
    await applyPatches();
    // Some packings come without manuals: their rules must not be tried.
    await edit('gcc/Makefile.in', (text) => text.replace(/^(s-tm-texi:.*\n)(?:\t.*\n)+/m, '$1\t$(STAMP) s-tm-texi\n'));
    await write('gmp/doc/Makefile.in', 'all check install install-strip clean distclean:\n');
    // One library directory on 64-bit targets too.
    await edit('gcc/config/i386/t-linux64', (text) => text.replace('m64=../lib64', 'm64=../lib'));
    await edit('gcc/config/aarch64/t-aarch64-linux', (text) => text.replace('mabi.lp64=../lib64', 'mabi.lp64=../lib'));
  },

  async build({ run, sourceDir, buildDir, toolchainDir, triplet, config, version }) {
    const cpu = config.toolchain.text('GCC_CPU', '');
    const isX86 = /^(i.86|x86_64)-/.test(triplet.target);
    await run`${sourceDir}/configure --build=${triplet.build} --host=${triplet.host} --target=${triplet.target}
      --prefix=${toolchainDir} --with-sysroot=${toolchainDir}/sysroot --with-native-system-header-dir=/include
      --with-gxx-include-dir=${toolchainDir}/sysroot/include/c++/${version}
      ${cpu !== '' && `--with-${isX86 ? 'arch' : 'cpu'}=${cpu}`} ${config.toolchain.list('GCC_EXTRACFG')}
      --enable-languages=c,c++ --enable-checking=release --enable-threads=posix --enable-shared --disable-bootstrap
      --disable-multilib --disable-nls --disable-plugin --disable-libcc1 --disable-analyzer --disable-werror --disable-lto
      --disable-libsanitizer --disable-libssp --disable-libquadmath --disable-libgomp --disable-libvtv --disable-libitm
      --with-specs=${unseen}
      CFLAGS=-O2 CXXFLAGS=-O2 MAKEINFO=true`;
    await run`make MAKEINFO=true all-gcc`;

    // libgcc_s.so is linked against a stand-in that has the C library's name: the real one is made with this compiler.
    const stub = `${buildDir}/stub`;
    await run`mkdir ${stub}`;
    await run`${triplet.target}-as --noexecstack -o ${stub}/crti.o /dev/null`;
    await run`${triplet.target}-as --noexecstack -o ${stub}/crtn.o /dev/null`;
    await run`${triplet.target}-ld -shared -soname libc.so -o ${stub}/libc.so ${stub}/crti.o`;
    await run`make MAKEINFO=true CFLAGS_FOR_TARGET=${`-O2 -B${stub}/ -L${stub}`} all-target-libgcc`;
  },

  async deploy({ run, deployDir, triplet, version, remove }) {
    await run`make MAKEINFO=true DESTDIR=${deployDir} install-gcc install-target-libgcc`;
    const own = `${triplet.target}/${version}`;
    await remove('share', `lib/gcc/${own}/install-tools`, `libexec/gcc/${own}/install-tools`);
  },
});
