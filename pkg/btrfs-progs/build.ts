import { autotools } from '#mk';

export default autotools({
  version: '6.2',
  url: (v) => `https://www.kernel.org/pub/linux/kernel/people/kdave/btrfs-progs/btrfs-progs-v${v}.tar.xz`,
  sha256: '5fa59b9304bec59a8f0cb505f60c95d8c46b2948389033ad9d3cd72928bfd144',
  license: 'GPL-2.0-only AND LGPL-2.1-or-later',
  depends: ['lzo', 'util-linux', 'zlib'],
  inSource: true,
  configure: ['backtrace', 'convert', 'documentation', 'libudev', 'python', 'zstd'].map((name) => `--disable-${name}`),

  async prepare({ applyPatches, run }) {
    await applyPatches();
    // The release has it where configure does not look.
    await run`mv config.h.in include/`;
  },
});
