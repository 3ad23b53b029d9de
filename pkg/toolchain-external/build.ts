import { recipe } from '#mk';

/**
 * A compiler that the build machine already has, under the target's name. EXTERNAL_PREFIX is the start of its programs'
 * names, such as `arm-linux-gnueabihf-`; without one it is the machine's own compiler.
 */
export default recipe({
  license: 'MIT',
  runsOn: 'build',

  async deploy({ run, symlink, triplet, config, deployDir, prefix }) {
    const external = config.toolchain.text('EXTERNAL_PREFIX', '');
    for (const tool of [
      'gcc',
      'g++',
      'cpp',
      'ar',
      'as',
      'ld',
      'nm',
      'objcopy',
      'objdump',
      'ranlib',
      'readelf',
      'strip',
    ]) {
      await symlink(`/usr/bin/${external}${tool}`, `bin/${triplet.target}-${tool}`);
    }
    // Part of this tree's content, so that another compiler means another toolchain.
    await run.with({ stdout: `${deployDir}${prefix}/share/compiler` })`${external}gcc --version`;
  },
});
