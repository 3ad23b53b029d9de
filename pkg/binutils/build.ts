import { autotools, makeInstall } from '#mk';

export default autotools({
  version: '2.40',
  url: (v) => `https://ftp.gnu.org/gnu/binutils/binutils-${v}.tar.xz`,
  sha256: '0f8a4c272d7f17f369ded10a4aca28b8e304828e95526da482b0ccc4dfc9d8e1',
  alternatives: [
    { file: 'binutils_2.40.orig.tar.xz', sha256: 'd78c2d2eb24a9be1e02f8854cb1bd435556d7f584fb6bfb6b07e6527d43fc41d' },
  ],
  license: 'GPL-3.0-or-later',
  runsOn: 'build',

  configure: ({ triplet, toolchainDir }) => [
    ...[`--target=${triplet.target}`, `--with-sysroot=${toolchainDir}/sysroot`, '--enable-deterministic-archives'],
    ...['--disable-nls', '--disable-multilib', '--disable-werror', '--enable-relro', '--enable-new-dtags'],
    ...['--disable-gprofng', '--disable-gdb', '--disable-sim', '--disable-readline'],
    ...['CFLAGS=-O2', 'CXXFLAGS=-O2'],
  ],
  // The documents of some packings are stubs, and nobody reads them here.
  make: ['MAKEINFO=true'],

  async deploy(ctx) {
    await makeInstall(ctx, 'install', 'MAKEINFO=true');
    await ctx.remove('share');
  },
});
