import { autotools } from '#mk';

/** depmod, which lists what a kernel's modules need of each other. */
export default autotools({
  sourceOf: 'kmod',
  license: 'GPL-2.0-or-later',
  runsOn: 'build',
  configure: ['--disable-manpages'],

  // One program that goes by many names.
  async deploy({ install }) {
    await install('tools/kmod', 'bin/depmod', 0o755);
  },
});
