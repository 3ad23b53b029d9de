import { autotools } from '#mk';

export default autotools({
  version: '2.4',
  url: (v) => `https://ftp.gnu.org/gnu/inetutils/inetutils-${v}.tar.xz`,
  sha256: '1789d6b1b1a57dfe2a7ab7b533ee9f5dfd9cbf5b59bb1bb3c2612ed08d0f68b2',
  license: 'GPL-3.0-or-later',
  depends: ['toolchain'],
  configure: [
    ...['servers', 'logger', 'rcp', 'rexec', 'rlogin', 'rsh', 'whois'].map((name) => `--disable-${name}`),
    'inetutils_cv_path_procnet_dev=/proc/net/dev', // not looked for when cross-compiling
  ],
  make: ['SUIDMODE=-m 0755'],
});
