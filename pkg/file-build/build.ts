import { autotools } from '#mk';

/** Compiles the list of file types for the target: only the same version can. */
export default autotools({
  sourceOf: 'file',
  license: 'BSD-2-Clause-Darwin',
  runsOn: 'build',
  configure: ['shared', 'zlib', 'bzlib', 'xzlib', 'zstdlib', 'libseccomp'].map((name) => `--disable-${name}`),
});
