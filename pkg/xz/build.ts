import { autotools } from '#mk';

export default autotools({
  version: '5.4.1',
  url: (v) => `https://tukaani.org/xz/xz-${v}.tar.xz`,
  sha256: '5d9827aa1875b21c288f78864bb26d2650b436ea8d2cad364e4921eb6266a5a5',
  license: '0BSD AND GPL-2.0-or-later',
  depends: ['toolchain'],
  configure: ['--disable-doc', '--disable-scripts'],
});
