import { autotools } from '#mk';

export default autotools({
  version: '4.2',
  url: (v) => `https://github.com/dosfstools/dosfstools/releases/download/v${v}/dosfstools-${v}.tar.gz`,
  sha256: '64926eebf90092dca21b14259a5301b7b98e7b1943e8a201c7d726084809b527',
  license: 'GPL-3.0-or-later',
  update: { from: 'github', repo: 'dosfstools/dosfstools', of: 'releases' },
  depends: ['toolchain'],
  configure: ['--enable-compat-symlinks', '--without-iconv'],
});
