import { autotools } from '#mk';

/** pkg-config for the target: it answers for the sysroot beside it, wherever the toolchain has been put. */
export default autotools({
  version: '1.8.1',
  url: (v) => `https://distfiles.dereferenced.org/pkgconf/pkgconf-${v}.tar.xz`,
  sha256: '644361ada2942be05655d4452eb018791647c31bba429b287f1f68deb2dc6840',
  license: 'ISC',
  runsOn: 'build',
  configure: ['--disable-shared', '--disable-dependency-tracking'],

  async deploy({ install, symlink, recipeDir, sourceDir, triplet }) {
    await install('pkgconf', 'bin/pkgconf', 0o755);
    await install(`${recipeDir}/pkg-config`, 'bin/pkg-config', 0o755);
    await symlink('pkg-config', `bin/${triplet.target}-pkg-config`);
    await install(`${sourceDir}/pkg.m4`, 'share/aclocal/pkg.m4');
  },
});
