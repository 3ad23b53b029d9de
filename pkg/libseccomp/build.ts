import { autotools } from '#mk';

export default autotools({
  version: '2.5.4',
  url: (v) => `https://github.com/seccomp/libseccomp/releases/download/v${v}/libseccomp-${v}.tar.gz`,
  sha256: 'd82902400405cf0068574ef3dc1fe5f5926207543ba1ae6f8e7a1576351dcbdb',
  license: 'LGPL-2.1-only',
  depends: ['toolchain'],
  update: { from: 'github', repo: 'seccomp/libseccomp', of: 'releases' },
  // What gperf would make comes with the release.
  configure: ['ac_cv_prog_GPERF=false'],
});
