import { autotools } from '#mk';

export default autotools({
  version: '1.34',
  url: (v) => `https://ftp.gnu.org/gnu/tar/tar-${v}.tar.xz`,
  sha256: '63bebd26879c5e1eea4352f0d03c991f966aeb3ddeb3c7445c902568d5411d28',
  alternatives: [
    { file: 'tar_1.34+dfsg.orig.tar.xz', sha256: '7d57029540cb928394defb3b377b3531237c947e795b51aa8acac0c5ba0e4844' },
  ],
  license: 'GPL-3.0-or-later',
  depends: ['toolchain'],
  // Not the build machine's.
  configure: ['RSH=/bin/ssh'],
});
