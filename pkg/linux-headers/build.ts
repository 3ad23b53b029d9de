import { recipe } from '#mk';

export default recipe(({ toolchain }) => ({
  sourceOf: toolchain.text('LINUXPKG', 'linux'),
  license: 'GPL-2.0-only WITH Linux-syscall-note',

  build: ({ run, sourceDir, buildDir }) =>
    run`make -C ${sourceDir} O=${buildDir} ARCH=${toolchain.text('LINUX_CPU')} headers`,

  async deploy({ run, install, deployDir }) {
    await install('usr/include', 'include');
    await run`find ${deployDir}/include -type f ! -name *.h -delete`;
  },
}));
