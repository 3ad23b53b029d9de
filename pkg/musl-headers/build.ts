import { recipe } from '#mk';

/** The headers alone: the compiler wants them before there is a C library to link to. */
export default recipe({
  sourceOf: 'musl',
  license: 'MIT',

  async deploy({ run, sourceDir, deployDir, config }) {
    await run`make -f ${sourceDir}/Makefile srcdir=${sourceDir} ARCH=${config.toolchain.text('MUSL_CPU')}
      prefix= DESTDIR=${deployDir} install-headers`;
  },
});
