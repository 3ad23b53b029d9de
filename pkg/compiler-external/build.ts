import { recipe } from '#mk';

const compilers = ['gcc', 'g++', 'cpp'];
const tools = ['ar', 'as', 'ld', 'nm', 'objcopy', 'objdump', 'ranlib', 'readelf', 'strip'];

/**
 * A compiler that the build machine already has, under the target's name. EXTERNAL_PREFIX is the start of its programs'
 * names, such as `arm-linux-gnueabihf-`; without one it is the machine's own compiler.
 */
export default recipe({
  license: 'MIT',
  runsOn: 'build',

  async deploy({ run, write, symlink, triplet, config, deployDir, prefix }) {
    const external = `/usr/bin/${config.toolchain.text('EXTERNAL_PREFIX', '')}`;
    const own = (path: string) => `${deployDir}${prefix}/${path}`;
    // Its own headers and C library stay where they are; what packages install is looked for first.
    for (const tool of compilers)
      await write(own(`bin/${triplet.target}-${tool}`), wrapper(`${external}${tool}`), 0o755);
    for (const tool of tools) await symlink(`${external}${tool}`, `bin/${triplet.target}-${tool}`);
    await write(own('toolchain.cmake'), cmakeFile(triplet.target));
    // Part of this tree's content, so that another compiler means another toolchain.
    await run.with({ stdout: own('share/compiler') })`${external}gcc --version`;
  },
});

const wrapper = (program: string) => `#!/bin/sh
sysroot=\${0%/*}/../sysroot
exec ${program} -isystem "$sysroot/include" "-L$sysroot/lib" "-Wl,-rpath-link,$sysroot/lib" "$@"
`;

const cmakeFile = (target: string) => `set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR ${target.split('-')[0]})
set(CMAKE_C_COMPILER "\${CMAKE_CURRENT_LIST_DIR}/bin/${target}-gcc")
set(CMAKE_CXX_COMPILER "\${CMAKE_CURRENT_LIST_DIR}/bin/${target}-g++")
set(PKG_CONFIG_EXECUTABLE "\${CMAKE_CURRENT_LIST_DIR}/bin/${target}-pkg-config" CACHE FILEPATH "pkg-config of the target")
set(CMAKE_PREFIX_PATH "\${CMAKE_CURRENT_LIST_DIR}/sysroot")
`;
