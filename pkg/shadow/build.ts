import { autotools } from '#mk';

export default autotools({
  version: '4.13',
  url: (v) => `https://github.com/shadow-maint/shadow/releases/download/${v}/shadow-${v}.tar.xz`,
  sha256: '9afe245d79a2e7caac5f1ed62519b17416b057ec89df316df1c3935502f9dd2c',
  alternatives: [
    {
      file: 'shadow_4.13+dfsg1.orig.tar.xz',
      sha256: 'a8bb3a2aceff1cbe39d0f50687dcc1d7e7be0516a9d954d8e2eedb93f5906207',
    },
  ],
  license: 'BSD-3-Clause',
  update: { from: 'github', repo: 'shadow-maint/shadow', of: 'releases' },
  depends: ['toolchain'],
  configure: [
    ['--disable-man', '--disable-subordinate-ids', '--without-nscd', '--without-sssd'],
    // It would look for them on the build machine.
    ['shadow_cv_passwd_dir=/bin', 'shadow_cv_logdir=/var/log'],
  ],
  make: ['suidperms=0755'],
  permissions: { 'bin/passwd': { mode: 0o4755 }, 'bin/su': { mode: 0o4755 } },
});
