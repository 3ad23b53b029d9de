import { recipe } from '#mk';

/** The compiler's run-time library, as programs on the target need it. */
export default recipe({
  license: 'GPL-3.0-or-later WITH GCC-exception-3.1',
  depends: ['libc'],
  buildDepends: ['gcc'],
  whenLinked: true,

  async deploy({ install, toolchainDir, triplet }) {
    await install(`${toolchainDir}/${triplet.host}/lib/libgcc_s.so.1`, 'lib/libgcc_s.so.1');
  },
});
