import { configure, makeInstall, recipe, runMake } from '#mk';

/** Berkeley DB: of 5.3, the last before its licence changed to the AGPL. */
export default recipe({
  version: '5.3.28',
  url: (v) => `https://download.oracle.com/berkeley-db/db-${v}.tar.gz`,
  sha256: 'e0a992d740709892e81f9d93f06daf305cf73fb81b545afe72478043172c3628',
  alternatives: [
    {
      file: 'db5.3_5.3.28+dfsg2.orig.tar.xz',
      sha256: 'ad41b507415dec8316e828b2230242af2251d2c86eefa3c7aa9ef47c5239ef33',
    },
  ],
  license: 'Sleepycat',
  depends: ['toolchain'],
  update: { from: 'nowhere', because: 'later versions have another licence' },

  async prepare({ applyPatches, edit }) {
    await applyPatches();
    // It is from before musl and 64-bit ARM.
    await edit('dist/config.sub', (text) =>
      text.replaceAll('linux-uclibc', 'linux-musl').replaceAll(/\bavr32\b/g, 'aarch64'),
    );
  },

  async build(ctx) {
    await configure({ ...ctx, sourceDir: `${ctx.sourceDir}/dist` }, ['--enable-compat185']);
    await runMake(ctx);
  },
  deploy: (ctx) => makeInstall(ctx, 'install_include', 'install_lib', 'install_utilities'),
});
