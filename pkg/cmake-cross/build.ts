import { recipe } from '#mk';

/** What CMake has to know of the target; it works wherever the toolchain has been put. */
export default recipe({
  license: 'MIT',
  runsOn: 'build',

  async deploy({ write, deployDir, prefix, triplet }) {
    const here = '$' + '{CMAKE_CURRENT_LIST_DIR}';
    const lines = [
      'set(CMAKE_SYSTEM_NAME Linux)',
      `set(CMAKE_SYSTEM_PROCESSOR ${triplet.target.split('-')[0]})`,
      `set(CMAKE_SYSROOT "${here}/sysroot")`,
      `set(CMAKE_C_COMPILER "${here}/bin/${triplet.target}-gcc")`,
      `set(CMAKE_CXX_COMPILER "${here}/bin/${triplet.target}-g++")`,
      `set(PKG_CONFIG_EXECUTABLE "${here}/bin/${triplet.target}-pkg-config" CACHE FILEPATH "pkg-config of the target")`,
      `set(CMAKE_FIND_ROOT_PATH "${here}/sysroot")`,
      'set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)',
      ...['LIBRARY', 'INCLUDE', 'PACKAGE'].map((kind) => `set(CMAKE_FIND_ROOT_PATH_MODE_${kind} ONLY)`),
      'set(CMAKE_SYSTEM_PREFIX_PATH "/")',
    ];
    await write(`${deployDir}${prefix}/toolchain.cmake`, `${lines.join('\n')}\n`);
  },
});
