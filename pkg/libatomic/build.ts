import { makeInstall, recipe, runMake } from '#mk';

export default recipe({
  sourceOf: 'gcc',
  license: 'GPL-3.0-or-later WITH GCC-exception-3.1',
  depends: ['libc'],
  buildDepends: ['gcc', 'libgcc'],
  whenLinked: true,

  async build(ctx) {
    await ctx.run`${ctx.sourceDir}/libatomic/configure --build=${ctx.triplet.build} --host=${ctx.triplet.host}
      --prefix=/ --disable-multilib CFLAGS=-O2`;
    await runMake(ctx);
  },

  deploy: (ctx) => makeInstall(ctx),
});
